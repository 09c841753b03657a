"""A yes to texts counts once the code that went to the number was typed on the page; who guesses or floods is stopped."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.models import AuditEvent
from groundswell.campaigns.models import PendingConsent
from groundswell.compliance.enums import SuppressionScope
from groundswell.compliance.models import Consent, Figure
from groundswell.compliance.operations import erase_person, held_on, suppress
from groundswell.joining.enums import CodeAnswer
from groundswell.joining.links import confirm_token
from groundswell.joining.models import NumberCode, SignUp, SignUpPage
from groundswell.joining.operations.numbers import confirm_number, send_number_code, waiting_number
from groundswell.joining.operations.sign_ups import confirm_sign_up
from groundswell.joining.rules import ANOTHER_AFTER, CODE_HOLDS, CODES_IN, MOST_CODES, MOST_WRONG
from groundswell.joining.tasks import forget_dead_codes
from groundswell.messaging.enums import MessageKind
from groundswell.messaging.models import Delivery, Sender
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.tests.outbox_clock import Ticking
from groundswell.messaging.tests.ways import Way
from groundswell.people.addresses import address_hash

Join = Callable[..., SignUp]
PHONE = "07700 900123"


@pytest.fixture
def made(join: Join, now: datetime) -> SignUp:
    """Somebody who ticked email and texts, and has confirmed the letter."""
    made = join(channels=("email", "sms"), phone=PHONE)
    confirm_sign_up(sign_up=made, now=now)
    made.action.refresh_from_db()
    return made


def codes() -> QuerySet[Delivery]:
    """What went into the outbox beside the letters to confirm by."""
    return Delivery.objects.filter(message__kind=MessageKind.CODE)


def newest_code() -> str:
    found = re.match(r"(\d{6}) is your code to get texts from Fairer Walthamstow", codes().latest("pk").body)
    assert found is not None
    return found[1]


def wrong_code() -> str:
    return f"{(int(newest_code()) + 1) % 1_000_000:06d}"


def channels() -> list[str]:
    return sorted(Consent.objects.values_list("channel", flat=True))


def test_the_letter_alone_is_no_yes_to_texts(made: SignUp, now: datetime) -> None:
    assert channels() == ["email"]
    box = waiting_number(made, now=now)
    assert box is not None
    assert box.channel == "sms"


def test_the_code_that_came_back_is(made: SignUp, now: datetime) -> None:
    assert send_number_code(sign_up=made, now=now - timedelta(minutes=5), by=None) == CodeAnswer.SENT
    code = NumberCode.objects.get()
    assert newest_code() not in code.digest
    at = now

    assert (
        confirm_number(sign_up=made, typed=f" {newest_code()[:3]} {newest_code()[3:]} ", now=at, by=None)
        == CodeAnswer.RIGHT
    )
    assert confirm_number(sign_up=made, typed="", now=at, by=None) == CodeAnswer.RIGHT

    line = Consent.objects.get(channel="sms")
    assert bytes(line.address_hash) == address_hash("phone", "+447700900123")
    assert "text me" in line.wording
    assert f"code {code.pk} was texted" in line.evidence
    assert line.given_at == at
    assert waiting_number(made, now=at) is None
    assert AuditEvent.objects.filter(verb="confirm_number").count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_leaves_by_the_outbox_at_any_hour_but_not_to_who_closed_the_number(
    join: Join, made: SignUp, now: datetime
) -> None:
    closed = join(name="Tom Okoro", email="tom@example.org", channels=("sms",), phone="07700 900456")
    confirm_sign_up(sign_up=closed, now=now)
    closed.action.refresh_from_db()
    suppress(address="07700 900456", scope=SuppressionScope.MESSAGES, by=None)
    assert send_number_code(sign_up=closed, now=now, by=None) == CodeAnswer.SENT, "nobody is told who has closed what"
    assert send_number_code(sign_up=made, now=now, by=None) == CodeAnswer.SENT

    way = Way()
    send_some(clock=Ticking(now.replace(hour=3) + timedelta(days=1)), open_way=lambda _name: way)

    assert codes().get(person=closed.person).state == "suppressed"
    assert [each.to for each in way.handed if "@" not in each.to] == ["+447700900123"]


def test_a_code_is_readable_nowhere_once_it_was_typed(made: SignUp, now: datetime) -> None:
    send_number_code(sign_up=made, now=now, by=None)
    confirm_number(sign_up=made, typed=newest_code(), now=now, by=None)
    assert codes().get().body == ""


def test_nor_once_it_holds_no_longer_and_then_it_does_not_leave(join: Join, made: SignUp, now: datetime) -> None:
    other = join(name="Tom Okoro", email="tom@example.org", channels=("sms",), phone="07700 900456")
    confirm_sign_up(sign_up=other, now=now)
    other.action.refresh_from_db()
    for sign_up in (made, other):
        send_number_code(sign_up=sign_up, now=now, by=None)
    codes().filter(person=other.person).update(state="sent", sent_at=now)
    forget_dead_codes()
    assert not codes().filter(body="").exists()

    codes().update(created_at=now - CODE_HOLDS - timedelta(minutes=1))
    forget_dead_codes()
    standing = codes().order_by("pk").values_list("state", "reason", "body")
    assert list(standing) == [("skipped", "too_late", ""), ("sent", "", "")]


def test_a_code_does_not_hold_for_ever(made: SignUp, now: datetime) -> None:
    send_number_code(sign_up=made, now=now, by=None)
    assert confirm_number(sign_up=made, typed=newest_code(), now=now + CODE_HOLDS, by=None) == CodeAnswer.DEAD
    assert channels() == ["email"]


def test_a_code_is_not_guessed(made: SignUp, now: datetime) -> None:
    send_number_code(sign_up=made, now=now, by=None)
    said = [confirm_number(sign_up=made, typed=wrong_code(), now=now, by=None) for _number in range(MOST_WRONG + 1)]
    assert said == [CodeAnswer.WRONG] * (MOST_WRONG - 1) + [CodeAnswer.DEAD] * 2
    assert confirm_number(sign_up=made, typed=newest_code(), now=now, by=None) == CodeAnswer.DEAD
    assert channels() == ["email"]


def test_an_older_code_is_of_no_use(made: SignUp, now: datetime) -> None:
    send_number_code(sign_up=made, now=now, by=None)
    first = newest_code()
    send_number_code(sign_up=made, now=now + ANOTHER_AFTER, by=None)
    if newest_code() != first:
        assert confirm_number(sign_up=made, typed=first, now=now + ANOTHER_AFTER, by=None) == CodeAnswer.WRONG


def test_few_go_to_one_number_in_a_day_whoever_asks(join: Join, made: SignUp, now: datetime) -> None:
    assert send_number_code(sign_up=made, now=now, by=None) == CodeAnswer.SENT
    assert send_number_code(sign_up=made, now=now + timedelta(seconds=5), by=None) == CodeAnswer.JUST_SENT
    other = join(name="Tom Okoro", email="tom@example.org", channels=("sms",), phone=PHONE)
    confirm_sign_up(sign_up=other, now=now)
    other.action.refresh_from_db()
    at = [now + ANOTHER_AFTER * number for number in range(1, MOST_CODES + 2)]
    said = [
        send_number_code(sign_up=who, now=when, by=None)
        for who, when in zip((other, made, other, made), at, strict=True)
    ]
    assert said == [CodeAnswer.SENT] * (MOST_CODES - 1) + [CodeAnswer.ENOUGH] * 2
    assert send_number_code(sign_up=made, now=now + CODES_IN + timedelta(hours=1), by=None) == CodeAnswer.SENT


def test_a_number_typed_anew_needs_its_own_code(join: Join, page: SignUpPage, now: datetime) -> None:
    made = join(channels=("sms",), phone=PHONE)
    confirm_sign_up(sign_up=made, now=now)
    made.action.refresh_from_db()
    send_number_code(sign_up=made, now=now, by=None)
    PendingConsent.objects.update(contact_point=join(email="bea@example.org", phone="07700 900456").email)
    assert confirm_number(sign_up=made, typed=newest_code(), now=now, by=None) == CodeAnswer.DEAD


def test_without_a_way_to_text_none_is_promised(made: SignUp, sender: Sender, client: Client, now: datetime) -> None:
    Sender.objects.update(retired_at=now)
    assert send_number_code(sign_up=made, now=now, by=None) == CodeAnswer.NO_WAY
    body = client.get(reverse("joining:page", args=[made.page.ask.slug])).content.decode()
    assert "agree_email" in body
    assert "agree_sms" not in body


def test_where_no_code_is_asked_the_letter_is_enough(join: Join, now: datetime) -> None:
    Figure.objects.filter(key="texts_confirmed_by_code").update(value=False)
    confirm_sign_up(sign_up=join(channels=("sms",), phone=PHONE), now=now)
    assert channels() == ["sms"]


def test_the_pages(join: Join, page: SignUpPage, client: Client) -> None:
    """From the letter's button to the code, by pressing alone; looking changes nothing."""
    form = client.get(reverse("joining:page", args=[page.ask.slug])).content.decode()
    assert "we send a code to your number as well" in form
    token = confirm_token(join(channels=("email", "sms"), phone=PHONE))
    number = reverse("joining:number", args=[token])
    assert client.get(number)["Location"] == reverse("joining:confirm", args=[token]), "nothing waits yet"
    assert not NumberCode.objects.exists()

    response = client.post(reverse("joining:confirm", args=[token]), follow=True)
    assert response.redirect_chain[-1][0] == number
    body = response.content.decode()
    assert "Type the code" in body
    assert "…123" in body
    assert "900123" not in body
    for _time in range(2):
        assert client.get(number).status_code == client.head(number).status_code == 200
    assert NumberCode.objects.count() == codes().count() == 1

    wrong = client.post(number, {"code": wrong_code()})
    assert wrong.status_code == 422
    assert "That is not the code" in wrong.content.decode()
    assert "on its way" in client.post(reverse("joining:number_code", args=[token]), follow=True).content.decode()
    right = newest_code()
    done = client.post(number, {"code": right}, follow=True)
    assert "You are signed up" in done.content.decode()
    assert channels() == ["email", "sms"]
    assert client.post(number, {"code": right}, follow=True).status_code == 200
    assert channels() == ["email", "sms"]


def test_who_goes_on_without_may_come_back(made: SignUp, client: Client, now: datetime) -> None:
    token = confirm_token(made)
    body = client.get(reverse("joining:confirm", args=[token])).content.decode()
    assert "You are signed up" in body
    assert reverse("joining:number", args=[token]) in body
    send_number_code(sign_up=made, now=now - CODE_HOLDS * 2, by=None)
    assert "Text me a code" in client.get(reverse("joining:number", args=[token])).content.decode()


def test_one_address_tries_no_thousands_of_codes(made: SignUp, client: Client, now: datetime) -> None:
    number = reverse("joining:number", args=[confirm_token(made)])
    said = [client.post(number, {"code": "1"}).content.decode() for _number in range(61)]
    assert "Have a new one sent" in said[59]
    assert "Very many codes were typed" in said[60]


def test_a_forged_link_leads_nowhere(made: SignUp, client: Client) -> None:
    for name in ("number", "number_code"):
        assert client.post(reverse(f"joining:{name}", args=[confirm_token(made) + "x"])).status_code == 404


def test_it_is_handed_over_and_forgotten(made: SignUp, now: datetime) -> None:
    send_number_code(sign_up=made, now=now, by=None)
    held = {part["key"]: part["rows"] for part in held_on(made.person, now=now)["held"]}
    assert "+447700900123" in held["sign_up_codes"][0].values()
    assert "digest" not in held["sign_up_codes"][0]
    erase_person(person=made.person, by=None)
    assert not NumberCode.objects.exists()


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("number_code_expires_later", {"expires_at": timezone.now() - timedelta(days=1)}),
        ("number_code_wrong_few", {"wrong": MOST_WRONG + 1}),
        ("number_code_in_time", {"confirmed_at": timezone.now() + timedelta(days=1)}),
    ],
)
def test_the_database_refuses(made: SignUp, now: datetime, constraint: str, fields: dict[str, Any]) -> None:
    send_number_code(sign_up=made, now=now, by=None)
    with pytest.raises(IntegrityError, match=constraint):
        NumberCode.objects.update(**fields)


def test_the_database_refuses_a_second_code_that_was_used(made: SignUp, now: datetime) -> None:
    kept = {"sign_up": made, "contact_point": made.phone, "digest": "0" * 64, "made_at": now, "confirmed_at": now}
    NumberCode.objects.create(**kept, expires_at=now + CODE_HOLDS)
    with pytest.raises(IntegrityError, match="number_code_used_once"):
        NumberCode.objects.create(**kept, expires_at=now + CODE_HOLDS)


@pytest.mark.django_db(transaction=True)
def test_presses_at_once_send_one_code_and_agree_once(made: SignUp, now: datetime) -> None:
    def at_once(press: Callable[[], CodeAnswer]) -> list[CodeAnswer]:
        barrier, said = threading.Barrier(4), []

        def run() -> None:
            try:
                barrier.wait()
                said.append(press())
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run) for _number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(said)

    sent = at_once(lambda: send_number_code(sign_up=made, now=now, by=None))
    assert sent == [CodeAnswer.JUST_SENT] * 3 + [CodeAnswer.SENT]
    code = newest_code()
    assert at_once(lambda: confirm_number(sign_up=made, typed=code, now=now, by=None)) == [CodeAnswer.RIGHT] * 4
    assert channels() == ["email", "sms"]
