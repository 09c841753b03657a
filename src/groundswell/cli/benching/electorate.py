"""People who do not exist, as many as wanted, by the shortest way: rows made inside the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from groundswell.cli.console import progress

if TYPE_CHECKING:
    from groundswell.campaigns.models import Campaign, Question, Script

HOUSEHOLDS = Path(__file__).with_name("households.sql")
BATCH = 200_000
WARDS = 20
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MEANINGS = ("strong_support", "weak_support", "undecided", "weak_opposed", "opposed", "wont_say", "non_voter")
FILLED = (
    "people_household",
    "people_person",
    "people_contactpoint",
    "people_personcontact",
    "people_elector",
    "compliance_screening",
)


@dataclass(frozen=True, slots=True)
class Electorate:
    """A campaign with a voter-ID script, and what the rows of its electors refer to."""

    campaign: Campaign
    script: Script
    place: dict[str, Any]

    @classmethod
    def begin(cls) -> Electorate:
        """On an empty database: a party that may call day and night, in one seat of twenty wards."""
        from groundswell.accounts.models import Organisation
        from groundswell.campaigns.models import Campaign, Script, ScriptStep

        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        Organisation.objects.update_or_create(
            pk=1,
            defaults={
                "name": "A measurement",
                "kind": "party",
                "jurisdiction": "uk",
                "imprint": "Promoted by nobody, 1 Measured Road",
                "contact_address": "1 Measured Road",
            },
        )
        _call_at_any_hour(yesterday)
        campaign = Campaign.objects.create(name="A measurement", slug="measurement")
        script = Script.objects.create(
            campaign=campaign, name="Voter ID", opening="Hello, is that {{ person }}?", closing="Thank you."
        )
        ScriptStep.objects.create(script=script, question=_voter_id(campaign), position=1)
        return cls(campaign, script, _place(yesterday))

    def add_households(self, count: int) -> None:
        """Households 1 to `count`, in batches that commit, and the statistics of what they changed."""
        from django.db import connection

        statements = HOUSEHOLDS.read_text(encoding="utf-8")
        with (
            progress("Households", total=count) as bar,
            psycopg.connect(**plain_parameters(connection.get_connection_params()), autocommit=True) as own,
        ):
            client = psycopg.ClientCursor(own)
            # The rows are right by their making: without checking each, loading is several times faster.
            client.execute("SET session_replication_role = replica")
            client.execute("SET synchronous_commit = off")
            for first in range(1, count + 1, BATCH):
                batch = {"first": first, "last": min(first + BATCH - 1, count), **self.place}
                client.execute(statements, batch)
                bar.advance(batch["last"] - first + 1)
            for table in FILLED:
                client.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def _call_at_any_hour(since: date) -> None:
    from groundswell.compliance.models import Figure

    always = {day: ["00:00", "24:00"] for day in DAYS}
    for key, value in (("contact_hours", always), ("bank_holidays_closed", False)):
        Figure.objects.create(jurisdiction="uk", key=key, value=value, valid_from=since, source="a measurement")


def _voter_id(campaign: Campaign) -> Question:
    from groundswell.campaigns.models import Option, Question

    question = Question.objects.create(
        campaign=campaign, key="voter-id", kind="choice", text="Which party will you support?", is_voter_id=True
    )
    Option.objects.bulk_create(
        Option(question=question, label=f"Answer {i}", position=i, meaning=meaning)
        for i, meaning in enumerate(MEANINGS)
    )
    return question


def _place(yesterday: date) -> dict[str, Any]:
    """Where the people live, and the register and screening file that they are said to come from."""
    from groundswell.compliance.models import ScreeningFile
    from groundswell.people.models import DataSource, Register
    from groundswell.places.models import Area

    seat = Area.objects.create(
        kind="constituency", boundary_set="measurement", code="M1", name="Measured seat", nation="England"
    )
    wards = [
        Area.objects.create(
            kind="ward", boundary_set="measurement", code=f"M1-{i}", name=f"Ward {i}", nation="England", parent=seat
        )
        for i in range(1, WARDS + 1)
    ]
    source = DataSource.objects.create(name="A measurement", lawful_basis="none needed", purpose="measuring")
    register = Register.objects.create(
        constituency=seat, source=source, entitlement="none", purpose="measuring", register_date=yesterday
    )
    file = ScreeningFile.objects.create(
        list="tps",
        screened_on=yesterday,
        file_name="none",
        file_sha256="0" * 64,
        numbers_in_file=0,
        numbers_screened=0,
        numbers_listed=0,
    )
    return {
        "seat": seat.pk,
        "wards": [ward.pk for ward in wards],
        "source": source.pk,
        "file": file.pk,
        "register": register.pk,
        "screened": yesterday,
    }


def plain_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in parameters.items() if k in {"host", "port", "user", "password", "dbname"}}
