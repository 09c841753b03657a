"""What `groundswell doctor` asks of each way out and in that has its settings. Nothing is sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from groundswell.cli.checks import BAD, DOUBTFUL, GOOD, Finding

PATIENCE = 10.0  # seconds
SILENT = 120  # seconds without a sign of life after which a line that is listened at counts as silent


def provider_checks() -> Iterator[Finding]:
    """Each provider that is set up, by its own answer; needs Django ready."""
    from django.conf import settings

    if settings.TWILIO_ACCOUNT_SID:
        yield _twilio()
    if settings.SMS_GATEWAY is not None:
        yield _gateway(settings.SMS_GATEWAY.url)
    if settings.SMPP is not None:
        yield _smpp()
        yield _line("smpp", "texts and receipts by SMPP")


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
    from django.utils import timezone

    from groundswell.messaging.models import Line

    line = Line.objects.filter(pk=name).first()
    if line is None or line.heard_at is None:
        found = line.problem if line is not None else ""
        return Finding(what, DOUBTFUL, found or "nobody has listened yet", "Start `groundswell run` or a worker.")
    silence = int((timezone.now() - line.heard_at).total_seconds())
    if line.problem:
        return Finding(what, BAD, f"{line.problem} (it worked {silence} s ago)", "It is tried again by itself.")
    if silence > SILENT:
        return Finding(what, DOUBTFUL, f"not listened at for {silence} s", "Start `groundswell run` or a worker.")
    return Finding(what, GOOD, f"heard, {silence} s ago")
