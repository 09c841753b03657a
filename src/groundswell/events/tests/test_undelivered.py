"""An organiser sees who did not get a letter and why, is logged for it, and may have one sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.events.models import Notice
from groundswell.events.notice_queries import undelivered
from groundswell.events.tests.letters import Evening

pytestmark = pytest.mark.django_db


@pytest.fixture
def evening() -> Evening:
    return Evening(starts_at=timezone.now() + timedelta(days=3), venue="online")


@pytest.fixture
def organiser(evening) -> Client:
    client = Client()
    sign_in(client, make_member(Role.ORGANISER, evening.campaign, second_factor=True).user)
    return client


def letter(evening: Evening, name: str, **fields) -> Notice:
    values = {"kind": "confirmation", "due_at": timezone.now(), "state": "failed", "reason": "refused", **fields}
    return Notice.objects.create(attendance=evening.sign_up(name), **values)


def test_listed_is_what_somebody_misses_and_nothing_that_was_meant(evening, django_assert_num_queries):
    now = timezone.now()
    letter(evening, "Refused", problem="550 no such mailbox")
    letter(evening, "Lost", state="unknown", reason="lost")
    letter(evening, "Closed", state="dropped", reason="closed")
    letter(evening, "Overdue", state="waiting", reason="", due_at=now - timedelta(hours=1))
    letter(evening, "Put off", state="waiting", reason="", problem="451 later")
    letter(evening, "Soon", state="waiting", reason="", due_at=now + timedelta(hours=1))
    letter(evening, "Sent", state="sent", reason="", sent_at=now)
    for reason in ("superseded", "withdrew", "event_cancelled", "did_not_come"):
        letter(evening, reason, state="dropped", reason=reason)
    with django_assert_num_queries(1):
        found = {row.person.given_names: row for row in undelivered(evening.event, now=now)}
    assert set(found) == {"Refused", "Lost", "Closed", "Overdue", "Put off"}
    assert (found["Refused"].problem, found["Refused"].why) == ("550 no such mailbox", "the mail server refused it")
    assert {name for name, row in found.items() if row.may_go_again} == {"Refused", "Lost"}


def test_the_organiser_is_told_on_the_events_page_and_reads_whose_on_the_list_which_is_logged(evening, organiser):
    missed = letter(evening, "Siân", problem="550 no such mailbox")
    base = f"/campaigns/{evening.campaign.slug}/events/{evening.event.pk}/"
    assert "1 letter did not arrive" in organiser.get(base).content.decode()
    page = organiser.get(f"{base}sign-ups/").content.decode()
    for needed in ("Letters that did not arrive", "Siân", "550 no such mailbox", "the mail server refused it"):
        assert needed in page
    seen = AuditEvent.objects.filter(verb="view_sign_up", subject_id=missed.attendance.person_id)
    assert seen.exists()


def test_a_letter_is_sent_again_when_an_organiser_says_so_and_only_then(evening, organiser):
    missed = letter(evening, "Siân")
    address = f"/campaigns/{evening.campaign.slug}/events/{evening.event.pk}/letters/{missed.pk}/again/"
    assert "on its way again" in organiser.post(address, follow=True).content.decode()
    missed.refresh_from_db()
    assert (missed.state, missed.reason, missed.attempts) == ("waiting", "", 1)
    assert AuditEvent.objects.filter(verb="send_again", subject_id=missed.attendance.person_id).count() == 1
    assert "Nothing to do" in organiser.post(address, follow=True).content.decode()


def test_an_event_whose_letters_all_went_says_nothing_about_them(evening, organiser):
    base = f"/campaigns/{evening.campaign.slug}/events/{evening.event.pk}/"
    assert (
        "did not arrive"
        not in organiser.get(base).content.decode() + organiser.get(f"{base}sign-ups/").content.decode()
    )
