"""The letter to confirm by: sent once over a real mail server, and never where the address is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from groundswell.compliance.enums import SuppressionScope
from groundswell.compliance.operations import suppress
from groundswell.events.tests.mail_server import Post, mail_server
from groundswell.joining.enums import LetterState
from groundswell.joining.links import confirm_address
from groundswell.joining.models import Letter, SignUp
from groundswell.joining.operations.delivery import send_due_confirmations
from groundswell.messaging.enums import DeliveryState
from groundswell.messaging.models import Delivery
from groundswell.messaging.operations.outbox import LEASE
from groundswell.messaging.tests.outbox_clock import Ticking

pytestmark = pytest.mark.django_db(transaction=True)
Join = Callable[..., SignUp]


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    with mail_server() as (post, options):
        for name, value in options.items():
            setattr(settings, name, value)
        yield post


def test_it_arrives_once_with_a_link_that_works(join: Join, post: Post, client: Client) -> None:
    made = join(channels=("email",))
    send_due_confirmations()
    send_due_confirmations()
    assert post.arrived() == {"bea@example.org": 1}
    letter = post.letters[0]
    words = letter.get_body(("plain",)).get_content()
    assert confirm_address(made) in words.replace("=\n", "")
    assert "may email me" in words
    assert "Promoted by A. Test" in words
    assert letter["From"].startswith("Fairer Walthamstow")
    assert Letter.objects.get().state == LetterState.SENT
    assert client.get(confirm_address(made)).status_code == 200


def test_a_closed_address_gets_none(join: Join, post: Post) -> None:
    suppress(address="bea@example.org", kind="email", scope=SuppressionScope.MESSAGES, by=None)
    join()
    send_due_confirmations()
    assert not post.letters
    assert Letter.objects.get().state == LetterState.DROPPED


def test_what_is_put_off_says_so_and_goes_later_once(join: Join, post: Post, now: datetime) -> None:
    post.at_recipient = lambda _to: "450 not now"
    join()
    send_due_confirmations()
    letter = Letter.objects.get()
    assert (letter.state, "450 not now" in letter.problem) == (LetterState.WAITING, True)
    post.at_recipient = lambda _to: None
    for hours in (1, 2):
        send_due_confirmations(clock=Ticking(now + timedelta(hours=hours)))
    assert post.arrived() == {"bea@example.org": 1}
    letter.refresh_from_db()
    assert (letter.state, letter.problem) == (LetterState.SENT, "")


def test_a_refusal_is_final(join: Join, post: Post) -> None:
    post.at_recipient = lambda _to: "550 nobody here"
    join()
    send_due_confirmations()
    assert Letter.objects.get().state == LetterState.FAILED


def test_a_lost_answer_is_not_sent_again(join: Join, post: Post) -> None:
    post.hangs_up = lambda _to: True
    join()
    send_due_confirmations()
    send_due_confirmations()
    assert len(post.letters) == 1
    assert Letter.objects.get().state == LetterState.UNKNOWN


def test_a_killed_workers_letter_is_perhaps_sent(join: Join, post: Post, now: datetime) -> None:
    join()
    Delivery.objects.update(state=DeliveryState.LEASED, leased_until=now + LEASE)
    assert Letter.objects.get().state == LetterState.SENDING
    send_due_confirmations(clock=lambda: now + LEASE + timedelta(seconds=1))
    assert Letter.objects.get().state == LetterState.UNKNOWN
    assert not post.letters


def test_without_a_mail_server_it_waits(join: Join, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    join()
    send_due_confirmations()
    letter = Letter.objects.get()
    assert (letter.state, bool(letter.problem)) == (LetterState.WAITING, True)
