"""What the database itself refuses of flows, whatever code writes to it; and what is held on a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from groundswell.compliance.operations import erase_person
from groundswell.compliance.operations.retention import delete_expired
from groundswell.flows.models import Asking, Flow, FlowStep, Run
from groundswell.flows.tests.world import Flows
from groundswell.messaging.tests.texting import THEIRS, texted
from groundswell.people.models import Person

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def run(flows: Flows, person: Person) -> Run:
    flows.live(flows.vote(), flows.consent())
    texted("JOIN")
    return Run.objects.select_related("flow").get()


def refused(name: str, change: Any) -> None:
    """Now, and not when the transaction ends."""

    def do() -> None:
        change()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        do()


def test_of_flows(flows: Flows, run: Run) -> None:
    flow = run.flow
    refused("flow_keyword_once", lambda: Flow.objects.create(
        campaign=flow.campaign, sender=flow.sender, name="x", keyword="Join", word="join", thanks="x",
        published_at=NOW, message=flows.world.message(channel="sms", sender=flow.sender)))  # fmt: skip
    for name, change in {
        "flow_has_word": {"word": ""},
        "flow_published_has_message": {"message": None},
        "flow_retired_after_publishing": {"retired_at": NOW - timedelta(days=9)},
        "flow_hours": {"hours": 0},
    }.items():
        refused(name, lambda change=change: Flow.objects.update(**change))


def test_of_questions(flows: Flows, run: Run) -> None:
    vote, consent = run.flow.steps.order_by("position")
    for name, step, change in (
        ("flow_step_position", consent, {"position": 1}),
        ("flow_step_kind_known", consent, {"kind": "pigeon", "channel": ""}),
        ("flow_step_has_text", consent, {"text": ""}),
        ("flow_step_question", vote, {"question": None}),
        ("flow_step_question", consent, {"question": flows.issues}),
        ("flow_step_channel", consent, {"channel": "post"}),
        ("flow_step_channel", vote, {"channel": "sms"}),
    ):
        refused(name, lambda step=step, change=change: FlowStep.objects.filter(pk=step.pk).update(**change))


def test_of_runs(run: Run) -> None:
    again = {"flow": run.flow, "our_address": run.our_address, "their_address": THEIRS, "step": run.step}
    refused("run_open_once", lambda: Run.objects.create(**again, started_at=NOW, expires_at=NOW))
    for name, change in {
        "run_state_known": {"state": "lost", "ended_at": NOW},
        "run_wrong_few": {"wrong": 4},
        "run_open_has_step": {"step": None},
    }.items():
        refused(name, lambda change=change: Run.objects.update(**change))
    refused("run_open_has_step", lambda: Run.objects.update(state="done"))
    asked = Asking.objects.get()
    refused("asking_once", lambda: Asking.objects.create(run=run, step=asked.step, asked_at=NOW))
    refused("asking_agreed_is_answer", lambda: Asking.objects.update(agreed=True))


def test_who_is_erased_leaves_only_that_somebody_went_so_far(flows: Flows, run: Run, person: Person) -> None:
    texted("1")
    erase_person(person=person, by=flows.owen)
    run.refresh_from_db()
    assert (run.state, run.person, run.their_address, run.contact_point) == ("stopped", None, "", None)
    assert Asking.objects.count() == 2


def test_conversations_go_after_their_time(run: Run) -> None:
    Run.objects.update(started_at=NOW - timedelta(days=3 * 365))
    assert delete_expired(category_key="conversations", by=None, now=NOW) == 1
    assert not Asking.objects.exists()
