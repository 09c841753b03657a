"""A database of its own for a measurement, on the same server, filled with people who do not exist.

It is dropped afterwards. Millions of households take minutes to make, so they may be kept: each run then starts from a
copy of the kept database, fresh and the same every time.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from groundswell.cli.benching.electorate import Electorate
from groundswell.cli.console import note, progress
from groundswell.config.environment import DEFAULT_SECRET_KEY, environment
from groundswell.config.postgres import connection_url, running

if TYPE_CHECKING:
    from groundswell.accounts.identity import CallerIdentity
    from groundswell.campaigns.models import Campaign, Option, Question
    from groundswell.phonebank.models import PhoneBank

KEPT = "groundswell_kept_"
PACKAGE = Path(__file__).resolve().parents[2]
BANK = "A measurement"
HOUSEHOLDS_A_DAY = 2_000_000_000
FILE_COPY_SINCE = 150_000  # PostgreSQL 15


@dataclass(frozen=True, slots=True)
class Scratch:
    """One campaign with a voter-ID script and one phone bank, open day and night, over all its households."""

    campaign: Campaign
    question: Question
    options: tuple[Option, ...]
    bank: PhoneBank

    @classmethod
    def found(cls) -> Scratch:
        """What lies in the database we are connected to."""
        from groundswell.phonebank.models import PhoneBank

        bank = PhoneBank.objects.select_related("campaign").get(name=BANK)
        question = bank.campaign.questions.get(is_voter_id=True)
        return cls(bank.campaign, question, tuple(question.options.order_by("position")), bank)

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


@contextmanager
def measured(households: int, *, keep: bool) -> Iterator[tuple[str, Scratch]]:
    """Django on a database with as many households as wanted in an open phone bank's queue: its address and content.

    Everything else in this process and its children uses it too, by DATABASE_URL. The server must let us make a
    database; the embedded one does.
    """
    with _server() as home, ExitStack() as stack:
        name = f"groundswell_bench_{secrets.token_hex(4)}"
        stack.callback(_drop, home, name)
        if keep:
            kept = _kept_name(households)
            if not _exists(home, kept):
                _make_kept(home, kept, households)
            note(f"A fresh copy of {kept} ...")
            _copy(home, kept, name)
        else:
            _create(home, name)
        address = make_conninfo(home, dbname=name)
        with django_on(address):
            # A kept database has the tables of this version, but perhaps not its functions.
            migrate()
            if keep:
                # It may have been made before this figure was kept to.
                _let_callers_go_on()
            else:
                fill(households)
            with _cursor() as cursor:
                cursor.execute("CHECKPOINT")
            yield address, Scratch.found()


@contextmanager
def empty_database() -> Iterator[None]:
    """Django on a new database with the tables of this version and nothing in them; dropped afterwards."""
    with _server() as home, ExitStack() as stack:
        name = f"groundswell_bench_{secrets.token_hex(4)}"
        stack.callback(_drop, home, name)
        _create(home, name)
        with django_on(make_conninfo(home, dbname=name)):
            migrate()
            yield


def drop_kept() -> list[str]:
    """Drop every kept database; their names."""
    with _server() as home:
        with psycopg.connect(home, autocommit=True) as owner:
            found = owner.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1", [KEPT]
            ).fetchall()
        names = [row[0] for row in found]
        for name in names:
            _drop(home, name)
        return names


@contextmanager
def _server() -> Iterator[str]:
    """The address of the server's own database."""
    env = environment()
    if env.database_url:
        yield env.database_url
        return
    with running(env.data_dir.resolve(), say=note):
        yield connection_url(env.data_dir.resolve())


@contextmanager
def django_on(address: str) -> Iterator[None]:
    """Django as it is served, set up once, with all its connections to `address` inside the block."""
    os.environ["GROUNDSWELL_DEBUG"] = "0"  # which keeps the text of every query
    if environment().secret_key == DEFAULT_SECRET_KEY:
        os.environ["GROUNDSWELL_SECRET_KEY"] = secrets.token_urlsafe(50)
    os.environ["DATABASE_URL"] = address
    environment.cache_clear()
    django.setup()
    from django.db import connections

    # Set up earlier in this process, Django still means the database of then.
    connections.close_all()
    connections["default"].settings_dict["NAME"] = conninfo_to_dict(address)["dbname"]
    try:
        yield
    finally:
        connections.close_all()


def _make_kept(home: str, kept: str, households: int) -> None:
    """Under another name until it is whole."""
    making = f"{kept}_making"
    _drop(home, making)
    _create(home, making)
    with django_on(make_conninfo(home, dbname=making)):
        migrate()
        fill(households)
    with psycopg.connect(home, autocommit=True) as owner:
        owner.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(kept)))


def migrate() -> None:
    from groundswell.cli.migrate import apply_migrations

    apply_migrations()


def _let_callers_go_on() -> None:
    """A few callers ring whole electorates, which the figure for people forbids (rule D12)."""
    from groundswell.compliance.models import Figure

    Figure.objects.update_or_create(
        jurisdiction="uk",
        key="households_a_day",
        organisation_kind="",
        valid_from=datetime.now(UTC).date() - timedelta(days=1),
        defaults={"value": HOUSEHOLDS_A_DAY, "source": "a measurement"},
    )


def fill(households: int) -> None:
    """The electorate and an open phone bank over everybody, its queue built as an organiser's would be."""
    from groundswell.accounts.models import User
    from groundswell.phonebank.models import PhoneBank
    from groundswell.phonebank.operations import open_phone_bank

    note(f"Making {households:,} households ...")
    _let_callers_go_on()
    electorate = Electorate.begin()
    electorate.add_households(households)
    bank = PhoneBank.objects.create(
        campaign=electorate.campaign, name=BANK, script=electorate.script, daily_limit=HOUSEHOLDS_A_DAY
    )
    organiser = User.objects.create_user("organiser@measurement.invalid", name="Olu")
    note("Building the queue ...")
    with progress("Queue"):
        open_phone_bank(bank, by=organiser, now=datetime.now(UTC))
    with _cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) phonebank_queueentry")


def _kept_name(households: int) -> str:
    """Of this size and these tables; screening grows old (rule C2), so of this week."""
    digest = hashlib.sha256(datetime.now(UTC).strftime("%G-%V").encode())
    for file in sorted(PACKAGE.glob("*/migrations/*.py")):
        digest.update(f"{file.parent.parent.name}/{file.name}".encode())
    for name in ("electorate.py", "households.sql"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    return f"{KEPT}{households}_{digest.hexdigest()[:8]}"


def _exists(home: str, name: str) -> bool:
    with psycopg.connect(home, autocommit=True) as owner:
        return owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _create(home: str, name: str) -> None:
    with psycopg.connect(home, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _copy(home: str, kept: str, name: str) -> None:
    with psycopg.connect(home, autocommit=True) as owner:
        # File by file, instead of page by page through the write-ahead log.
        strategy = sql.SQL(" STRATEGY file_copy" if owner.info.server_version >= FILE_COPY_SINCE else "")
        owner.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(kept)) + strategy
        )


def _drop(home: str, name: str) -> None:
    with psycopg.connect(home, autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _cursor() -> Any:
    from django.db import connection

    return connection.cursor()
