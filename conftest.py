"""The ground all tests stand on: one throw-away PostgreSQL for the whole run, settings, and a browser.

Everything here happens before Django reads its settings, once, in the first process: the workers of xdist inherit
its environment.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from groundswell.config.postgres import EmbeddedServer, connection_url

PREFIX = "groundswell-tests-"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
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

_server: EmbeddedServer | None = None
_folder: Path | None = None


def _sweep() -> None:
    """Remove what a killed test run left behind: its server has no user any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if not (folder / "postgres").is_dir():
            continue
        server = EmbeddedServer(folder, durable=False)
        if not server.is_used():
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


def _prepare_environment() -> None:
    global _server, _folder
    for name in (
        "EMAIL_URL",
        "BASE_URL",
        "ALLOWED_HOSTS",
        "GROUNDSWELL_DEBUG",
        "GROUNDSWELL_DEMO",
        "HOST",
        "PORT",
    ):
        os.environ.pop(name, None)
    os.environ["GROUNDSWELL_SECRET_KEY"] = "only-for-tests-" + "0123456789" * 5
    # Playwright's synchronous interface runs an event loop in the thread that also asks the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    _sweep()
    _folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    _folder.chmod(0o711)
    os.environ["GROUNDSWELL_DATA_DIR"] = str(_folder)
    if not os.environ.get("DATABASE_URL"):
        _server = EmbeddedServer(_folder, durable=False)
        _server.start()
        os.environ["DATABASE_URL"] = connection_url(_folder)


if not IS_WORKER:
    _prepare_environment()


def pytest_configure() -> None:
    from django.conf import settings

    if not settings.configured:  # with `-p no:django`
        return
    # Pages in tests link to the files as they lie in the source: nothing has been collected.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure() -> None:
    if _server is not None:
        _server.stop()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)


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
