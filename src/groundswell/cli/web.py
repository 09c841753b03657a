"""`groundswell web`: the web server."""

from __future__ import annotations

import click

from groundswell.cli.database import database
from groundswell.cli.parent import end_with_parent
from groundswell.cli.ports import allow_connections, check_port_is_free
from groundswell.cli.static import collect_static
from groundswell.config.environment import environment

# Each process keeps so many connections open. A phone or a screen keeps one or two between two requests, and Granian
# accepts no more than this, whatever they do: by its own default 512 of two processes, whereupon others wait in vain.
MOST_CONNECTIONS = 16_384
BACKLOG = 4_096
FILES_BESIDES = 512
ORPHAN_PATIENCE = 5.0  # seconds; see check_port_is_free


@click.command("web")
@click.option("--supervised", is_flag=True, hidden=True, help="End with the parent process.")
def command(supervised: bool) -> None:
    """Serve the pages at HOST:PORT with WEB_WORKERS processes until stopped."""
    if supervised:
        end_with_parent()
    env = environment()
    check_port_is_free(env.host, env.port, patience=ORPHAN_PATIENCE if supervised else 0)
    with database():
        collect_static()
        serve(host=env.host, port=env.port, workers=env.web_workers, threads=env.web_threads)


def serve(*, host: str, port: int, workers: int, threads: int) -> None:
    """Granian over WSGI: the fastest of those measured. Returns when stopped by a signal."""
    from django.db import connections
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    allow_connections(MOST_CONNECTIONS + FILES_BESIDES)
    connections.close_all()  # the processes forked from this one must not share its connection
    server = Server(
        "groundswell.cli.serving:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backlog=BACKLOG,
        backpressure=MOST_CONNECTIONS,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=10,
    )
    server.serve()
