"""The ground all tests stand on: one throw-away PostgreSQL for the whole run, and settings fit for tests.

A plugin (named in pyproject.toml), because it must come before Django reads its settings, which a conftest does not.
It works once, in the first process: the workers of xdist inherit its environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from databases import Template
from groundswell.config.postgres import EmbeddedServer, connection_url

PREFIX = "groundswell-tests-"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ

_server: EmbeddedServer | None = None
_folder: Path | None = None
_template: subprocess.Popen[bytes] | None = None


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
    global _server, _folder, _template
    for name in (
        "EMAIL_URL",
        "BASE_URL",
        "ALLOWED_HOSTS",
        "GROUNDSWELL_DEBUG",
        "GROUNDSWELL_DEMO",
        "HOST",
        "PORT",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "SMS_HTTP",
    ):
        os.environ.pop(name, None)
    os.environ["GROUNDSWELL_SECRET_KEY"] = "only-for-tests-" + "0123456789" * 5
    # Playwright's synchronous interface runs an event loop in the thread that also asks the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    _sweep()
    _folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    _folder.chmod(0o711)
    (_folder / "static").mkdir()
    os.environ["GROUNDSWELL_DATA_DIR"] = str(_folder)
    if not os.environ.get("DATABASE_URL"):
        _server = EmbeddedServer(_folder, durable=False)
        _server.start()
        os.environ["DATABASE_URL"] = connection_url(_folder)
    _template = Template(_folder).begin()


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
    if _template is not None:
        _template.kill()
        _template.wait()
    if _server is not None:
        _server.stop()
    elif _folder is not None:
        Template(_folder).drop()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)
