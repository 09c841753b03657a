"""What comes in: kept once, stop and help heard at once, all else for a person; whatever is posted, by whomever."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from groundswell.accounts.models import AuditEvent, Organisation
from groundswell.campaigns.models import Campaign
from groundswell.compliance.models import Consent, Suppression
from groundswell.messaging import answering
from groundswell.messaging.enums import InboundRoute, MessageKind
from groundswell.messaging.models import Delivery, Inbound, Sender, SimulatedText
from groundswell.messaging.operations import inbound as operations
from groundswell.messaging.operations.inbound import UnreadableError, mark_handled, receive, route_again, stop_by_hand
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.providers.contract import InboundOf
from groundswell.messaging.tests.texting import OURS, THEIRS, texted
from groundswell.messaging.tests.world import World
from groundswell.messaging.words import is_help, is_stop, mentions_stop
from groundswell.people.addresses import address_hash
from groundswell.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", " Stop. ", "“Stop!”", "ＳＴＯＰ", "s t o p", "S.T.O.P.", "STOP STOP stop", "stop 🛑", "st\u200bop",
     "stop all", "STOPALL", "opt-out", "Unsubscribe", "quit\n", "STOPIO", "stöp"],
)  # fmt: skip
def test_a_whole_message_is_a_stop_word(text: str) -> None:
    assert is_stop(text)
    assert not mentions_stop(text)


@pytest.mark.parametrize(
    "text", ["we must STOP this bill", "please stop", "Stop the cuts!", "never stop", "don't stop", "the end"]
)
def test_a_stop_word_among_others_is_for_a_person(text: str) -> None:
    assert not is_stop(text)
    assert mentions_stop(text)


@pytest.mark.parametrize("text", ["", " ", "🛑", "stopp", "bus stops", "nonstop", "yes"])
def test_what_only_looks_like_it_is_neither(text: str) -> None:
    assert not is_stop(text)
    assert not mentions_stop(text)


def test_help_is_asked_by_the_whole_message() -> None:
    assert is_help("Help!")
    assert is_help("cymorth")
    assert not is_help("I can help on Monday")


@given(st.text())
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert not (is_stop(text) and (is_help(text) or mentions_stop(text)))


def test_a_stop_closes_the_number_takes_back_consent_and_is_confirmed_once(person: Person, sender: Sender) -> None:
    first, second = texted("STOP"), texted("stop")

    assert first is not None
    assert second is not None
    assert (first.route, second.route) == (InboundRoute.STOP, InboundRoute.STOP)
    closed = Suppression.objects.get(address_hash=address_hash("phone", THEIRS))
    assert (closed.scope, closed.lifted_at) == ("messages", None)
    assert [line.state for line in Consent.objects.filter(person=person).order_by("pk")] == ["given", "withdrawn"]
    confirmation = Delivery.objects.get()
    assert (confirmation.message.kind, confirmation.person) == (MessageKind.STOPPED, person)
    assert confirmation.body == "You will get no more texts from Red Rose Party."


def test_a_stop_that_the_provider_confirmed_is_not_confirmed_again(person: Person, sender: Sender) -> None:
    texted("STOP", is_answered=True)

    assert Suppression.objects.exists()
    assert not Delivery.objects.exists()


def test_a_stranger_can_stop_what_never_began(sender: Sender) -> None:
    inbound = texted("STOP", number="+447700900777")

    assert inbound is not None
    assert inbound.route == InboundRoute.STOP
    assert Suppression.objects.filter(address_hash=address_hash("phone", "+447700900777")).exists()
    confirmation = Delivery.objects.get()
    assert (confirmation.person, confirmation.contact_point) == (None, inbound.contact_point)
    assert not Person.objects.exists()


def test_a_stop_before_anybody_has_said_who_we_are_is_kept_and_obeyed(sender: Sender) -> None:
    Organisation.objects.all().delete()

    stopped, asked = texted("STOP"), texted("HELP")

    assert stopped is not None
    assert asked is not None
    assert (stopped.route, asked.route) == (InboundRoute.STOP, InboundRoute.INBOX)
    assert stopped.routed_at is not None
    assert Suppression.objects.filter(address_hash=address_hash("phone", THEIRS), scope="messages").exists()
    assert not Delivery.objects.exists()


def test_a_stop_whose_confirmation_the_database_refuses_is_obeyed(
    person: Person, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE messaging_delivery ADD CONSTRAINT nothing_goes CHECK (state = 'sent') NOT VALID")

    inbound = texted("STOP")

    assert inbound is not None
    assert inbound.route == InboundRoute.STOP
    assert Suppression.objects.filter(address_hash=address_hash("phone", THEIRS)).exists()
    assert [line.state for line in Consent.objects.filter(person=person).order_by("pk")] == ["given", "withdrawn"]
    assert not Delivery.objects.exists()
    assert "could not be confirmed" in caplog.text


def test_a_stop_from_no_number_waits_for_a_person(sender: Sender) -> None:
    inbound = texted("STOP", number="INFOLINE")

    assert inbound is not None
    assert inbound.route == InboundRoute.INBOX
    assert not Suppression.objects.exists()


def test_support_with_a_stop_word_changes_nothing(person: Person, sender: Sender) -> None:
    inbound = texted("We must STOP this bill")

    assert inbound is not None
    assert (inbound.route, inbound.handled_at) == (InboundRoute.INBOX, None)
    assert not Suppression.objects.exists()
    assert not Consent.objects.filter(state="withdrawn").exists()


def test_help_says_who_we_are_once_a_day(person: Person, sender: Sender) -> None:
    for _ in range(3):
        inbound = texted("HELP")
        assert inbound is not None
        assert inbound.route == InboundRoute.HELP
    answer = Delivery.objects.get()
    assert answer.body.startswith("Red Rose Party. ")
    assert "STOP" in answer.body

    answer.delete()
    receive(
        InboundOf("tomorrow", OURS, THEIRS, "help", timezone.now()),
        provider="console",
        now=timezone.now() + timedelta(days=1),
        enqueue=lambda _: None,
    )
    assert Delivery.objects.count() == 1


def test_a_stranger_who_asks_is_told_who_we_are(sender: Sender) -> None:
    stranger = texted("HELP", number="+447700900777")

    assert stranger is not None
    assert stranger.route == InboundRoute.HELP
    assert Delivery.objects.get().person is None


def test_help_from_no_number_or_to_none_that_may_send_waits_for_a_person(sender: Sender) -> None:
    named = texted("HELP", number="INFOLINE")
    Sender.objects.filter(pk=sender.pk).update(retired_at=timezone.now())
    retired = texted("HELP", number="+447700900777")

    assert [one.route for one in (named, retired) if one] == [InboundRoute.INBOX, InboundRoute.INBOX]
    assert not Delivery.objects.exists()


def test_it_is_known_what_it_answers(world: World, person: Person, sender: Sender) -> None:
    texted("HELP")
    sent = Delivery.objects.get()
    Delivery.objects.update(state="sent", sent_at=timezone.now())
    inbound = texted("thanks, I am in on Monday")

    assert inbound is not None
    assert inbound.answers == sent
    assert inbound.contact_point is not None


def test_the_same_message_is_taken_once(person: Person, sender: Sender) -> None:
    asked: list[int] = []
    given = InboundOf("SM1", "07700 900999", "07700900123", "hello", timezone.now())
    for _ in range(3):
        receive(given, provider="console", now=timezone.now(), enqueue=asked.append)
    receive(given, provider="twilio", now=timezone.now(), enqueue=asked.append)

    first, second = Inbound.objects.order_by("pk")
    assert asked == [first.pk, second.pk]
    assert (first.our_address, first.their_address, first.sender) == (OURS, THEIRS, sender)


def test_what_cannot_be_routed_is_kept_and_routed_later(
    person: Person, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(operations, "suppress", lambda **_: 1 / 0)
        texted("STOP")
    kept = Inbound.objects.get()
    assert (kept.route, kept.routed_at) == (InboundRoute.INBOX, None)
    assert not Suppression.objects.exists()

    route_again(kept.pk)
    route_again(kept.pk)
    route_again(kept.pk + 1)
    kept.refresh_from_db()
    assert kept.route == InboundRoute.STOP
    assert Delivery.objects.count() == 1


def test_a_conversation_comes_before_a_keyword_and_both_before_the_inbox(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "_TAKERS", {})
    answering.register(InboundRoute.FLOW, lambda inbound: inbound.text in {"JOIN", "both"})
    answering.register(InboundRoute.CONVERSATION, lambda inbound: inbound.text in {"hi", "both"})
    routes = [inbound.route for text in ("JOIN", "hi", "both", "else", "STOP") if (inbound := texted(text))]

    assert routes == ["flow", "conversation", "conversation", "inbox", "stop"]
    with pytest.raises(ValueError):
        answering.register(InboundRoute.STOP, lambda inbound: True)


@pytest.mark.parametrize("later", [0, 1])
def test_of_two_conversations_the_latest_takes_it(sender: Sender, monkeypatch: pytest.MonkeyPatch, later: int) -> None:
    monkeypatch.setattr(answering, "_TAKERS", {})
    taken: list[int] = []

    def room(number: int) -> None:
        def takes(inbound: Inbound) -> bool:
            taken.append(number)
            return inbound.text != "not mine"

        since = timezone.now() - timedelta(hours=0 if number == later else 1)
        answering.register(InboundRoute.CONVERSATION, takes, since=lambda inbound: since)

    room(0)
    room(1)
    answering.register(InboundRoute.CONVERSATION, lambda inbound: False)
    texted("hi")
    assert taken == [later]
    texted("not mine")
    assert taken == [later, later, 1 - later]


def test_a_person_decides_that_it_means_stop(world: World, person: Person, sender: Sender) -> None:
    inbound = texted("please stop")
    assert inbound is not None

    assert stop_by_hand(inbound=inbound, by=world.owen, now=timezone.now())
    inbound.refresh_from_db()
    assert (inbound.route, inbound.handled_by) == (InboundRoute.STOP, world.owen)
    assert Suppression.objects.get().created_by == world.owen
    assert AuditEvent.objects.filter(verb="stop_by_hand", actor=world.owen).exists()


def test_handled_is_said_once_and_can_be_taken_back(world: World, sender: Sender) -> None:
    inbound = texted("hello")
    assert inbound is not None
    for is_handled in (True, True, False, False):
        mark_handled(inbound=inbound, by=world.owen, now=timezone.now(), is_handled=is_handled)
    inbound.refresh_from_db()

    assert inbound.handled_at is None
    assert AuditEvent.objects.filter(verb="handle_inbound").count() == 1
    assert AuditEvent.objects.filter(verb="reopen_inbound").count() == 1


@pytest.mark.parametrize("given", [("", OURS, THEIRS), ("1", " ", THEIRS), ("1", OURS, ""), ("x" * 201, OURS, THEIRS)])
def test_what_is_no_text_is_refused(world: World, given: tuple[str, str, str]) -> None:
    with pytest.raises(UnreadableError):
        receive(InboundOf(*given, "hello", timezone.now()), provider="x", now=timezone.now(), enqueue=lambda _: None)


@pytest.mark.django_db(transaction=True)
def test_two_stops_at_once_are_two_messages_and_one_confirmation(person: Person, sender: Sender) -> None:
    barrier, faults = threading.Barrier(4), []

    def press(number: int) -> None:
        try:
            barrier.wait()
            texted("STOP", key=f"SM{number // 2}")
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert sorted(Inbound.objects.values_list("route", flat=True)) == ["stop", "stop"]
    assert Suppression.objects.count() == 1
    assert Delivery.objects.count() == 1


def test_campaigns_are_not_needed_to_hear_a_stop(person: Person, sender: Sender) -> None:
    Campaign.objects.all().delete()
    texted("STOP")

    assert Suppression.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_answers_them_leaves_by_the_outbox_once(person: Person, sender: Sender, settings: Any) -> None:
    settings.DEMO = True
    for text in ("HELP", "STOP", "STOP", "HELP"):
        texted(text)
        send_some()

    assert list(Delivery.objects.order_by("pk").values_list("state", "message__kind")) == [
        ("sent", MessageKind.NOTICE),
        ("sent", MessageKind.STOPPED),
    ]
    assert [text.text.split(".")[0] for text in SimulatedText.objects.order_by("pk")] == [
        "Red Rose Party",
        "You will get no more texts from Red Rose Party",
    ]


@pytest.mark.django_db(transaction=True)
def test_strangers_are_answered_and_stopped_for_good(sender: Sender, settings: Any) -> None:
    settings.DEMO = True
    for text in ("HELP", "STOP"):
        texted(text, number="+447700900777")
    send_some()

    # The stop came before the answer had left.
    assert list(Delivery.objects.order_by("pk").values_list("state", "reason")) == [
        ("suppressed", "suppressed"),
        ("sent", ""),
    ]
    assert SimulatedText.objects.get().their_address == "+447700900777"
