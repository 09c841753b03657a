"""What comes in: kept once, stop and help heard at once, all else for a person; whatever is posted, by whomever."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from groundswell.accounts.models import AuditEvent
from groundswell.campaigns.models import Campaign
from groundswell.compliance.models import Consent, Suppression
from groundswell.config.sms import SmsGateway
from groundswell.messaging import answering
from groundswell.messaging.enums import InboundRoute, MessageKind
from groundswell.messaging.models import Delivery, Inbound, Receipt, Sender, SimulatedText
from groundswell.messaging.operations import inbound as operations
from groundswell.messaging.operations.inbound import UnreadableError, mark_handled, receive, route_again, stop_by_hand
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.outgoing import reference_of
from groundswell.messaging.providers.contract import InboundOf
from groundswell.messaging.tests.world import World
from groundswell.messaging.words import is_help, is_stop, mentions_stop
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, Person, PersonContact

OURS, THEIRS = "+447700900999", "+447700900123"
TOKEN, SECRET = "f" * 32, "a secret of the gateway's own"
pytestmark = pytest.mark.django_db


@pytest.fixture
def person(world: World) -> Person:
    """Somebody who agreed to texts."""
    person = world.person()
    digest = address_hash("phone", THEIRS)
    number = ContactPoint.objects.create(kind="phone", value=THEIRS, address_hash=digest)
    PersonContact.objects.create(person=person, contact_point=number, source=world.source)
    world.consent(person, digest, channel="sms")
    return person


@pytest.fixture
def sender(world: World) -> Sender:
    return world.make_sender(channel="sms", name="Red Rose", address=OURS, provider="console")


def texted(text: str, *, number: str = THEIRS, key: str = "", **fields: Any) -> Inbound | None:
    given = InboundOf(key or f"{text[:60]}-{Inbound.objects.count()}", OURS, number, text, timezone.now(), **fields)
    return receive(given, provider="console", now=timezone.now(), enqueue=lambda _: None)


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
    assert not Delivery.objects.exists()


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


def test_help_that_nobody_can_answer_waits_for_a_person(sender: Sender) -> None:
    stranger = texted("HELP", number="+447700900777")

    assert stranger is not None
    assert stranger.route == InboundRoute.INBOX


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


@pytest.fixture
def providers(settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "0" * 32, TOKEN
    settings.SMS_GATEWAY = SmsGateway(url="https://gateway.example.org/", secret=SECRET)


def from_twilio(url: str, form: dict[str, str], token: str = TOKEN) -> Any:
    signature = RequestValidator(token).compute_signature("http://localhost:8000" + url, form)
    return Client().post(
        url, urlencode(form), "application/x-www-form-urlencoded", headers={"X-Twilio-Signature": signature}
    )


def from_gateway(url: str, body: bytes, secret: str = SECRET, kind: str = "application/json") -> Any:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Client().generic("POST", url, body, kind, headers={"X-Signature": signature})


TWILIO, HTTP = "/messaging/webhooks/twilio/inbound/", "/messaging/webhooks/http/inbound/"
FORM = {"MessageSid": "SM1", "From": THEIRS, "To": OURS, "Body": "Dŵr 😀", "AccountSid": "AC", "NumMedia": "0"}


def test_twilios_text_is_kept_once_and_answered_with_silence(providers: None, sender: Sender) -> None:
    for _ in range(2):
        response = from_twilio(TWILIO, FORM)
        assert response.status_code == 200
        assert response["Content-Type"] == "text/xml"
        assert b"<Message" not in response.content
    kept = Inbound.objects.get()
    assert (kept.provider, kept.provider_id, kept.text, kept.their_address) == ("twilio", "SM1", "Dŵr 😀", THEIRS)
    assert kept.routed_at is not None


def test_with_each_text_a_job_is_written_down(providers: None, sender: Sender) -> None:
    from_twilio(TWILIO, FORM)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name LIKE '%route_inbound'")
        jobs = [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in cursor.fetchall()]
    assert jobs == [{"inbound_id": Inbound.objects.get().pk}]


def test_what_is_not_signed_is_refused_and_nothing_kept(providers: None, sender: Sender) -> None:
    assert from_twilio(TWILIO, FORM, token="e" * 32).status_code == 403
    assert Client().post(TWILIO, FORM).status_code == 403
    assert from_gateway(HTTP, b"{}", secret="another" * 4).status_code == 403
    assert Client().post(HTTP, {"id": "1"}).status_code == 403
    assert not Inbound.objects.exists()


def test_a_provider_without_settings_is_not_there(world: World) -> None:
    assert from_twilio(TWILIO, FORM).status_code == 404
    assert from_gateway(HTTP, b"{}").status_code == 404


def test_a_gateways_text_as_json_as_form_and_by_bearer(providers: None, sender: Sender) -> None:
    fields = {"id": "g1", "from": THEIRS, "to": OURS, "text": "Dŵr 😀"}
    assert from_gateway(HTTP, json.dumps(fields).encode()).status_code == 204
    form = urlencode({**fields, "id": "g2"}).encode()
    assert from_gateway(HTTP, form, kind="application/x-www-form-urlencoded").status_code == 204
    by_bearer = Client().post(HTTP, {**fields, "id": "g3"}, headers={"Authorization": f"Bearer {SECRET}"})
    assert by_bearer.status_code == 204
    assert list(Inbound.objects.order_by("pk").values_list("provider_id", "text")) == [
        (key, "Dŵr 😀") for key in ("g1", "g2", "g3")
    ]


RECEIPTS = "/messaging/webhooks/{}/receipts/"


@pytest.fixture
def sent(world: World, person: Person, sender: Sender) -> Delivery:
    """A text whose provider's answer was lost: only our reference can find it."""
    texted("HELP")
    Sender.objects.update(provider="twilio")
    Delivery.objects.update(state="unknown", reason="lost", sent_at=None)
    return Delivery.objects.get()


def test_a_receipt_finds_its_text_by_our_reference(providers: None, sent: Delivery) -> None:
    url = RECEIPTS.format("twilio") + "?" + urlencode({"reference": reference_of(sent.pk)})
    for status in ("queued", "sent", "delivered", "delivered", "sent"):
        assert from_twilio(url, {"MessageSid": "SM9", "MessageStatus": status}).status_code == 204
    sent.refresh_from_db()

    assert sent.state == "delivered"
    assert Receipt.objects.count() == 2


def test_a_gateways_receipt_is_taken(providers: None, sent: Delivery) -> None:
    Sender.objects.update(provider="http")
    said = {"id": "g1", "reference": reference_of(sent.pk), "status": "failed", "error": "no such number"}
    assert from_gateway(RECEIPTS.format("http"), json.dumps(said).encode()).status_code == 204
    sent.refresh_from_db()

    assert (sent.state, sent.reason) == ("failed", "undelivered")


def test_receipts_of_nobody_and_of_nothing(providers: None, sent: Delivery) -> None:
    assert from_twilio(RECEIPTS.format("twilio"), FORM).status_code == 400
    assert from_gateway(RECEIPTS.format("http"), b'{"id": "g1"}').status_code == 400
    assert from_gateway(RECEIPTS.format("http"), b"{}", secret="another" * 4).status_code == 403
    assert Client().post(RECEIPTS.format("twilio"), {"MessageSid": "SM9", "MessageStatus": "sent"}).status_code == 403
    assert not Receipt.objects.exists()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = ["id", "from", "to", "text", "status", "reference"]
FUZZ = hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(
    st.dictionaries(
        st.sampled_from(["id", "from", "to", "text", "status", "reference"]),
        anything | st.sampled_from([THEIRS, "sent"]),
    )
    | anything
)
def test_whatever_a_gateway_posts_is_kept_or_refused(providers: None, sender: Sender, given: Any) -> None:
    for url in (HTTP, RECEIPTS.format("http")):
        assert from_gateway(url, json.dumps(given).encode()).status_code in (204, 400)


@FUZZ
@given(body=st.binary(max_size=300), kind=st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16",
     "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", ""]
))  # fmt: skip
def test_any_bytes_of_any_kind_are_kept_or_refused(providers: None, sender: Sender, body: bytes, kind: str) -> None:
    client = Client()
    for url in (TWILIO, HTTP):
        assert client.generic("POST", url, body, kind, headers={"X-Signature": "é"}).status_code in (400, 403)
    assert from_gateway(HTTP, body, kind=kind).status_code in (204, 400)


@FUZZ
@given(text=st.text(), number=st.text(min_size=1), key=st.text(min_size=1, max_size=220))
def test_any_text_from_anyone_by_twilio_is_kept_as_it_was(
    providers: None, sender: Sender, text: str, number: str, key: str
) -> None:
    Inbound.objects.all().delete()
    form = {"MessageSid": key, "From": number, "To": OURS, "Body": text}
    status = from_twilio(TWILIO, {k: v.encode("utf-8", "replace").decode() for k, v in form.items()}).status_code

    if status == 200:
        assert Inbound.objects.get().text == text.replace("\0", "").encode("utf-8", "replace").decode()
    else:
        assert status == 400
        assert not Inbound.objects.exists()


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
