"""`groundswell bench pages`: the organiser's and the data manager's pages over a campaign of any size."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundswell.cli.benching.pages import Page, count_what_waits, pages_of_all, pages_of_some_areas
from groundswell.cli.benching.scratch import Scratch, measured
from groundswell.cli.benching.statements import BenchError
from groundswell.cli.console import answer, json_option, note
from groundswell.cli.static import collect_static

if TYPE_CHECKING:
    from django.test import Client

    from groundswell.accounts.models import Membership

BENCHING = Path(__file__).with_name("benching")
CALLS = 200_000
CALLERS = 50
ROUNDS = 5
IDENTITY = "web.identity"  # read once in a minute, whoever looks at whatever


@click.command("pages")
@click.option("--households", default=100_000, show_default=True, type=click.IntRange(1_000, 100_000_000))
@click.option("--keep", is_flag=True, help="Keep the households for the next run of this size.")
@json_option
def command(households: int, keep: bool, as_json: bool) -> None:
    """Each page of organisers and data managers: milliseconds and queries, with nothing kept from the visit before.

    The campaign has a history: 200,000 calls by fifty callers (a fifth of the households, if these are fewer), a text to
    everybody with what came back, and the imports, links, tags and closed numbers of some months. Pages are those of an
    owner, who sees them all, and those that read otherwise for an organiser who is limited to one ward.
    """
    with measured(households, keep=keep) as (_address, scratch):
        collect_static()
        calls = min(CALLS, households // 5)
        note(f"{calls:,} calls ...")
        owner = _member("owner")
        person = leave_history(scratch, calls, owner)
        note("Pages ...")
        pages = look_at_all(scratch, owner, person)
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
        text="\n".join(
            f"{name:<42} {page['ms']:>9,.1f} ms {page['queries']:>3} {page['kb']:>6,.0f} kB"
            for name, page in pages.items()
        ),
    )


def leave_history(scratch: Scratch, calls: int, owner: Membership) -> int:
    """Calls, answers, audit lines and flags as evenings leave them, their tallies, and the paperwork of some months.

    The id of the person of whom most is known.
    """
    import psycopg
    from django.db import connection

    from groundswell.people.models import Person
    from groundswell.phonebank.operations import rebuild_tallies

    person: int = Person.objects.order_by("pk").values_list("pk", flat=True)[0]
    values = {
        "bank": scratch.bank.pk,
        "campaign": scratch.campaign.pk,
        "question": scratch.question.pk,
        "calls": calls,
        "callers": [caller.user_id for caller in scratch.callers(CALLERS)],
        "owner": owner.user_id,
        "person": person,
        "seat": _seats()[0],
    }
    connection.ensure_connection()
    with psycopg.ClientCursor(connection.connection) as client:
        client.execute("SET session_replication_role = replica")
        for name in ("history.sql", "paperwork.sql", "messages.sql"):
            client.execute((BENCHING / name).read_text(encoding="utf-8"), values)
        client.execute("SET session_replication_role = DEFAULT")
    # The pages are of this campaign and these areas.
    scratch.campaign.areas.set(_seats())
    rebuild_tallies()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    return person


def look_at_all(scratch: Scratch, owner: Membership, person: int) -> dict[str, dict[str, float | int]]:
    """Every page by its name."""
    limited = _member("organiser", scratch)
    limited.areas.set(_wards()[:1])
    seen = {}
    for member, pages in ((owner, pages_of_all(scratch, person)), (limited, pages_of_some_areas(scratch))):
        client = browser_of(member)
        for page in pages:
            seen[page.name] = look(client, page)
    return seen


def _member(role: str, scratch: Scratch | None = None) -> Membership:
    """Somebody with a second factor; without a campaign, of all of them."""
    from allauth.mfa.models import Authenticator

    from groundswell.accounts.models import Membership, User

    user = User.objects.create_user(f"{role}@pages.measurement.invalid", name="Ola")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    return Membership.objects.create(user=user, role=role, campaign=scratch.campaign if scratch else None)


def browser_of(member: Membership) -> Client:
    """A browser in which the member is signed in."""
    from django.conf import settings
    from django.test import Client

    from groundswell.cli.bench_calling import session_of

    client = Client(raise_request_exception=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(member.user_id)
    return client


def look(client: Client, page: Page) -> dict[str, float | int]:
    """The median of some visits; before each, what was kept is forgotten, but for the organisation's own name.

    `worker_ms`: how long the worker took for what the page shows counted.
    """
    from django.core.cache import cache
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took, worked, queries = [], 0.0, 0
    for turn in range(ROUNDS + 1):
        start = time.perf_counter()
        if page.before:
            page.before()
        worked = max(worked, time.perf_counter() - start)
        name = cache.get(IDENTITY)
        cache.clear()
        cache.set(IDENTITY, name)
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            status, content = page.visit(client)
        if turn:  # the first makes the templates ready, and sees to what is done once a visitor
            took.append(time.perf_counter() - start)
        queries = len(captured)
        if status != 200:
            raise BenchError(f"{page.path} answers {status}: {content[:300]!r}")
    found = {"ms": round(statistics.median(took) * 1000, 1), "queries": queries, "kb": round(len(content) / 1000)}
    return found | ({"worker_ms": round(worked * 1000)} if page.before is count_what_waits else {})


def _seats() -> list[int]:
    return _areas("constituency")


def _wards() -> list[int]:
    return _areas("ward")


def _areas(kind: str) -> list[int]:
    from groundswell.places.models import Area

    found: Any = Area.objects.filter(boundary_set="measurement", kind=kind).order_by("pk")
    return list(found.values_list("pk", flat=True))


def _electors() -> int:
    from groundswell.people.models import Elector

    return Elector.objects.count()
