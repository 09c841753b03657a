"""`groundswell bench sending`: a message to many, from the segment to the receipt."""

from __future__ import annotations

import resource
import time
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import click

from groundswell.cli.benching.kills import send_under_kills
from groundswell.cli.benching.mailing import mailing_list
from groundswell.cli.benching.scratch import empty_database
from groundswell.cli.benching.statements import BenchError
from groundswell.cli.console import answer, json_option, note

if TYPE_CHECKING:
    from groundswell.messaging.models import Message
    from groundswell.messaging.providers.contract import Outgoing

ROUNDS = 5
LIMIT_MESSAGES = {"email": 2_000, "sms": 600}  # a round
WARMING = 500  # messages, at most a tenth of all, before it counts: what runs has run for a while


class Road(Protocol):
    """A sink, and the way there."""

    def limit(self, outgoing: Outgoing, count: int) -> float:
        """Seconds that the bare client library takes to hand over so many."""
        ...

    def settle(self) -> None:
        """Wait for the last receipt."""
        ...

    def arrived(self) -> dict[str, int]:
        """How much each address got since this was last asked."""
        ...


@click.command("sending")
@click.option("--channel", default="email", show_default=True, type=click.Choice(["email", "sms"]))
@click.option("--messages", default=20_000, show_default=True, type=click.IntRange(1_000, 100_000_000))
@click.option("--people", default=0, type=click.IntRange(0, 100_000_000), help="Prepared for, if more than are sent.")
@click.option(
    "--kills",
    default=0,
    type=click.IntRange(0, 1000),
    help="Workers, mail server or gateway, PostgreSQL killed in turn.",
)
@click.option(
    "--receipts-together",
    "together",
    default=100,
    show_default=True,
    type=click.IntRange(1, 100),
    help="So many receipts for texts come in a request at most; 1 as by Twilio.",
)
@json_option
def command(channel: str, messages: int, people: int, kills: int, together: int, as_json: bool) -> None:
    """Prepare, check, write, hand over and settle; into a sink that only counts.

    The limit is the same sink with the same message from the bare client library, before, between and after. With
    `--kills` instead: how often everybody got it, in a data folder made for it.
    """
    if kills:
        answer(asdict(send_under_kills(messages, kills, channel=channel)), as_json=as_json)
        return
    with empty_database():
        note(f"Making {max(people, messages):,} people ...")
        message = mailing_list(max(people, messages), channel=channel)
        prepared_per_second, going = _prepare(message)
        with _road(channel, together) as road:
            count = min(messages, going)
            arrived, limit, per_second = _send(road, message, count, LIMIT_MESSAGES[channel])
        own, children = (
            resource.getrusage(whose).ru_maxrss / 1024 for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        wanted, allowed = _written_to(), _allowed()
    if not set(arrived) <= allowed:
        raise BenchError(f"{len(set(arrived) - allowed)} who may not be written to were.")
    answer(
        {
            "messages": sum(arrived.values()),
            "per_second": round(per_second),
            "limit_per_second": round(limit),
            "ratio": round(per_second / limit, 3),
            "prepare_rows_per_second": round(prepared_per_second),
            # Of this process, or of the largest it started, whichever is more.
            "peak_rss_mb": round(max(own, children)),
            "duplicates": sum(count - 1 for count in arrived.values()),
            "missing": count - len(wanted & set(arrived)),
        },
        as_json=as_json,
    )


def _road(channel: str, together: int) -> AbstractContextManager[Road]:
    # They read the settings, which are there once there is a database.
    from groundswell.cli.benching.mail_sink import mail
    from groundswell.cli.benching.text_sink import texts

    return mail() if channel == "email" else texts(together)


def _prepare(message: Message) -> tuple[float, int]:
    from groundswell.messaging.operations.preparing import prepare

    note("Preparing ...")
    start = time.perf_counter()
    prepared = prepare(message, by=None, now=datetime.now(UTC))
    return prepared.rows / (time.perf_counter() - start), prepared.going


def _send(road: Road, message: Message, count: int, limit_messages: int) -> tuple[Counter[str], float, float]:
    """How often each address was written to, the bare library's messages a second, and those of the whole way."""
    one = _one_of(message)
    road.limit(one, limit_messages // 4)
    warming = min(WARMING, count // 10)
    _go(road, warming)
    limit_seconds = seconds = 0.0
    arrived: Counter[str] = Counter(road.arrived())
    left = count - warming
    for number in range(ROUNDS):
        limit_seconds += road.limit(one, limit_messages)
        part = left // (ROUNDS - number)
        left -= part
        note(f"Sending {part:,} ...")
        start = time.perf_counter()
        _go(road, part)
        seconds += time.perf_counter() - start
        arrived.update(road.arrived())
    limit_seconds += road.limit(one, limit_messages)
    return arrived, (ROUNDS + 1) * limit_messages / limit_seconds, (count - warming) / seconds


def _go(road: Road, count: int) -> None:
    """Send so many, until the last receipt is here."""
    from groundswell.messaging.operations.outbox import MOST, send_some

    while count > 0 and send_some(most=min(MOST, count)):
        count -= min(MOST, count)
    road.settle()


def _one_of(message: Message) -> Outgoing:
    """What one of them gets."""
    from groundswell.messaging.outgoing import Leased, Letterhead

    values = {"first_name": "Sian", "family_name": "Number 1", "full_name": "Sian Number 1", "seat": "Measured seat"}
    return Letterhead(message).outgoing(Leased(1, 1, 1, 1, 0, 1, "", "nobody", values), valid_until=None)


def _written_to() -> set[str]:
    """Whom our own ledger says that it reached: a text, with the gateway's receipt."""
    return _addresses("""SELECT c.value FROM messaging_delivery d JOIN messaging_message m ON m.id = d.message_id
                           JOIN people_contactpoint c ON c.id = d.contact_point_id
                          WHERE d.state = CASE m.channel WHEN 'email' THEN 'sent' ELSE 'delivered' END""")


def _allowed() -> set[str]:
    """Everybody who has not stopped."""
    return _addresses("""SELECT c.value FROM people_contactpoint c
                          WHERE c.address_hash NOT IN (SELECT address_hash FROM compliance_suppression)""")


def _addresses(statement: str) -> set[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return {row[0] for row in found}
