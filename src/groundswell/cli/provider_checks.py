"""What `groundswell doctor` asks of each way out and in that has its settings. Nothing is sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from groundswell.cli.checks import BAD, DOUBTFUL, GOOD, Finding, not_up_to_date

PATIENCE = 10.0  # seconds
SILENT = (
    900  # seconds without a sign of life after which a line counts as silent; the mailbox is read every five minutes
)


def provider_checks() -> Iterator[Finding]:
    """Each provider that is set up, by its own answer; needs Django ready."""
    from django.conf import settings

    if settings.EMAIL_SERVICE:
        yield _service()
    if settings.BOUNCE_ADDRESS or settings.BOUNCE_MAILBOX is not None:
        yield from _bounces()
    if settings.TWILIO_ACCOUNT_SID:
        yield _twilio()
    if settings.SMS_GATEWAY is not None:
        yield _gateway(settings.SMS_GATEWAY.url)
    if settings.SMPP is not None:
        yield _smpp()
        yield _line("smpp", "texts and receipts by SMPP")


def _service() -> Finding:
    """Only whether its settings are complete: what else is asked of it would be an email."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    from groundswell.messaging.providers.anymail.transport import open_backend

    try:
        open_backend().close()
    except ImproperlyConfigured as problem:
        found = " ".join(str(problem).split())
        return Finding("email service", BAD, found, "Put what is missing into “settings” of EMAIL_SERVICE.")
    except ImportError as problem:
        return Finding(
            "email service", BAD, str(problem), "Install what the service needs, such as boto3 for amazon_ses."
        )
    where = f"{settings.PUBLIC_URL}/messaging/webhooks/email/{settings.EMAIL_SERVICE}/"
    return Finding("email service", GOOD, f"{settings.EMAIL_SERVICE}, which posts to {where}; send a test to be sure")


def _bounces() -> Iterator[Finding]:
    from django.conf import settings

    from groundswell.messaging.providers.mailbox.reading import MailboxError, look_into

    check = "mailbox of bounces"
    if not settings.BOUNCE_ADDRESS or settings.BOUNCE_MAILBOX is None:
        missing = "BOUNCE_MAILBOX" if settings.BOUNCE_ADDRESS else "BOUNCE_ADDRESS"
        yield Finding(check, DOUBTFUL, f"{missing} is not set: what comes back is not noticed", "Set both.")
        return
    try:
        unread = look_into(settings.BOUNCE_MAILBOX)
    except MailboxError as problem:
        mend = "Check BOUNCE_MAILBOX: scheme (imaps, imap+tls, imap), user, password, host, port and folder."
        yield Finding(check, BAD, f"it does not let us in: {problem}", mend)
        return
    yield Finding(check, GOOD, f"{settings.BOUNCE_MAILBOX.host} lets us in; {unread} unread")
    yield _line("bounces", "bounces read")


def _twilio() -> Finding:
    import httpx
    from django.conf import settings

    account = settings.TWILIO_ACCOUNT_SID
    try:
        answer = httpx.get(
            f"{settings.TWILIO_URL}/2010-04-01/Accounts/{account}.json",
            auth=(account, settings.TWILIO_AUTH_TOKEN),
            timeout=PATIENCE,
        )
    except httpx.HTTPError as problem:
        return Finding(
            "Twilio", BAD, f"cannot be reached: {problem}", "This machine must reach api.twilio.com, port 443."
        )
    if answer.status_code != 200:
        mend = "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN against the console of Twilio."
        return Finding("Twilio", BAD, f"does not let us in ({answer.status_code})", mend)
    return Finding("Twilio", GOOD, f"lets us in as {account}")


def _gateway(url: str) -> Finding:
    """Only whether somebody is there: what else is asked of it could send a text."""
    parts = urlsplit(url)
    where = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    try:
        socket.create_connection(where, timeout=PATIENCE).close()
    except OSError as problem:
        return Finding("gateway for texts", BAD, f"{where[0]}:{where[1]}: {problem}", "Check the url in SMS_HTTP.")
    return Finding("gateway for texts", GOOD, f"there is somebody at {where[0]}:{where[1]}; send a test to be sure")


def _smpp() -> Finding:
    from django.conf import settings

    from groundswell.messaging.providers.smpp.bind import Bind, BindError

    gateway = settings.SMPP
    assert gateway is not None
    try:
        Bind(gateway, "transmitter", patience=PATIENCE).close()
    except BindError as problem:
        mend = "Check SMPP_URL: scheme (smpp, smpps), system id, password, host and port; and that it lets this machine in."
        return Finding("SMPP", BAD, str(problem), mend)
    return Finding("SMPP", GOOD, f"{gateway.host} takes texts from {gateway.system_id}")


def _line(name: str, what: str) -> Finding:
    from django.db import ProgrammingError
    from django.utils import timezone

    from groundswell.messaging.models import Line

    try:
        line = Line.objects.filter(pk=name).first()
    except ProgrammingError:
        return not_up_to_date(what)
    if line is None or line.heard_at is None:
        found = line.problem if line is not None else ""
        return Finding(what, DOUBTFUL, found or "nobody has listened yet", "Start `groundswell run` or a worker.")
    silence = int((timezone.now() - line.heard_at).total_seconds())
    if line.problem:
        return Finding(what, BAD, f"{line.problem} (it worked {silence} s ago)", "It is tried again by itself.")
    if silence > SILENT:
        return Finding(what, DOUBTFUL, f"not listened at for {silence} s", "Start `groundswell run` or a worker.")
    return Finding(what, GOOD, f"heard, {silence} s ago")
