"""What tests of every room share: a database of the worker's own, and a real browser (pytest-playwright's `page`)."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from databases import Template, make_as_it_was, make_copy

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


def pytest_collection_finish() -> None:
    """What has been loaded by now stays: the collector of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def chromium_path() -> str | None:
    """The browser for tests: $CHROMIUM, or the system's."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium for pytest-playwright's `page`; without one, tests with a page are skipped, in CI they fail."""
    path = chromium_path()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_CHROMIUM)
    flags = [*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {**browser_type_launch_args, "executable_path": path, "args": flags}


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: tests give `live_server`'s whole address. (Stands in for a plugin's fixture of a form pytest is giving up.)"""


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,  # noqa: ARG001
    django_db_modify_db_settings: None,  # noqa: ARG001
    django_db_blocker: Any,
) -> Iterator[None]:
    """A copy of the migrated database for this worker, made as it was after each test with real transactions.

    At the end, connections that a test's worker or server has left to its threads are cut, or the database stays.
    """
    from django.db import connection
    from django.test import TransactionTestCase

    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        Template(Path(os.environ["GROUNDSWELL_DATA_DIR"])).wait()
        make_copy(connection)
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: make_as_it_was())
        with django_db_blocker.block():
            yield
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.creation.destroy_test_db(name, verbosity=0)


@pytest.fixture(scope="module")
def lasting(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:  # noqa: ARG001
    """For what a module's fixture makes once, `with lasting():`, for its tests. It is committed, and gone after the module.

    A test takes back what it does itself, as ever. One with real transactions in the same module would take it all.
    """
    yield django_db_blocker.unblock
    with django_db_blocker.unblock():
        make_as_it_was()


@pytest.fixture(autouse=True)
def _nothing_is_cached() -> None:
    """Each test begins with an empty cache, so that the queries it counts are its own."""
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def _few_are_few() -> Iterator[None]:
    """Pages count small tables themselves. A test database keeps the dead rows of all tests before, on a busy machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("groundswell.phonebank.operations.reckoning.FEW_PEOPLE", 10**12)
        patch.setattr("groundswell.phonebank.operations.reckoning.WITHIN", timedelta(minutes=5))
        patch.setattr("groundswell.phonebank.said.FEW_ANSWERS", 10**12)
        patch.setattr("groundswell.insight.counting.FEW_BYTES", 10**12)
        yield
