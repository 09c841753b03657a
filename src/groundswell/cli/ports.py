"""Whether we may listen where we were told to."""

from __future__ import annotations

import errno
import resource
import socket
import time

from groundswell.cli.failures import Refusal


def check_port_is_free(host: str, port: int, *, patience: float = 0) -> None:
    """Raises Refusal, naming what to change, if `host`:`port` cannot be listened on.

    `patience` is in seconds: a web server that was killed may leave processes that need a moment to end.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            _listen_once(host, port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            raise Refusal(_why(error, host, port)) from error
        return


def _listen_once(host: str, port: int) -> None:
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen(1)


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program. Choose another one with PORT=, for example PORT={_next(port)}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for root. Choose one above 1023 with PORT=, for example PORT=8000."
    return (
        f"Cannot listen on {host}, port {port} ({error.strerror or error}). "
        "Set HOST= and PORT= to an address of this machine."
    )


def _next(port: int) -> int:
    return port + 1 if port < 65535 else 8000


def allow_connections(wanted: int) -> None:
    """Let this process and its children keep so many files open, which connections are, or as near as we may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
