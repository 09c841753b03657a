"""What tests of every room share: a real browser (pytest-playwright's `page`), and a job queue left empty."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = "no Chromium on this machine (set CHROMIUM to its path, or `make dev` as root on Debian)"
# Without these Chromium rings home at every start, which a test machine may refuse and a test must not wait for.
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"page", "context", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


def chromium_path() -> str | None:
    """The browser for tests: $CHROMIUM, or the system's."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium for pytest-playwright's `page`; without one, tests with a page are skipped."""
    path = chromium_path()
    if path is None:
        pytest.skip(NO_CHROMIUM)
    flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {**browser_type_launch_args, "executable_path": path, "args": flags}


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: tests give `live_server`'s whole address. (Stands in for a plugin's fixture of a form pytest is giving up.)"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:  # noqa: ARG001
    """Let tests with real transactions empty the tables after them: the audit log refuses TRUNCATE, and must.

    At the end, connections that a test's worker or server has left to its threads are cut, or the database stays.
    """
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET groundswell.audit_may_be_emptied = 'yes'")
        connection.close()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.close()


@pytest.fixture(autouse=True)
def _nothing_is_cached() -> None:
    """Each test begins with an empty cache, so that the queries it counts are its own."""
    cache.clear()


@pytest.fixture(autouse=True)
def _few_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages count small tables themselves. A test database keeps the dead rows of all tests before, on a busy machine."""
    monkeypatch.setattr("groundswell.phonebank.operations.reckoning.FEW_PEOPLE", 10**12)
    monkeypatch.setattr("groundswell.phonebank.operations.reckoning.WITHIN", timedelta(minutes=5))
    monkeypatch.setattr("groundswell.phonebank.said.FEW_ANSWERS", 10**12)
    monkeypatch.setattr("groundswell.insight.counting.FEW_BYTES", 10**12)


@pytest.fixture(autouse=True)
def _jobs_are_forgotten(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """After a test with real transactions: Django empties its own tables, the job queue's it does not know."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction", False)
    if not commits and "transactional_db" not in request.fixturenames:
        return
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")
