"""`groundswell run`: database, web and worker under one parent."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import click

from groundswell.cli.console import note, progress
from groundswell.cli.database import database
from groundswell.cli.failures import Refusal
from groundswell.cli.migrate import apply_migrations
from groundswell.cli.ports import check_port_is_free
from groundswell.cli.static import collect_static
from groundswell.cli.supervisor import Child, Supervisor
from groundswell.config.data_folder import keep_secret
from groundswell.config.environment import DEFAULT_SECRET_KEY, Environment, environment
from groundswell.config.postgres import EmbeddedServer, ServerError


@click.command("run")
@click.option(
    "--demo/--no-demo",
    "with_demo",
    default=False,
    help="Load the demo campaign if it is not there, and print a sign-in link for each role.",
)
def command(with_demo: bool) -> None:
    """Start the database (unless DATABASE_URL names one), the web server and the worker. Ctrl-C stops them all."""
    if with_demo:
        os.environ["GROUNDSWELL_DEMO"] = "1"
        environment.cache_clear()
    env = environment()
    check_port_is_free(env.host, env.port)
    if with_demo and env.secret_key == DEFAULT_SECRET_KEY:
        keep_secret(env.data_dir.resolve())
        environment.cache_clear()
        env = environment()
    with database() as server:
        with progress("Bringing the database up to date"):
            applied = apply_migrations()
        if applied:
            note(f"Database brought up to date ({len(applied)} migrations).")
        collect_static()
        links = _demo_links(env) if with_demo else []
        setup_link = None if with_demo else _setup_link()
        supervisor = Supervisor(
            children=[_child("web"), _child("worker")],
            say=note,
            look_after=_database_watch(server),
        )
        told_to_stop = supervisor.run(when_started=lambda: _announce(env, links, setup_link))
    if not told_to_stop:
        raise Refusal("Groundswell could not be started.")
    note(f"Stopped. The data stays {_where_data_stays(env)}.")


def _child(name: str) -> Child:
    return Child(name, [sys.executable, "-m", "groundswell.cli", name, "--supervised"])


def _database_watch(server: EmbeddedServer | None) -> Callable[[], None]:
    """Starts the embedded server again if it was killed; a PostgreSQL of the operator's is theirs to mend."""

    def look() -> None:
        if server is None or server.is_running():
            return
        try:
            if server.start():
                note("The database had ended; it runs again.")
        except ServerError as error:
            note(f"The database had ended and does not start: {error}")

    return look


def _demo_links(env: Environment) -> list[tuple[str, str]]:
    """Who the demo lets you be, and the link for it. The demo's own module does the work."""
    if find_spec("groundswell.cli.demo") is None:
        raise Refusal("This installation has no demo. Start without --demo.")
    demo = import_module("groundswell.cli.demo")
    demo.ensure_loaded()
    return [(role, env.public_url + path) for role, path in demo.sign_in_links()]


def _setup_link() -> str | None:
    from groundswell.accounts.setup_links import create_setup_link

    return create_setup_link()


def _announce(env: Environment, links: list[tuple[str, str]], setup_link: str | None) -> bool:
    """Once the port answers, say where; returns whether it did."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(env.host, env.host)  # noqa: S104 - connects, does not listen
    try:
        socket.create_connection((host, env.port), timeout=1).close()
    except OSError:
        return False
    lines = ["", f"Groundswell is ready: {env.public_url}", ""]
    if links:
        width = max(len(role) for role, _link in links)
        lines += ["Sign in to the demo as", *(f"  {role:<{width}}  {link}" for role, link in links), ""]
    if setup_link:
        lines += [
            "Nobody owns this installation yet. To make the owner's account, open within a day:",
            f"  {setup_link}",
            "",
        ]
    lines += [f"Ctrl-C stops it; the data stays {_where_data_stays(env)}."]
    click.echo("\n".join(lines))
    return True


def _where_data_stays(env: Environment) -> str:
    return "in your PostgreSQL" if env.database_url else f"in {env.data_dir}/"
