"""A mailing list of people who do not exist, and a message to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from groundswell.cli.benching.electorate import DAYS, Electorate, plain_parameters
from groundswell.cli.console import progress

if TYPE_CHECKING:
    from groundswell.messaging.models import Message

MAILING = Path(__file__).with_name("mailing.sql")
BATCH = 100_000
FILLED = (
    "people_household",
    "people_person",
    "people_contactpoint",
    "people_personcontact",
    "people_persontag",
    "compliance_consent",
    "compliance_suppression",
)
BODY = """Dear {{ first_name|friend }},

on Monday evening **a dozen of us** ring people in {{ seat|your seat }}, from home, for two hours. You get a crib sheet,
a script and somebody to ask. Nobody needs to have done it before.

- What you need: a telephone and a computer.
- When: Monday, six to eight.

Come along, and bring somebody who has not rung before.
"""


TEXT = """Hello {{ first_name|friend }}, on Monday from six we ring people in {{ seat|your seat }}, from home.
Come along? Reply YES, or STOP."""
AT = {"email": ("email", "smtp", "news@measurement.invalid"), "sms": ("phone", "http", "+999000000000")}


def mailing_list(count: int, *, channel: str = "email") -> Message:
    """On an empty database: so many people with consent, and a message to all of them that is to be prepared."""
    from django.db import connection

    from groundswell.compliance.models import Figure
    from groundswell.messaging.models import Message, Sender
    from groundswell.people.models import Segment, Tag

    electorate = Electorate.begin()
    now = datetime.now(UTC)
    Figure.objects.create(
        jurisdiction="uk",
        key=f"message_hours_{channel}",
        value={day: ["00:00", "24:00"] for day in DAYS},
        valid_from=now.date() - timedelta(days=1),
        source="a measurement",
    )
    kind, provider, address = AT[channel]
    tag = Tag.objects.create(name="list")
    with (
        progress("People", total=count) as bar,
        psycopg.connect(**plain_parameters(connection.get_connection_params()), autocommit=True) as own,
    ):
        client = psycopg.ClientCursor(own)
        # The rows are right by their making: without checking each, loading is several times faster.
        client.execute("SET session_replication_role = replica")
        client.execute("SET synchronous_commit = off")
        statements = MAILING.read_text(encoding="utf-8")
        for first in range(1, count + 1, BATCH):
            last = min(first + BATCH - 1, count)
            batch = {"first": first, "last": last, "tag": tag.pk, "channel": channel, "kind": kind}
            client.execute(statements, batch | electorate.place)
            bar.advance(last - first + 1)
        for table in FILLED:
            client.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
    sender = Sender.objects.create(
        channel=channel,
        name="A measurement",
        address=address,
        provider=provider,
        rate=1_000_000,
        verified_at=now,
        verified_how="a measurement",
    )
    return Message.objects.create(
        campaign=electorate.campaign,
        channel=channel,
        name="A measurement",
        sender=sender,
        subject="Monday evening, {{ first_name|friend }}" if channel == "email" else "",
        body=BODY if channel == "email" else TEXT,
        segment=Segment.objects.create(name="List", campaign=electorate.campaign, expression={"tagged": "list"}),
        status="preparing",
    )
