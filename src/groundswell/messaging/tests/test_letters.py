"""Letters about what somebody signed up for go by the one outbox, before all else, and are held up by a stop alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connections, transaction
from django.test import Client
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.compliance.enums import SuppressionScope
from groundswell.compliance.operations import suppress
from groundswell.messaging import letters
from groundswell.messaging.enums import DeliveryReason, DeliveryState, MessageKind, MessageStatus
from groundswell.messaging.letters import LetterWords, NotNeededError, Urgency
from groundswell.messaging.models import Delivery, Message, Sender
from groundswell.messaging.operations.letters import (
    ToPost,
    keep_letters_going,
    own_sender,
    post_letters,
    send_letter_again,
    take_letters_back,
)
from groundswell.messaging.operations.senders import retire_sender
from groundswell.messaging.pacing import LETTERS_MORE, PAUSES, next_try
from groundswell.messaging.providers.contract import Enclosed, Handed, Outcome, Outgoing
from groundswell.messaging.providers.emails import email_of
from groundswell.messaging.providers.smtp.mime import as_bytes
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.tests.outbox_clock import Clock, send, sending
from groundswell.messaging.tests.ways import Way
from groundswell.messaging.tests.world import NOON, World
from groundswell.people.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
ROOM = "note"
Post = Callable[..., int]


def write(number: int, now: datetime) -> LetterWords:
    return LetterWords(subject=f"Note {number}", text=f"It is {now:%H:%M}.", html=f"<p>It is {now:%H:%M}.</p>")


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setitem(letters._WRITERS, ROOM, write)
    made = World()
    Organisation.objects.update(
        imprint="Promoted by O. Evans, 1 Hoe Street, London E17", contact_address="1 Hoe Street"
    )
    return made


@pytest.fixture
def post(world: World) -> Post:
    """Somebody's letter is put into the outbox; which delivery it is."""

    def posted(person: Person, number: int = 1, times: int = 1, urgency: Urgency = Urgency.NOW) -> int:
        to_post = ToPost(number, times, person.pk, person.contact_points.get().pk, urgency)
        with transaction.atomic():
            return post_letters(world.campaign, room=ROOM, letters=[to_post], now=NOON)[number]

    return posted


def stands(delivery_id: int) -> tuple[str, str]:
    found = Delivery.objects.get(pk=delivery_id)
    return found.state, found.reason


def test_letters_leave_before_what_is_sent_to_many_and_the_most_urgent_first(
    world: World, post: Post, way: Way, clock: Clock
) -> None:
    world.people(20)
    sending(world)
    guest = world.person("guest@example.org", consent=False)
    post(guest, 1, urgency=Urgency.LATER)
    post(guest, 2, urgency=Urgency.SOON)
    post(guest, 3)
    send(way, clock)
    clock.wait(1)
    send(way, clock)
    assert [each.subject for each in way.handed if each.subject.startswith("Note")] == ["Note 3", "Note 2", "Note 1"]
    assert way.handed[0].text == "It is 12:00."
    assert len(way.batches[0]) == 1, "a killed worker loses sight of one"
    assert len(way.handed) == 23


def test_a_letter_needs_no_consent_and_a_closed_address_gets_none(
    world: World, post: Post, way: Way, clock: Clock
) -> None:
    free = world.person("free@example.org", consent=False)
    closed = world.person("closed@example.org")
    suppress(address="closed@example.org", kind="email", scope=SuppressionScope.MESSAGES, by=None)
    kept, refused = post(free, 1), post(closed, 2)
    send(way, clock)
    assert way.addresses == ["free@example.org"]
    assert stands(kept) == ("sent", "")
    assert stands(refused) == ("suppressed", "suppressed")


def test_the_same_letter_is_refused_by_the_database_and_vanishes_with_what_it_tells_of(
    world: World, post: Post
) -> None:
    guest = world.person("guest@example.org")
    post(guest)
    with pytest.raises(IntegrityError):
        post(guest)
    with transaction.atomic():
        post(guest, times=2)
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 1


def test_what_is_taken_back_does_not_leave_and_what_left_cannot_be(
    world: World, post: Post, way: Way, clock: Clock
) -> None:
    guest = world.person("guest@example.org")
    first = post(guest, 1)
    send(way, clock)
    second = post(guest, 2)
    with transaction.atomic():
        assert take_letters_back([first, second], now=NOON) == [second]
    clock.wait(1)
    send(way, clock)
    assert len(way.handed) == 1
    assert stands(second) == (DeliveryState.SKIPPED, DeliveryReason.NOT_NEEDED)


def test_a_letter_that_is_not_wanted_any_more_when_it_would_leave_stays(
    world: World, post: Post, way: Way, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwanted(_number: int, _now: datetime) -> LetterWords:
        raise NotNeededError(DeliveryReason.TOO_LATE)

    monkeypatch.setitem(letters._WRITERS, ROOM, unwanted)
    late = post(world.person("guest@example.org"))
    send(way, clock)
    assert not way.handed
    assert stands(late) == ("skipped", "too_late")


def test_while_the_database_is_away_nothing_is_given_up(
    world: World, post: Post, way: Way, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_number: int, _now: datetime) -> LetterWords:
        raise OperationalError("the server closed the connection")

    monkeypatch.setitem(letters._WRITERS, ROOM, away)
    waiting = post(world.person("guest@example.org"))
    with pytest.raises(OperationalError):
        send(way, clock)
    assert stands(waiting) == ("pending", "")
    monkeypatch.setitem(letters._WRITERS, ROOM, write)
    clock.wait(1)
    send(way, clock)
    assert stands(waiting) == ("sent", "")


def test_one_greylisted_address_holds_up_nobody(world: World, post: Post, way: Way, clock: Clock) -> None:
    way.answers = lambda each: Handed(
        each.delivery_id, Outcome.LATER if "grey" in each.to else Outcome.TAKEN, problem="450 not now"
    )
    first, second = post(world.person("grey@example.org"), 1), post(world.person("guest@example.org"), 2)
    send(way, clock)
    assert (stands(first)[0], stands(second)[0]) == ("held", "sent")


def test_a_server_that_takes_nothing_is_left_alone_for_a_while(
    world: World, post: Post, way: Way, clock: Clock
) -> None:
    way.answers = lambda each: Handed(each.delivery_id, Outcome.LATER, problem="450 not now")
    for number in range(5):
        post(world.person(f"guest{number}@example.org"), number)
    send(way, clock, most=3)
    rests_until = own_sender(now=NOON).next_slot_at
    assert len(way.handed) == 3
    assert rests_until is not None
    assert rests_until > clock.at + timedelta(seconds=25)


def test_a_letter_is_tried_for_longer_than_a_night() -> None:
    assert next_try(len(PAUSES) + 1, now=NOON) is None
    assert next_try(len(PAUSES) + LETTERS_MORE, now=NOON, is_letter=True) == NOON + PAUSES[-1]
    assert next_try(len(PAUSES) + LETTERS_MORE + 1, now=NOON, is_letter=True) is None


def test_of_which_nobody_knows_goes_again_only_when_somebody_says_so_and_is_recognised(
    world: World, post: Post, way: Way, clock: Clock
) -> None:
    way.answers = lambda each: Handed(each.delivery_id, Outcome.UNKNOWN)
    lost = post(world.person("guest@example.org"))
    send(way, clock)
    clock.wait(3600)
    send(way, clock)
    assert stands(lost) == ("unknown", "lost")
    assert send_letter_again(lost)
    assert not send_letter_again(lost)
    way.answers = lambda each: Handed(each.delivery_id, Outcome.TAKEN)
    send(way, clock)
    assert [each.reference for each in way.handed] == [f"d{lost}", f"d{lost}"]
    assert stands(lost) == ("sent", "")


def test_neither_a_pause_nor_another_address_in_the_settings_holds_letters_up(
    world: World, post: Post, way: Way, clock: Clock, settings: Any
) -> None:
    waiting = post(world.person("guest@example.org"))
    Message.objects.filter(kind=MessageKind.LETTER).update(status=MessageStatus.PAUSED)
    settings.DEFAULT_FROM_EMAIL = "Post Office <Post@Example.org>"
    send(way, clock)
    assert not way.handed
    keep_letters_going(now=NOON)
    send(way, clock)
    assert stands(waiting) == ("sent", "")
    assert (way.handed[0].sender_address, way.handed[0].sender_name) == ("post@example.org", "Red Rose Party")


def test_letters_go_as_the_settings_say_and_from_an_address_that_nobody_can_retire(world: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_SERVICE = ""
    assert own_sender(now=NOON).provider == "files"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    ours = own_sender(now=NOON)
    assert ours.provider == "smtp"
    assert ours.verified_at is not None
    with pytest.raises(MessagingRuleError):
        retire_sender(ours, by=world.owen, now=NOON)


@pytest.mark.slow
def test_several_who_sign_up_at_once_share_one_message_and_one_sender(world: World, post: Post) -> None:
    people = [world.person(f"guest{number}@example.org") for number in range(8)]
    barrier = threading.Barrier(len(people))

    def sign_up(number: int) -> None:
        try:
            barrier.wait()
            post(people[number], number)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=sign_up, args=[number]) for number in range(len(people))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Delivery.objects.count() == len(people)
    assert Message.objects.filter(kind=MessageKind.LETTER).count() == 1
    assert Sender.objects.filter(address=own_sender(now=NOON).address).count() == 1


def test_what_did_not_arrive_is_listed_with_the_campaigns_messages(
    world: World, post: Post, way: Way, clock: Clock, client: Client
) -> None:
    way.answers = lambda each: Handed(each.delivery_id, Outcome.REFUSED, problem="550 nobody here")
    post(world.person("guest@example.org", given_names="Bea"), 1)
    gone = post(world.person("gone@example.org", given_names="Tomos"), 2)
    with transaction.atomic():
        take_letters_back([gone], now=NOON)
    send(way, clock)
    sign_in(client, make_member(Role.ORGANISER, world.campaign, second_factor=True).user)
    assert "1 letter did not arrive" in client.get("/messages/of/walthamstow/").content.decode()
    letter = Message.objects.get(kind=MessageKind.LETTER)
    listed = client.get(f"/messages/of/walthamstow/{letter.pk}/not-reached/").content.decode()
    assert "550 nobody here" in listed
    assert "Bea" in listed
    assert "Tomos" not in listed
    assert client.get(f"/messages/of/walthamstow/{letter.pk}/").status_code == 404, "nobody steers letters"


def enclosing() -> Outgoing:
    calendar = Enclosed("event.ics", "text/calendar", "BEGIN:VCALENDAR\r\nSUMMARY:tŷ i dŷ\r\n".encode())
    return Outgoing(
        delivery_id=1,
        reference="d1",
        sender_name="Plaid",
        sender_address="us@example.org",
        to="guest@example.org",
        text="Dewch i'r tŷ.",
        subject="Tŷ",
        html="<p>Dewch i'r <em>tŷ</em>.</p>",
        enclosed=(calendar, Enclosed("raw.bin", "application/octet-stream", bytes(range(256)))),
    )


@pytest.mark.parametrize("is_by_hand", [True, False])
def test_what_is_enclosed_arrives_as_it_is_beside_both_twins(is_by_hand: bool) -> None:
    outgoing = enclosing()
    by_hand = as_bytes(outgoing, message_id="<d1@x>", at=timezone.now())
    letter = message_from_bytes(by_hand if is_by_hand else email_of(outgoing).message().as_bytes(), policy=default)
    assert isinstance(letter, EmailMessage)
    assert not letter.defects
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "tŷ" in text.get_content()
    assert "<em>tŷ</em>" in html.get_content()
    calendar, raw = letter.iter_attachments()
    assert (calendar.get_content_type(), calendar.get_filename()) == ("text/calendar", "event.ics")
    assert "SUMMARY:tŷ i dŷ" in calendar.get_content()
    assert raw.get_content() == bytes(range(256))


def test_a_files_name_cannot_write_a_header() -> None:
    wrong = Enclosed('a"\r\nBcc: all@example.org', "text/plain", b"")
    outgoing = Outgoing(1, "d1", "Us", "us@example.org", "guest@example.org", "Hi", enclosed=(wrong,))
    with pytest.raises(ValueError, match="plain ASCII"):
        as_bytes(outgoing, message_id="<d1@x>", at=timezone.now())
