"""A database of its own for a measurement, on the same server, filled with people who do not exist, and dropped."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from groundswell.cli.console import note, progress
from groundswell.config.environment import DEFAULT_SECRET_KEY, environment
from groundswell.config.postgres import connection_url, running

if TYPE_CHECKING:
    from groundswell.accounts.identity import CallerIdentity
    from groundswell.phonebank.models import PhoneBank

HOUSEHOLDS = Path(__file__).with_name("households.sql")
BATCH = 200_000
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@contextmanager
def scratch_database() -> Iterator[str]:
    """Django, ready, on an empty database of this version that is dropped afterwards. Gives its address.

    Everything else in this process and its children uses it too, by DATABASE_URL. The server must let us make a
    database; the embedded one does.
    """
    env = environment()
    with ExitStack() as stack:
        home = env.database_url
        if not home:
            stack.enter_context(running(env.data_dir.resolve(), say=note))
            home = connection_url(env.data_dir.resolve())
        name = f"groundswell_bench_{secrets.token_hex(4)}"
        with psycopg.connect(home, autocommit=True) as owner:
            owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        stack.callback(_drop, home, name)
        address = make_conninfo(home, dbname=name)
        os.environ["DATABASE_URL"] = address
        if env.secret_key == DEFAULT_SECRET_KEY:
            os.environ["GROUNDSWELL_SECRET_KEY"] = secrets.token_urlsafe(50)
        environment.cache_clear()
        django.setup()
        from django.db import connections

        from groundswell.cli.migrate import apply_migrations

        stack.callback(connections.close_all)
        apply_migrations()
        yield address


def _drop(home: str, name: str) -> None:
    with psycopg.connect(home, autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


class Scratch:
    """One campaign with a voter-ID script, one phone bank open day and night, and as many households as wanted."""

    def __init__(self) -> None:
        from groundswell.accounts.models import Organisation
        from groundswell.campaigns.models import Campaign, Option, Question, Script, ScriptStep
        from groundswell.compliance.models import Figure, ScreeningFile
        from groundswell.people.models import DataSource, Register
        from groundswell.places.models import Area

        self.households = 0
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        Organisation.objects.update_or_create(
            pk=1, defaults={"name": "A measurement", "kind": "party", "jurisdiction": "uk"}
        )
        always = {day: ["00:00", "24:00"] for day in DAYS}
        for key, value in (("contact_hours", always), ("bank_holidays_closed", False)):
            Figure.objects.create(jurisdiction="uk", key=key, value=value, valid_from=yesterday, source="a measurement")
        self.campaign = Campaign.objects.create(name="A measurement", slug="measurement")
        area = Area.objects.create(
            kind="constituency", boundary_set="measurement", code="M1", name="Measured seat", nation="England"
        )
        self.question = Question.objects.create(
            campaign=self.campaign,
            key="voter-id",
            kind="choice",
            text="Which party will you support?",
            is_voter_id=True,
        )
        meanings = ("strong_support", "weak_support", "undecided", "weak_opposed", "opposed", "wont_say", "non_voter")
        self.options = [
            Option.objects.create(question=self.question, label=f"Answer {i}", position=i, meaning=meaning)
            for i, meaning in enumerate(meanings)
        ]
        self.script = Script.objects.create(
            campaign=self.campaign, name="Voter ID", opening="Hello, is that {{ person }}?", closing="Thank you."
        )
        ScriptStep.objects.create(script=self.script, question=self.question, position=1)
        source = DataSource.objects.create(name="A measurement", lawful_basis="none needed", purpose="measuring")
        register = Register.objects.create(
            constituency=area, source=source, entitlement="none", purpose="measuring", register_date=yesterday
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
        self._place: dict[str, Any] = {
            "area": area.pk,
            "source": source.pk,
            "file": file.pk,
            "register": register.pk,
            "screened": yesterday,
        }

    def add_households(self, count: int) -> None:
        """More households, in batches that commit, and the statistics of what they changed."""
        from django.db import connection

        statements = HOUSEHOLDS.read_text(encoding="utf-8")
        with (
            progress("Households", total=count) as bar,
            psycopg.connect(**_plain_parameters(connection.get_connection_params()), autocommit=True) as own,
        ):
            client = psycopg.ClientCursor(own)
            # The rows are right by their making: without checking each, loading is several times faster.
            client.execute("SET session_replication_role = replica")
            client.execute("SET synchronous_commit = off")
            last = self.households + count
            for first in range(self.households + 1, last + 1, BATCH):
                batch = {"first": first, "last": min(first + BATCH - 1, last), **self._place}
                client.execute(statements, batch)
                bar.advance(batch["last"] - first + 1)
            for table in (
                "people_household",
                "people_person",
                "people_contactpoint",
                "people_personcontact",
                "people_elector",
                "compliance_screening",
            ):
                client.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
            self.households = last

    def open_phone_bank(self) -> PhoneBank:
        """The phone bank over everybody, open, its queue built as an organiser's would be."""
        from django.db import connection

        from groundswell.accounts.models import User
        from groundswell.phonebank.models import PhoneBank
        from groundswell.phonebank.operations import open_phone_bank

        bank = PhoneBank.objects.create(
            campaign=self.campaign, name="A measurement", script=self.script, daily_limit=2_000_000_000
        )
        organiser = User.objects.create_user("organiser@measurement.invalid", name="Olu")
        with progress("Queue"):
            open_phone_bank(bank, by=organiser, now=datetime.now(UTC))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) phonebank_queueentry")
            cursor.execute("CHECKPOINT")
        return bank

    def callers(self, count: int) -> list[CallerIdentity]:
        """New volunteers of the campaign."""
        from groundswell.accounts.identity import CallerIdentity
        from groundswell.accounts.models import Membership, User

        users = [User(name=f"Caller {i}", email=f"{secrets.token_hex(8)}@measurement.invalid") for i in range(count)]
        for user in users:
            user.set_unusable_password()
        made = User.objects.bulk_create(users)
        members = Membership.objects.bulk_create(
            Membership(user=user, role="caller", campaign=self.campaign) for user in made
        )
        return [CallerIdentity(m.user_id, m.pk, self.campaign.pk, 0) for m in members]


def _plain_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in parameters.items() if k in {"host", "port", "user", "password", "dbname"}}
