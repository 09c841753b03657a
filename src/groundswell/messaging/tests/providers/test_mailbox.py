"""The whole way back: what Postfix could not deliver, read from Dovecot's mailbox, and what that does to each address."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from groundswell.compliance.models import Suppression
from groundswell.config.email_services import mailbox_of
from groundswell.messaging import bounces
from groundswell.messaging.models import Delivery, Line
from groundswell.messaging.providers.contract import Outcome, Outgoing
from groundswell.messaging.providers.mailbox.reading import MailboxError, look_into, read_mailbox
from groundswell.messaging.providers.smtp.transport import SmtpProvider
from groundswell.messaging.return_paths import return_path_of
from groundswell.messaging.tests.providers.mail_servers import (
    MISSING,
    PASSWORD,
    MailServers,
    are_here,
    running_mail_servers,
)
from groundswell.messaging.tests.providers.test_reports import complaint, delivery
from groundswell.messaging.tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not are_here(), reason=MISSING)]


@pytest.fixture(scope="module")
def servers() -> Iterator[MailServers]:
    with running_mail_servers() as servers:
        yield servers


@pytest.fixture(autouse=True)
def _spoken_to(servers: MailServers, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", servers.smtp
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.BOUNCE_ADDRESS = "bounces@back.test"
    settings.BOUNCE_MAILBOX = mailbox_of(f"imap://anybody:{quote(PASSWORD, safe='')}@127.0.0.1:{servers.imap}/INBOX")


@pytest.mark.django_db
def test_what_comes_back_names_its_delivery_and_does_to_its_address_what_it_must(
    servers: MailServers, world: World
) -> None:
    servers.elsewhere.refusals = {
        "dead@elsewhere.test": "550 5.1.1 No such user here",
        "full@elsewhere.test": "552 5.2.2 Mailbox full",
    }
    sent = {name: delivery(world, f"{name}@elsewhere.test") for name in ("dead", "full", "alive", "cross")}
    provider = SmtpProvider()
    handed = provider.send([outgoing(each) for each in sent.values()])
    provider.close()
    assert {each.outcome for each in handed} == {Outcome.TAKEN}
    servers.wait_for(2, taken=2)
    assert return_path_of(f"d{sent['alive'].pk}") in [sender for sender, _to in servers.elsewhere.taken]
    with smtplib.SMTP("127.0.0.1", servers.smtp) as server:
        server.sendmail("", ["bounces@back.test"], complaint(return_path_of(f"d{sent['cross'].pk}")))
        server.sendmail("x@elsewhere.test", ["bounces@back.test"], "Subject: Thank you\r\n\r\nI liked it.")
    servers.wait_for(4)

    assert bounces.read_bounces() == 3
    found = {name: Delivery.objects.select_related("contact_point").get(pk=each.pk) for name, each in sent.items()}
    assert {name: (each.state, each.reason) for name, each in found.items()} == {
        "dead": ("failed", "bounced"),
        "full": ("failed", "bounced"),
        "alive": ("sent", ""),
        "cross": ("delivered", ""),
    }
    assert "No such user here" in found["dead"].problem
    assert {name: each.contact_point.retired_reason for name, each in found.items()} == {
        "dead": "bounced",
        "full": "",
        "alive": "",
        "cross": "",
    }
    closed = {bytes(each.address_hash) for each in Suppression.objects.all()}
    assert closed == {bytes(found[name].contact_point.address_hash) for name in ("dead", "cross")}
    # The thanks of a person stay, read; the rest has been taken out. And nothing is new the next time.
    assert bounces.read_bounces() == 0
    assert len(list(servers.folder.glob("box/cur/*"))) == 1
    assert Line.objects.get().problem == ""


def test_one_that_cannot_be_kept_stays_unread_and_the_others_are_read(servers: MailServers, settings: Any) -> None:
    with smtplib.SMTP("127.0.0.1", servers.smtp) as server:
        for number in range(3):
            server.sendmail("", ["bounces@back.test"], f"Subject: {number}\r\n\r\n.")
    servers.wait_for(3)
    met: list[bytes] = []

    def use(raw: bytes) -> bool:
        met.append(raw)
        if b"Subject: 1" in raw:
            raise RuntimeError("no database")
        return True

    with pytest.raises(RuntimeError, match="no database"):
        read_mailbox(settings.BOUNCE_MAILBOX, use)
    assert len(met) == 3
    assert look_into(settings.BOUNCE_MAILBOX) == 1
    assert read_mailbox(settings.BOUNCE_MAILBOX, lambda _raw: True) == (1, 1)


def test_a_wrong_password_is_said_and_not_shown(servers: MailServers) -> None:
    wrong = mailbox_of(f"imap://anybody:hush-hush@127.0.0.1:{servers.imap}")
    assert wrong is not None
    with pytest.raises(MailboxError, match=r"(?i)authentication") as caught:
        look_into(wrong)
    assert "hush-hush" not in str(caught.value)
    nowhere = mailbox_of(f"imap://anybody:{quote(PASSWORD, safe='')}@127.0.0.1:{servers.imap}/No%20such")
    assert nowhere is not None
    with pytest.raises(MailboxError, match="No such"):
        look_into(nowhere)


def outgoing(each: Delivery) -> Outgoing:
    reference = f"d{each.pk}"
    to = each.contact_point.value
    path = return_path_of(reference)
    return Outgoing(each.pk, reference, "Red Rose", "news@sending.test", to, "Hello", subject="Hi", return_path=path)
