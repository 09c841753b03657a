"""Every address of the site is asked for as every kind of visitor, and answers as table.py says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from permissions.rows import FORM, READ, Row
from permissions.table import TABLE
from permissions.tables.office import STEPS
from permissions.viewers import FIRST, OTHERS, VIEWERS
from permissions.world import World

pytestmark = pytest.mark.django_db
# With "?next=": the plain sign-in page is where one lands after signing out.
WAYS_OUT = ("/accounts/login/?", "/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/", "/second-factor/")

# When somebody was last here, where they were going, how often an address was tried: not what this is about.
UNIMPORTANT = {"accounts_user", "accounts_ratelimit", "django_session"}
# The view of these counts joins every index as well, and costs more than the page that is looked at.
WRITTEN = """
    SELECT relname, written FROM pg_class, LATERAL (
        SELECT pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
             + pg_stat_get_xact_tuples_deleted(oid) AS written
    ) AS counts
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND written > 0
"""
LOGS = {"accounts_auditevent"}
# Opening the caller's page is taking the next household.
READING_CHANGES = {
    "phonebank:call": {"phonebank_callerstatus"},
    "account_email": {"account_emailaddress"},  # allauth notes the address that it shows
    "tracked_link": {"campaigns_visit"},  # that it was opened, and by nobody
}


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """The name of every address that Django would answer."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}"
        else:
            yield from routes(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


def test_every_address_is_in_the_table_once_and_the_table_holds_no_other():
    listed = [row.name for row in TABLE] + STEPS
    assert sorted(set(listed)) == sorted(listed)
    assert sorted(listed) == sorted(set(routes(get_resolver()))), "say in tests/permissions/tables/ who may see it"


def is_refused(response: Any) -> bool:
    """Sent away: to sign in, to the second factor, or told that there is nothing or nothing for them."""
    if response.status_code in (301, 302):
        return response["Location"].startswith(WAYS_OUT)
    return response.status_code in (401, 403, 404)


def rows_written() -> dict[str, int]:
    """What this transaction has written so far, table by table, by whichever way: PostgreSQL's own count."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return dict(cursor.fetchall())


class Visit:
    """One viewer's request for one address by one method, undone afterwards."""

    def __init__(self, world: World, row: Row, url: str, viewer: str, method: str) -> None:
        client = world.client(viewer)
        data = row.data(world) if row.data else None
        with transaction.atomic():
            before = rows_written()
            response = getattr(client, method)(url, data)
            after = rows_written()
            transaction.set_rollback(True)
        self.status = response.status_code
        self.is_refused = is_refused(response)
        self.written = {table for table, count in after.items() if count != before.get(table, 0)} - UNIMPORTANT


def may_change(row: Row) -> set[str]:
    """The tables that looking at this address may write to."""
    return LOGS | READING_CHANGES.get(row.name, set())


def address_of(row: Row, world: World) -> str:
    """The address, with everything it points at made."""
    arguments = {name: value(world) if callable(value) else value for name, value in row.arguments.items()}
    return reverse(row.name, kwargs=arguments)


@pytest.fixture(scope="module", autouse=True)
def _contexts_are_not_copied() -> Iterator[None]:
    """The test client keeps a copy of everything each template was given: a quarter of these thousands of requests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.test.client.store_rendered_templates", lambda *_given, **_more: None)
        yield


@pytest.fixture(scope="module")
def world(lasting: Any) -> World:
    """The world with everybody in it and everything that an address of the table points at."""
    with lasting():
        world = World()
        for row in TABLE:
            address_of(row, world)
            if row.data:
                row.data(world)
        for viewer in VIEWERS:
            world.client(viewer)
        return world


@pytest.mark.parametrize("viewers", [FIRST, pytest.param(OTHERS, marks=pytest.mark.slow)], ids=["first", "others"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_address_answers_those_and_only_those_who_may_see_it(row: Row, viewers: tuple[str, ...], world: World):
    url = address_of(row, world)
    for method in row.methods:
        visits = {viewer: Visit(world, row, url, viewer, method) for viewer in viewers}
        for viewer, visit in visits.items():
            assert visit.status < 500, (viewer, method, visit.status)
            assert visit.status != 405, f"{row.name} does not take {method}"
            assert not (visit.is_refused and visit.written), f"{viewer} was refused, yet {visit.written} changed"
            assert method != "get" or visit.written <= may_change(row), f"looking at it changed {visit.written}"
        assert {viewer for viewer, visit in visits.items() if not visit.is_refused} == row.who & set(viewers), method


@pytest.mark.slow
@pytest.mark.parametrize("row", [row for row in TABLE if row.methods != FORM], ids=lambda row: row.name)
def test_a_wrong_method_is_refused_as_such_and_changes_nothing(row: Row, world: World):
    url = address_of(row, world)
    method = "post" if row.methods == READ else "get"
    for viewer in ("anonymous", "owner"):
        visit = Visit(world, row, url, viewer, method)
        assert visit.is_refused or visit.status == 405, (viewer, visit.status)
        assert visit.status in (404, 405) or viewer not in row.who, (viewer, visit.status)
        assert not visit.written, (viewer, visit.written)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_without_the_one_before_tells_a_stranger_nothing(name: str):
    arguments = {"pk": 1} if name in {"mfa_remove_webauthn", "mfa_edit_webauthn"} else {}
    response = Client().get(reverse(name, kwargs=arguments))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
