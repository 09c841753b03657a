"""A connection that is kept between requests: found dead when it is dead, and not asked when it lives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def another() -> Iterator[psycopg.Connection[Any]]:
    parameters = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in {"host", "port", "user", "dbname", "password"}
    }
    with psycopg.connect(**parameters, autocommit=True) as own:
        yield own


def next_request() -> None:
    """What Django does with a kept connection when a request begins and when that first needs it."""
    connection.health_check_enabled = True
    connection.health_check_done = False
    connection.close_if_unusable_or_obsolete()
    connection.close_if_health_check_failed()


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def last_words(another: psycopg.Connection[Any], pid: int) -> Any:
    return another.execute("SELECT query, state_change FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()


def test_a_living_connection_is_not_asked(another: psycopg.Connection[Any]) -> None:
    pid = backend()
    before = last_words(another, pid)
    next_request()
    assert last_words(another, pid) == before
    assert backend() == pid


def test_a_connection_that_the_server_ended_is_replaced(another: psycopg.Connection[Any]) -> None:
    pid = backend()
    another.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    next_request()
    assert backend() != pid


def test_after_an_error_the_server_is_asked(another: psycopg.Connection[Any]) -> None:
    pid = backend()
    connection.errors_occurred = True
    next_request()
    assert last_words(another, pid)[0] == "SELECT 1"
    assert backend() == pid
