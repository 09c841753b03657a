"""A database for the length of a command."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import ParamSpec, TypeVar

import django

from groundswell.cli.console import note
from groundswell.config.environment import environment
from groundswell.config.postgres import EmbeddedServer, running

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@contextmanager
def database() -> Iterator[EmbeddedServer | None]:
    """Django, ready, on a database that runs: the one of DATABASE_URL, or the embedded server.

    That is started if it does not run, and stopped again unless someone else uses it; it is what the block gets.
    Raises ServerError.
    """
    env = environment()
    with ExitStack() as stack:
        server = None if env.database_url else stack.enter_context(running(env.data_dir.resolve(), say=note))
        django.setup()
        stack.callback(_close_connections)
        yield server


def needs_database(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Runs a command inside `database()`. Import models inside the command: before, Django is not ready."""

    @functools.wraps(function)
    def wrapper(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with database():
            return function(*args, **kwargs)

    return wrapper


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
