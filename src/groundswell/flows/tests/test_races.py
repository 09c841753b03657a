"""Texts at once, by real threads: one run, one answer to each text, whatever the order."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from groundswell.campaigns.models import Answer
from groundswell.flows.models import Flow, Run
from groundswell.flows.operations.making import copy_flow
from groundswell.flows.operations.publishing import publish_flow
from groundswell.flows.rules import FlowRuleError
from groundswell.flows.tests.world import Flows, answers, states
from groundswell.messaging.models import Inbound
from groundswell.messaging.tests.texting import texted
from groundswell.people.models import ContactPoint, Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
STRANGER = "+447700900777"


def at_once(*things: Callable[[], object]) -> list[Exception]:
    barrier, faults = threading.Barrier(len(things)), []

    def run(thing: Callable[[], object]) -> None:
        try:
            barrier.wait()
            thing()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(thing,)) for thing in things]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def text(words: str, key: str) -> Callable[[], object]:
    return lambda: texted(words, number=STRANGER, key=key)


def test_a_keyword_twice_at_once_is_one_person_and_one_open_run(flows: Flows) -> None:
    flows.live(flows.vote(), flows.consent())
    assert at_once(*[text("JOIN", f"SM{number}") for number in range(4)]) == []

    assert (Person.objects.count(), ContactPoint.objects.filter(value=STRANGER).count()) == (1, 1)
    assert states() == ["open"]
    assert len(answers()) == 4  # one to each text: the question


def test_the_same_webhook_at_once_is_one_text_and_one_answer(flows: Flows) -> None:
    flows.live(flows.vote(), flows.consent())
    texted("JOIN", number=STRANGER)
    assert at_once(*[text("1", "SM1")] * 4) == []

    assert (Inbound.objects.count(), Answer.objects.count(), len(answers())) == (2, 1, 2)
    assert Run.objects.get().step.kind == "consent"  # type: ignore[union-attr]


def test_two_answers_at_once_answer_two_questions(flows: Flows) -> None:
    flows.live(flows.vote(), flows.choose(), flows.consent())
    texted("JOIN", number=STRANGER)
    assert at_once(text("1", "SM1"), text("2", "SM2")) == []

    assert Answer.objects.values("question").distinct().count() == 2
    assert len(answers()) == 3
    assert Run.objects.get().step.kind == "consent"  # type: ignore[union-attr]


def test_a_stop_and_an_answer_at_once_leave_nothing_open(flows: Flows) -> None:
    flows.live(flows.vote(), flows.consent())
    texted("JOIN", number=STRANGER)
    assert at_once(text("1", "SM1"), text("STOP", "SM2")) == []

    assert states() == ["stopped"]
    assert sorted(Inbound.objects.values_list("route", flat=True))[-1] == "stop"


def test_of_two_flows_published_at_once_one_has_the_keyword(flows: Flows) -> None:
    drafts = [flows.draft(flows.name(), keyword=word) for word in ("JOIN", "join")]

    def publish(flow: Flow) -> Callable[[], object]:
        return lambda: publish_flow(flow, by=flows.owen, now=timezone.now())

    faults = at_once(*[publish(flow) for flow in drafts])
    assert [type(fault) for fault in faults] == [FlowRuleError]
    assert Flow.objects.filter(published_at__isnull=False, retired_at__isnull=True).count() == 1


def test_copies_at_once_are_one(flows: Flows) -> None:
    flow = flows.live(flows.name())
    assert at_once(*[lambda: copy_flow(flow, by=flows.owen)] * 3) == []
    assert Flow.objects.filter(replaces=flow).count() == 1
