"""Which letters are written down for a sign-up, a move, a cancellation, a withdrawal: in the same transaction, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from groundswell.accounts.models import AuditEvent
from groundswell.campaigns.models import Action
from groundswell.events.enums import NoticeReason
from groundswell.events.models import Notice
from groundswell.events.notice_rules import AGAIN_AFTER, MOST_AGAIN
from groundswell.events.operations.notices import (
    cancel_notices,
    drop_notices,
    plan_notices,
    plan_place,
    replan_notices,
    send_confirmation_again,
)
from groundswell.events.signals import event_cancelled, event_moved, place_came_free, signed_up, withdrew
from groundswell.events.tests.letters import MONDAY, NOW, Evening

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
FOUR = [
    ("confirmation", 0, "waiting"),
    ("day_before", 0, "waiting"),
    ("hour_before", 0, "waiting"),
    ("thanks", 0, "waiting"),
]


def sent(attendance, kind):
    Notice.objects.filter(attendance=attendance, kind=kind).update(state="sent", sent_at=NOW)


def test_a_sign_up_has_a_confirmation_two_reminders_and_thanks_written_down_once():
    evening = Evening()
    siân = evening.sign_up()
    plan_notices(siân, now=NOW)
    plan_notices(siân, now=LATER)
    assert evening.letters() == FOUR
    assert list(Notice.objects.order_by("pk").values_list("due_at", flat=True)) == [
        NOW,
        MONDAY - timedelta(days=1),
        MONDAY - timedelta(hours=1),
        MONDAY + timedelta(hours=2, minutes=30),
    ]


def test_the_letters_vanish_with_a_sign_up_that_is_rolled_back():
    evening = Evening()
    with transaction.atomic():
        plan_notices(evening.sign_up(), now=NOW)
        transaction.set_rollback(True)
    assert evening.letters() == []


def test_who_waits_for_a_place_is_reminded_of_nothing_until_one_comes_free():
    evening = Evening()
    tom = evening.sign_up("Tom", waiting=True)
    plan_notices(tom, now=NOW)
    assert evening.letters() == FOUR[:1]
    tom.is_waiting = False
    tom.save()
    plan_place(tom, now=LATER)
    assert evening.letters() == [FOUR[0], ("place", 0, "waiting"), *FOUR[1:]]


def test_who_withdraws_gets_nothing_more_and_who_comes_back_is_reminded_after_all():
    evening = Evening()
    siân = evening.sign_up()
    plan_notices(siân, now=NOW)
    sent(siân, "confirmation")
    drop_notices(siân, now=LATER)
    assert evening.letters() == [
        ("confirmation", 0, "sent"),
        ("day_before", 0, "dropped"),
        ("hour_before", 0, "dropped"),
        ("thanks", 0, "dropped"),
    ]
    assert set(Notice.objects.filter(state="dropped").values_list("reason", flat=True)) == {NoticeReason.WITHDREW}
    plan_notices(siân, now=LATER)
    assert evening.letters() == FOUR
    assert Notice.objects.get(kind="confirmation").again == 1


def test_who_comes_back_to_a_moved_evening_is_reminded_of_its_new_time_alone():
    evening = Evening()
    siân = evening.sign_up()
    plan_notices(siân, now=NOW)
    drop_notices(siân, now=LATER)
    Action.objects.filter(pk=siân.action_id).update(state="withdrawn", state_at=LATER)
    evening.move(MONDAY + timedelta(days=1))
    replan_notices(evening.event, now=LATER)
    Action.objects.filter(pk=siân.action_id).update(state="confirmed", state_at=LATER)
    siân.refresh_from_db()
    plan_notices(siân, now=LATER)
    due = Notice.objects.filter(state="waiting").order_by("due_at").values_list("kind", "sequence", "due_at")
    assert list(due) == [
        ("confirmation", 1, LATER),
        ("day_before", 1, MONDAY),
        ("hour_before", 1, MONDAY + timedelta(hours=23)),
        ("thanks", 1, MONDAY + timedelta(days=1, hours=2, minutes=30)),
    ]


def test_who_comes_back_to_the_waiting_list_is_reminded_once_a_place_comes_free_and_told_so_each_time():
    evening = Evening()
    tom = evening.sign_up("Tom", waiting=True)
    plan_notices(tom, now=NOW)
    plan_place(tom, now=NOW)
    sent(tom, "confirmation")
    sent(tom, "place")
    drop_notices(tom, now=NOW)
    plan_notices(tom, now=LATER)
    assert list(Notice.objects.filter(state="waiting").values_list("kind", flat=True)) == ["confirmation"]
    tom.is_waiting = False
    tom.save()
    plan_place(tom, now=LATER)
    assert set(Notice.objects.filter(state="waiting").values_list("kind", "again")) == {
        ("confirmation", 1),
        ("place", 1),
        ("day_before", 0),
        ("hour_before", 0),
        ("thanks", 0),
    }


def test_a_lost_confirmation_goes_again_but_neither_soon_nor_often():
    evening = Evening()
    siân = evening.sign_up(email="sian@example.org")
    plan_notices(siân, now=NOW)

    def ask(now=NOW, email="sian@example.org"):
        return send_confirmation_again(event=evening.event, email=email, now=now)

    assert not ask(), "it is on its way"
    sent(siân, "confirmation")
    assert not ask(NOW + AGAIN_AFTER - timedelta(seconds=1))
    assert not ask(LATER, "nobody@example.org")
    went = 0
    for hour in range(1, 9):
        at = NOW + timedelta(hours=hour)
        went += ask(at)
        assert not ask(at), "twice is once"
        Notice.objects.filter(kind="confirmation").update(state="sent", sent_at=at)
    assert went == MOST_AGAIN
    assert AuditEvent.objects.filter(verb="send_again", subject_id=siân.person_id).count() == MOST_AGAIN


def test_whoever_withdrew_gets_no_confirmation_again():
    evening = Evening()
    siân = evening.sign_up(email="sian@example.org")
    plan_notices(siân, now=NOW)
    sent(siân, "confirmation")
    Action.objects.filter(pk=siân.action_id).update(state="withdrawn", state_at=NOW)
    assert not send_confirmation_again(event=evening.event, email="sian@example.org", now=LATER)


def test_of_the_confirmations_before_and_after_a_move_the_newest_goes_again():
    evening = Evening()
    siân = evening.sign_up(email="sian@example.org")
    plan_notices(siân, now=NOW)
    drop_notices(siân, now=NOW)
    evening.move(MONDAY + timedelta(days=1))
    siân.refresh_from_db()
    plan_notices(siân, now=NOW)
    Notice.objects.filter(kind="confirmation", sequence=1).update(state="sent", sent_at=NOW)
    assert send_confirmation_again(event=evening.event, email="sian@example.org", now=LATER)
    assert set(Notice.objects.filter(kind="confirmation").values_list("sequence", "state")) == {
        (0, "dropped"),
        (1, "waiting"),
    }


def test_a_move_tells_everybody_who_is_signed_up_and_replaces_the_reminders():
    evening = Evening()
    siân, tom, gone, new = (evening.sign_up(name) for name in ("Siân", "Tom", "Gone", "New"))
    tom.is_waiting = True
    tom.save()
    for each in (siân, tom, gone):
        plan_notices(each, now=NOW)
        sent(each, "confirmation")
    drop_notices(gone, now=NOW)
    Action.objects.filter(pk=gone.action_id).update(state="withdrawn", state_at=LATER)
    plan_notices(new, now=NOW)
    evening.move(MONDAY + timedelta(days=1))
    replan_notices(evening.event, now=LATER)
    assert evening.letters(siân)[1:] == [
        ("day_before", 0, "dropped"),
        ("hour_before", 0, "dropped"),
        ("thanks", 0, "dropped"),
        ("moved", 1, "waiting"),
        ("day_before", 1, "waiting"),
        ("hour_before", 1, "waiting"),
        ("thanks", 1, "waiting"),
    ]
    assert evening.letters(tom)[1:] == [("moved", 1, "waiting")]
    assert [letter for letter in evening.letters(gone) if letter[1] == 1] == []
    # The confirmation has not gone out yet, and will say the new time.
    assert [kind for kind, _sequence, state in evening.letters(new) if state == "waiting"] == [
        "confirmation",
        "day_before",
        "hour_before",
        "thanks",
    ]
    assert Notice.objects.get(attendance=siân, kind="day_before", sequence=1).due_at == MONDAY


def test_of_two_moves_only_the_last_is_told():
    evening = Evening()
    siân = evening.sign_up()
    plan_notices(siân, now=NOW)
    sent(siân, "confirmation")
    for day in (1, 2):
        evening.move(MONDAY + timedelta(days=day))
        replan_notices(evening.event, now=LATER)
    moved = Notice.objects.filter(kind="moved").order_by("sequence").values_list("sequence", "state")
    assert list(moved) == [(1, "dropped"), (2, "waiting")]
    assert Notice.objects.filter(state="waiting", sequence=2).count() == 4


def test_a_cancelled_event_sends_one_letter_more_and_nothing_of_what_was_planned():
    evening = Evening()
    siân, tom = evening.sign_up("Siân"), evening.sign_up("Tom", waiting=True)
    for each in (siân, tom):
        plan_notices(each, now=NOW)
    sent(siân, "confirmation")
    evening.move(MONDAY)
    for _twice in range(2):
        cancel_notices(evening.event, now=LATER)
        waiting = Notice.objects.filter(state="waiting").values_list("attendance_id", "kind")
        assert list(waiting.order_by("attendance_id")) == [(siân.pk, "cancelled"), (tom.pk, "cancelled")]
    reasons = Notice.objects.filter(state="dropped").values_list("reason", flat=True)
    assert set(reasons) == {NoticeReason.EVENT_CANCELLED}


def test_an_event_that_is_over_tells_nobody_that_it_was_moved_or_cancelled():
    evening = Evening(starts_at=NOW - timedelta(hours=3))
    plan_notices(evening.sign_up(), now=NOW - timedelta(days=2))
    replan_notices(evening.event, now=NOW)
    cancel_notices(evening.event, now=NOW)
    assert Notice.objects.filter(kind__in=["moved", "cancelled"]).count() == 0


def test_the_letters_listen_to_what_happens_to_an_event():
    evening = Evening()
    siân = evening.sign_up(waiting=True)
    signed_up.send(sender=None, attendance=siân, now=NOW)
    assert evening.letters() == FOUR[:1]
    siân.is_waiting = False
    siân.save()
    place_came_free.send(sender=None, attendance=siân, now=NOW)
    assert len(evening.letters()) == 5
    sent(siân, "confirmation")
    evening.move(MONDAY + timedelta(days=1))
    event_moved.send(sender=None, event=evening.event, now=LATER)
    assert ("moved", 1, "waiting") in evening.letters()
    withdrew.send(sender=None, attendance=siân, now=LATER)
    assert ("moved", 1, "dropped") in evening.letters()
    event_cancelled.send(sender=None, event=evening.event, now=LATER)
    assert ("cancelled", 1, "waiting") in evening.letters()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "no such kind"},
        {"state": "lost"},
        {"state": "dropped"},
        {"state": "failed"},
        {"state": "unknown"},
        {"state": "waiting", "reason": "lost"},
        {"state": "dropped", "reason": "no such reason"},
        {"state": "sent"},
        {"state": "sending"},
        {"state": "waiting", "leased_until": NOW},
    ],
)
def test_the_database_refuses_a_letter_that_makes_no_sense(wrong):
    siân = Evening().sign_up()
    with pytest.raises(IntegrityError):
        Notice.objects.create(**{"attendance": siân, "kind": "thanks", "due_at": NOW, **wrong})


def test_the_database_refuses_the_same_letter_twice():
    siân = Evening().sign_up()
    Notice.objects.create(attendance=siân, kind="thanks", due_at=NOW)
    with pytest.raises(IntegrityError):
        Notice.objects.create(attendance=siân, kind="thanks", due_at=LATER)
