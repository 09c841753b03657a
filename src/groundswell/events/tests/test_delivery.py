"""Letters go out once, through a real mail server; what does not says why, and what may have gone is not sent again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connections, transaction

from groundswell.campaigns.models import Action, PendingConsent
from groundswell.compliance.enums import SuppressionReason, SuppressionScope
from groundswell.compliance.operations import erase_person, object_to_marketing, suppress
from groundswell.events.enums import NoticeReason, NoticeState
from groundswell.events.models import Attendance, Event, Notice
from groundswell.events.operations import delivery
from groundswell.events.operations.delivery import send_due
from groundswell.events.operations.notices import (
    cancel_notices,
    drop_notices,
    plan_notices,
    replan_notices,
    send_again,
    send_confirmation_again,
)
from groundswell.events.own_links import own_address
from groundswell.events.tests.letters import MONDAY, NOW, Evening
from groundswell.events.tests.mail_server import Post, mail_server
from groundswell.messaging.enums import DeliveryState, MessageKind
from groundswell.messaging.models import Delivery
from groundswell.messaging.operations.backs import take_back
from groundswell.messaging.operations.outbox import give_up_lost
from groundswell.messaging.providers.contract import Back, BackOf
from groundswell.messaging.tests.outbox_clock import Ticking
from groundswell.people.models import ContactPoint

# A real mail server: not of the fast part.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def post(settings) -> Iterator[Post]:
    with mail_server() as (post, said):
        for name, value in said.items():
            setattr(settings, name, value)
        yield post


def send(at: datetime = NOW) -> bool:
    return send_due(clock=Ticking(at))


def signed_up(evening: Evening, name: str = "Siân", **fields) -> Attendance:
    attendance = evening.sign_up(name, **fields)
    with transaction.atomic():
        plan_notices(attendance, now=NOW)
    return attendance


def state_of(attendance: Attendance, kind: str = "confirmation") -> tuple[str, str]:
    return Notice.objects.values_list("state", "reason").get(attendance=attendance, kind=kind)


def test_a_confirmation_arrives_with_all_that_a_letter_must_say(post):
    evening = Evening(venue="online")
    siân = signed_up(evening, email="sian@example.org")
    PendingConsent.objects.create(
        action=siân.action,
        channel="email",
        contact_point=siân.email,
        wording="Yes, you may email me.",
        wording_version="1",
        ticked_at=NOW,
    )
    assert send() is False
    [letter] = post.letters
    assert letter["To"] == "sian@example.org"
    assert letter["Subject"] == "You are coming: Ring Bury North"
    assert letter["From"].startswith('"Fairer Bury" <') or letter["From"].startswith("Fairer Bury <")
    assert letter["Reply-To"] == "hello@fairer.example.org"
    assert letter["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        said = letter.get_body((kind,)).get_content()
        for needed in (
            "Siân",
            "Monday 23 November 2026, 18:00–20:00, London time (GMT)",
            own_address(siân),
            "Promoted by A. Agent on behalf of Fairer Bury, both of 12 Silver Street, Bury BL9 0EX",
            "https://fairer.example.org/privacy",
            "because you signed up for this event with Fairer Bury",
            "Yes, you may email me.",
        ):
            assert needed in said, needed
    [calendar] = [part for part in letter.iter_attachments() if part.get_content_type() == "text/calendar"]
    assert "DTSTART;TZID=Europe/London:20261123T180000" in calendar.get_content()
    assert state_of(siân) == ("sent", "")


def test_each_letter_goes_out_once_however_often_the_worker_comes_by(post):
    evening = Evening()
    siân = signed_up(evening)
    for at in [NOW, NOW, *(MONDAY - timedelta(days=1, minutes=-m) for m in (0, 1)), MONDAY - timedelta(minutes=59)]:
        send(at)
    Attendance.objects.filter(pk=siân.pk).update(arrived_at=MONDAY)
    for days in (1, 2):
        send(MONDAY + timedelta(days=days))
    assert [letter["Subject"].split(":")[0] for letter in post.letters] == [
        "You are coming",
        "Tomorrow",
        "In an hour",
        "Thank you",
    ]
    assert len({letter["Message-ID"] for letter in post.letters}) == 4


def test_a_letter_asked_for_again_arrives_again_and_is_not_taken_for_the_first(post):
    evening = Evening()
    signed_up(evening, email="sian@example.org")
    send()
    assert send_confirmation_again(event=evening.event, email="sian@example.org", now=NOW + timedelta(hours=1))
    send(NOW + timedelta(hours=1))
    first, again = post.letters
    assert first["Subject"] == again["Subject"]
    assert first["Message-ID"] != again["Message-ID"]


def test_no_reminder_goes_out_before_its_time(post):
    signed_up(Evening())
    for at in (NOW, MONDAY - timedelta(days=1, seconds=5)):
        send(at)
    assert [letter["Subject"].split(":")[0] for letter in post.letters] == ["You are coming"]
    assert Delivery.objects.count() == 1, "the reminder is planned, and not in the outbox yet"
    send(MONDAY - timedelta(days=1))
    assert len(post.letters) == 2


def test_who_did_not_come_is_not_thanked_for_coming(post):
    evening = Evening()
    siân, tom = signed_up(evening, "Siân"), signed_up(evening, "Tom")
    Notice.objects.exclude(kind="thanks").delete()
    Attendance.objects.filter(pk=siân.pk).update(arrived_at=MONDAY)
    send(MONDAY + timedelta(days=1))
    assert post.arrived() == {siân.email.value: 1}
    assert state_of(tom, "thanks") == ("dropped", NoticeReason.DID_NOT_COME)


def closes(scope: SuppressionScope):
    return lambda a: suppress(
        address=a.email.value, kind="email", scope=scope, reason=SuppressionReason.ASKED, by=None, source="test"
    )


def withdraws(attendance: Attendance) -> None:
    Action.objects.filter(pk=attendance.action_id).update(state="withdrawn", state_at=NOW)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (withdraws, NoticeReason.WITHDREW),
        (closes(SuppressionScope.MESSAGES), NoticeReason.CLOSED),
        (closes(SuppressionScope.ALL), NoticeReason.CLOSED),
        (lambda a: object_to_marketing(person=a.person, by=None), NoticeReason.CLOSED),
        (
            lambda a: ContactPoint.objects.filter(pk=a.email_id).update(retired_at=NOW, retired_reason="bounced"),
            NoticeReason.DEAD_ADDRESS,
        ),
        (lambda a: Event.objects.filter(pk=a.event_id).update(status="cancelled"), NoticeReason.EVENT_CANCELLED),
    ],
)
def test_whoever_must_not_be_written_to_any_more_is_not_whatever_was_planned(post, happens, reason):
    siân = signed_up(Evening())
    happens(siân)
    send()
    assert post.letters == []
    assert state_of(siân) == ("dropped", reason)


def test_who_asked_not_to_be_rung_still_gets_the_letters_they_signed_up_for(post):
    siân = signed_up(Evening())
    closes(SuppressionScope.CALLS)(siân)
    send()
    assert post.arrived() == {siân.email.value: 1}


def test_who_is_erased_gets_nothing_and_leaves_no_letter_behind(post):
    siân = signed_up(Evening())
    erase_person(person=siân.person, by=None)
    send(MONDAY + timedelta(days=1))
    assert post.letters == []
    assert Notice.objects.count() == 0


def test_a_reminder_in_the_workers_hands_while_the_event_is_cancelled_does_not_go(post, monkeypatch):
    evening = Evening()
    siân = signed_up(evening)
    send()
    asked = delivery.why_not

    def called_off_just_then(notice, *, now):
        if evening.event.status != "cancelled":
            evening.event.status = "cancelled"
            evening.event.sequence += 1
            evening.event.save()
            with transaction.atomic():
                cancel_notices(evening.event, now=now)
        return asked(notice, now=now)

    monkeypatch.setattr(delivery, "why_not", called_off_just_then)
    for _twice in range(2):
        send(MONDAY - timedelta(hours=1))
    assert [letter["Subject"].split(":")[0] for letter in post.letters] == ["You are coming", "Cancelled"]
    assert state_of(siân, "day_before") == ("dropped", NoticeReason.EVENT_CANCELLED)
    assert state_of(siân, "hour_before") == ("dropped", NoticeReason.EVENT_CANCELLED)


def test_an_address_closed_between_planning_and_reminder_gets_no_reminder(post):
    siân = signed_up(Evening())
    send()
    closes(SuppressionScope.ALL)(siân)
    send(MONDAY - timedelta(hours=1))
    assert post.arrived() == {siân.email.value: 1}


def test_a_move_and_a_cancellation_update_the_calendar(post):
    evening = Evening()
    siân = signed_up(evening)
    send()
    evening.move(MONDAY + timedelta(days=1))
    with transaction.atomic():
        replan_notices(evening.event, now=NOW)
    send()
    evening.event.status, evening.event.cancelled_reason = "cancelled", "The hall is flooded."
    evening.move(evening.event.starts_at)
    with transaction.atomic():
        cancel_notices(evening.event, now=NOW)
    send()
    files = [
        part.get_content()
        for letter in post.letters
        for part in letter.iter_attachments()
        if part.get_content_type() == "text/calendar"
    ]
    assert ["SEQUENCE:0" in files[0], "SEQUENCE:1" in files[1], "SEQUENCE:2" in files[2]] == [True, True, True]
    assert "DTSTART;TZID=Europe/London:20261124T180000" in files[1]
    assert "METHOD:CANCEL" in files[2]
    uids = {line for file in files for line in file.splitlines() if line.startswith("UID")}
    assert len(uids) == 1
    assert "The hall is flooded." in post.letters[2].get_body(("plain",)).get_content()
    assert post.arrived() == {siân.email.value: 3}
    send(MONDAY + timedelta(days=3))
    assert len(post.letters) == 3


def test_a_letter_refused_for_good_says_what_the_server_said_and_is_not_tried_again(post):
    post.at_recipient = lambda _to: "550 no such mailbox"
    siân = signed_up(Evening())
    send()
    send(NOW + timedelta(hours=1))
    assert state_of(siân) == ("failed", NoticeReason.REFUSED)
    assert "550 no such mailbox" in Notice.objects.get(attendance=siân, kind="confirmation").problem
    post.at_recipient = lambda _to: None
    send(NOW + timedelta(hours=2))
    assert post.letters == []


def test_a_letter_that_comes_back_says_so_and_its_address_gets_no_more(post):
    siân = signed_up(Evening())
    send()
    letter = Delivery.objects.get(message__kind=MessageKind.LETTER)
    told = BackOf("b1", Back.DEAD, NOW, reference=f"d{letter.pk}", problem="550 5.1.1 unknown user")
    assert take_back(told, provider="mailbox", now=NOW + timedelta(minutes=5))
    assert state_of(siân) == ("failed", NoticeReason.BOUNCED)
    send(MONDAY - timedelta(days=1))
    assert len(post.letters) == 1
    assert state_of(siân, "day_before") == ("dropped", NoticeReason.CLOSED)


def test_who_withdraws_before_the_letter_has_left_gets_none_and_one_once_they_are_back(post):
    siân = signed_up(Evening())
    with transaction.atomic():
        drop_notices(siân, now=NOW)
    send()
    assert (post.letters, state_of(siân)) == ([], ("dropped", NoticeReason.WITHDREW))
    assert list(Delivery.objects.values_list("state", "reason")) == [("skipped", "not_needed")]
    with transaction.atomic():
        plan_notices(siân, now=NOW)
    for _twice in range(2):
        send()
    assert post.arrived() == {siân.email.value: 1}
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [DeliveryState.SENT, DeliveryState.SKIPPED]


def test_a_letter_put_off_is_tried_again_later_and_then_arrives_once(post):
    post.at_recipient = lambda _to: "451 try again later"
    siân = signed_up(Evening())
    send()
    assert state_of(siân) == ("waiting", "")
    post.at_recipient = lambda _to: None
    send(NOW + timedelta(seconds=50))
    assert post.letters == []
    for minutes in (3, 4):
        send(NOW + timedelta(minutes=minutes))
    assert post.arrived() == {siân.email.value: 1}
    assert Delivery.objects.get(key__startswith="event ").attempts == 2


def test_a_letter_put_off_for_hours_is_given_up_and_says_so(post):
    post.at_recipient = lambda _to: "451 try again later"
    siân = signed_up(Evening(starts_at=MONDAY + timedelta(days=9)))
    at = NOW
    for _try in range(32):
        send(at)
        at += timedelta(minutes=70)
    assert state_of(siân) == ("failed", NoticeReason.REFUSED)


def test_a_reminder_that_was_held_up_until_the_evening_began_is_dropped(post):
    siân = signed_up(Evening())
    send(MONDAY + timedelta(minutes=1))
    assert state_of(siân, "hour_before") == ("dropped", NoticeReason.TOO_LATE)
    assert [letter["Subject"].split(":")[0] for letter in post.letters] == ["You are coming"]


def test_a_letter_whose_answer_is_lost_is_marked_so_and_never_sent_again_by_itself(post):
    evening = Evening()
    siân, tom = signed_up(evening, "Siân"), signed_up(evening, "Tom")
    post.hangs_up = lambda to: to == siân.email.value
    send()
    post.hangs_up = lambda _to: False
    send(NOW + timedelta(hours=1))
    assert post.arrived() == {siân.email.value: 1, tom.email.value: 1}
    assert state_of(siân) == ("unknown", NoticeReason.LOST)
    assert state_of(tom) == ("sent", "")


def test_an_organiser_may_send_a_lost_letter_again_and_nobody_else_does(post):
    siân = signed_up(Evening())
    post.hangs_up = lambda _to: True
    send()
    notice = Notice.objects.get(attendance=siân, kind="confirmation")
    post.hangs_up = lambda _to: False
    assert send_again(notice, by=None, now=NOW)
    send()
    assert post.arrived() == {siân.email.value: 2}
    assert not send_again(notice, by=None, now=NOW)
    assert [letter["Message-ID"] for letter in post.letters[:1]] == [post.letters[1]["Message-ID"]]


def test_while_the_mail_server_is_away_letters_wait_and_say_why(settings):
    with mail_server() as (_post, said):
        closed_port = said["EMAIL_PORT"]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = said["EMAIL_BACKEND"], "127.0.0.1", closed_port
    siân = signed_up(Evening())
    send()
    notice = Notice.objects.get(attendance=siân, kind="confirmation")
    assert notice.state == "waiting"
    assert "refused" in notice.problem.lower()


def test_a_letter_that_cannot_be_written_fails_alone(post, monkeypatch):
    evening = Evening()
    siân, tom = signed_up(evening, "Siân"), signed_up(evening, "Tom")
    write = delivery.compose

    def compose(notice, *, now):
        if notice.attendance_id == siân.pk:
            raise LookupError
        return write(notice, now=now)

    monkeypatch.setattr(delivery, "compose", compose)
    send()
    assert post.arrived() == {tom.email.value: 1}
    assert state_of(siân) == ("failed", NoticeReason.UNWRITABLE)


def test_the_mail_server_is_never_spoken_to_inside_a_transaction(post):
    signed_up(Evening())
    with transaction.atomic(), pytest.raises(RuntimeError):
        send()
    assert post.letters == []


def test_a_letter_is_leased_and_committed_before_the_server_has_it_and_a_worker_that_was_slow_still_tells(post):
    siân = signed_up(Evening())
    seen = []

    def look(_to):
        # In a thread of the mail server's: another connection, which sees what is committed.
        seen.append(Notice.objects.values_list("state", flat=True).get(attendance=siân, kind="confirmation"))
        give_up_lost(now=NOW + timedelta(hours=1))
        connections.close_all()

    def at_recipient(to):
        worker = threading.Thread(target=look, args=[to])
        worker.start()
        worker.join()

    post.at_recipient = at_recipient
    send()
    assert seen == [NoticeState.SENDING]
    assert state_of(siân) == ("sent", "")


def test_several_workers_at_once_send_each_letter_once(post):
    evening = Evening()
    people = [signed_up(evening, f"Caller {n}") for n in range(24)]

    def work():
        try:
            send()
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert post.arrived() == {each.email.value: 1 for each in people}
    assert Notice.objects.filter(kind="confirmation").exclude(state="sent").count() == 0


def test_a_great_many_reminders_go_into_the_outbox_a_part_at_a_time(post, monkeypatch):
    monkeypatch.setattr(delivery, "MOST_AT_ONCE", 2)
    evening = Evening()
    for n in range(3):
        signed_up(evening, f"Caller {n}")
    send(MONDAY - timedelta(days=1))
    assert sorted(post.arrived().values()) == [2, 2, 2]


def test_without_a_mail_server_letters_are_kept_as_files(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", tmp_path
    siân = signed_up(Evening())
    send()
    [file] = tmp_path.iterdir()
    assert siân.email.value in file.read_text(encoding="utf-8")
    assert state_of(siân) == ("sent", "")
