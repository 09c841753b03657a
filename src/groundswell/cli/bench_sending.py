"""`groundswell bench sending`: a message to many, from the segment to the mail server's answer."""

from __future__ import annotations

import resource
import smtplib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from groundswell.cli.benching.mail_sink import Running, mail_sink
from groundswell.cli.benching.mailing import mailing_list
from groundswell.cli.benching.scratch import empty_database
from groundswell.cli.console import answer, json_option, note

if TYPE_CHECKING:
    from groundswell.messaging.models import Message

LIMIT_LETTERS = 5_000
WARM_UP = 200


@click.command("sending")
@click.option("--channel", default="email", show_default=True, type=click.Choice(["email"]))
@click.option("--messages", default=20_000, show_default=True, type=click.IntRange(1_000, 100_000_000))
@click.option("--people", default=0, type=click.IntRange(0, 100_000_000), help="Prepared for, if more than are sent.")
@json_option
def command(channel: str, messages: int, people: int, as_json: bool) -> None:
    """Prepare, check, write, hand over and settle; into a sink that only counts.

    The limit is the same sink with the same letter from the bare client library, on one connection, before and after.
    """
    with empty_database():
        note(f"Making {max(people, messages):,} people ...")
        message = mailing_list(max(people, messages))
        prepared_per_second, going = _prepare(message)
        with mail_sink() as sink:
            _send_to(sink)
            letter = _letter(message)
            before = _limit(sink, letter)
            per_second, wanted = _send(min(messages, going))
            arrived = sink.arrived()
            limit = (before + _limit(sink, letter)) / 2
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        unknown = _unknown()
    answer(
        {
            "channel": channel,
            "messages": sum(arrived.values()),
            "per_second": round(per_second),
            "limit_per_second": round(limit),
            "ratio": round(per_second / limit, 3),
            "prepare_rows": max(people, messages),
            "prepare_rows_per_second": round(prepared_per_second),
            "peak_rss_mb": round(peak),
            "duplicates": sum(count - 1 for count in arrived.values()),
            "missing": len(wanted - set(arrived)),
            "unexpected": len(set(arrived) - wanted),
            "unknown": unknown,
        },
        as_json=as_json,
    )


def _prepare(message: Message) -> tuple[float, int]:
    from groundswell.messaging.operations.preparing import prepare

    note("Preparing ...")
    start = time.perf_counter()
    prepared = prepare(message, by=None, now=datetime.now(UTC))
    return prepared.rows / (time.perf_counter() - start), prepared.going


def _send_to(sink: Running) -> None:
    from django.conf import settings

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False


def _letter(message: Message) -> bytes:
    """What one of them gets, as bytes."""
    from groundswell.messaging.outgoing import Leased, Letterhead
    from groundswell.messaging.providers.smtp.mime import as_bytes

    values = {"first_name": "Sian", "family_name": "Number 1", "full_name": "Sian Number 1", "seat": "Measured seat"}
    one = Leased(1, 1, 1, 1, 0, 1, "", "person1@measurement.invalid", values)
    outgoing = Letterhead(message).outgoing(one, valid_until=None)
    return as_bytes(outgoing, message_id="<d1.news@measurement.invalid>", at=datetime.now(UTC))


def _limit(sink: Running, letter: bytes) -> float:
    """Letters a second that the bare client library hands over."""
    server = smtplib.SMTP("127.0.0.1", sink.port)
    server.ehlo()

    def send(count: int) -> None:
        for number in range(count):
            server.mail("news@measurement.invalid")
            server.rcpt(f"person{number}@measurement.invalid")
            server.data(letter)

    send(WARM_UP)
    start = time.perf_counter()
    send(LIMIT_LETTERS)
    seconds = time.perf_counter() - start
    server.quit()
    sink.arrived()
    return LIMIT_LETTERS / seconds


def _send(count: int) -> tuple[float, set[bytes]]:
    """Deliveries a second, and whom they should have reached."""
    from groundswell.messaging.models import Delivery
    from groundswell.messaging.operations.outbox import MOST, send_some

    note(f"Sending {count:,} ...")
    left = count
    start = time.perf_counter()
    while left > 0 and send_some(most=min(MOST, left)):
        left -= min(MOST, left)
    seconds = time.perf_counter() - start
    sent: Any = Delivery.objects.filter(state="sent").values_list("contact_point__value", flat=True)
    reached = {value.encode() for value in sent.iterator(chunk_size=2000)}
    return len(reached) / seconds, reached


def _unknown() -> int:
    from groundswell.messaging.models import Delivery

    return Delivery.objects.exclude(state__in=["sent", "pending", "suppressed"]).count()
