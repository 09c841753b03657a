"""`groundswell bench pages`: the organiser's and the data manager's pages over a campaign of any size."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundswell.cli.benching.scratch import Scratch, measured
from groundswell.cli.benching.statements import BenchError
from groundswell.cli.console import answer, json_option, note
from groundswell.cli.static import collect_static

if TYPE_CHECKING:
    from django.test import Client

HISTORY = Path(__file__).with_name("benching") / "history.sql"
CALLS = 200_000
CALLERS = 50
ROUNDS = 5
IDENTITY = "web.identity"  # read once in a minute, whoever looks at whatever


@click.command("pages")
@click.option("--households", default=100_000, show_default=True, type=click.IntRange(1_000, 100_000_000))
@click.option("--keep", is_flag=True, help="Keep the households for the next run of this size.")
@json_option
def command(households: int, keep: bool, as_json: bool) -> None:
    """Each page as an owner sees it: milliseconds and queries, with nothing kept from the visit before.

    The campaign has a history: 200,000 calls by fifty callers (a fifth of the households, if these are fewer).
    """
    with measured(households, keep=keep) as (_address, scratch):
        collect_static()
        calls = min(CALLS, households // 5)
        note(f"{calls:,} calls ...")
        leave_history(scratch, calls)
        client = leader(scratch)
        note("Pages ...")
        pages = {name: look(client, path, data) for name, (path, data) in pages_of(scratch).items()}
        electors = _electors()
    answer(
        {
            "households": households,
            "electors": electors,
            "calls": calls,
            "slowest_ms": max(page["ms"] for page in pages.values()),
            "most_queries": max(page["queries"] for page in pages.values()),
            "pages": pages,
        },
        as_json=as_json,
        text="\n".join(f"{name:<28} {page['ms']:>9,.1f} ms {page['queries']:>3}" for name, page in pages.items()),
    )


def leave_history(scratch: Scratch, calls: int) -> None:
    """Calls, answers, audit lines and flags as evenings leave them, and the tallies of them."""
    import psycopg
    from django.db import connection

    from groundswell.phonebank.operations import rebuild_tallies

    callers = [caller.user_id for caller in scratch.callers(CALLERS)]
    values = {
        "bank": scratch.bank.pk,
        "campaign": scratch.campaign.pk,
        "question": scratch.question.pk,
        "calls": calls,
        "callers": callers,
    }
    connection.ensure_connection()
    with psycopg.ClientCursor(connection.connection) as client:
        client.execute("SET session_replication_role = replica")
        client.execute(HISTORY.read_text(encoding="utf-8"), values)
        client.execute("SET session_replication_role = DEFAULT")
    rebuild_tallies()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def leader(scratch: Scratch) -> Client:
    """A browser in which an owner is signed in, second factor and all."""
    from allauth.mfa.models import Authenticator
    from django.conf import settings
    from django.test import Client

    from groundswell.accounts.identity import CallerIdentity
    from groundswell.accounts.models import Membership, User
    from groundswell.cli.bench_calling import session_of

    user = User.objects.create_user("owner@measurement.invalid", name="Ola")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    member = Membership.objects.create(user=user, role="owner", campaign=None)
    # The pages are of this campaign and these areas.
    scratch.campaign.areas.set(_seats())
    client = Client(raise_request_exception=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(
        CallerIdentity(user.pk, member.pk, scratch.campaign.pk, 0)
    )
    return client


def pages_of(scratch: Scratch) -> dict[str, tuple[str, dict[str, str] | None]]:
    """Each page's name, its address, and what is posted to it (None: it is read)."""
    from django.urls import reverse

    from groundswell.people.models import Person

    slug, bank = scratch.campaign.slug, scratch.bank.pk
    last = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]
    home = last // 4

    def at(name: str, *arguments: Any) -> tuple[str, None]:
        return reverse(name, args=arguments), None

    search, audit = reverse("person:search"), reverse("accounts:audit")
    return {
        "overview": at("phonebank:overview", slug),
        "overview, live part": at("phonebank:overview_live", slug),
        "phone bank": at("phonebank:bank", slug, bank),
        "phone bank, live part": at("phonebank:bank_live", slug, bank),
        "phone bank, settings": at("phonebank:edit_bank", slug, bank),
        "builder": at("phonebank:new_bank", slug),
        "results": at("phonebank:results", slug),
        "callers": at("phonebank:callers", slug),
        "flags": at("phonebank:flags", slug),
        "scripts": at("campaigns:scripts", slug),
        "team": at("accounts:team"),
        "search: a name": (f"{search}?q=Number+{home}", None),
        "search: the commonest name": (f"{search}?q=Sian", None),
        "search: a family of a million": (f"{search}?q=Number", None),
        "search: a number": (f"{search}?q=%2B999{last // 4 * 4:09d}", None),
        "search: a postcode": (f"{search}?q=ZZ99+9ZZ", None),
        "person": at("person:page", last),
        "imports": at("imports:index"),
        "audit log": (audit, None),
        "audit log, one person": (f"{audit}?actor={_newest_caller()}", None),
        "screening": at("compliance:screening"),
        "do not call": at("compliance:do_not_call"),
        "retention": at("compliance:retention"),
        "live count: everybody": (reverse("phonebank:bank_count", args=[slug]), {"attempt_cap": "3"}),
        "live count: one ward": (
            reverse("phonebank:bank_count", args=[slug]),
            {"attempt_cap": "3", "areas": str(_wards()[0])},
        ),
        "live count: not yet asked": (
            reverse("phonebank:bank_count", args=[slug]),
            {"attempt_cap": "3", "not_asked": str(scratch.question.pk)},
        ),
    }


def look(client: Client, path: str, data: dict[str, str] | None) -> dict[str, float | int]:
    """The median of some visits; before each, what was kept is forgotten, but for the organisation's own name."""
    from django.core.cache import cache
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    headers = {"host": "localhost"}
    took, queries = [], 0
    for turn in range(ROUNDS + 1):
        name = cache.get(IDENTITY)
        cache.clear()
        cache.set(IDENTITY, name)
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            page = client.get(path, headers=headers) if data is None else client.post(path, data, headers=headers)
        if turn:  # the first makes the templates ready, and sees to what is done once a visitor
            took.append(time.perf_counter() - start)
        queries = len(captured)
        if page.status_code != 200:
            raise BenchError(f"{path} answers {page.status_code}: {page.content[:300]!r}")
    return {"ms": round(statistics.median(took) * 1000, 1), "queries": queries}


def _seats() -> list[int]:
    from groundswell.places.models import Area

    return list(Area.objects.filter(boundary_set="measurement", kind="constituency").values_list("pk", flat=True))


def _wards() -> list[int]:
    from groundswell.places.models import Area

    return list(
        Area.objects.filter(boundary_set="measurement", kind="ward").order_by("pk").values_list("pk", flat=True)
    )


def _newest_caller() -> int:
    from groundswell.phonebank.models import Call

    return int(Call.objects.order_by("-pk").values_list("caller", flat=True)[0])


def _electors() -> int:
    from groundswell.people.models import Elector

    return Elector.objects.count()
