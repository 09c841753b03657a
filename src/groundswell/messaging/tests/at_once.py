"""Several presses at the same moment, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connections


def at_once(press: Callable[[], object], times: int = 4) -> list[object]:
    """What each of so many threads got, or what was raised."""
    barrier, got = threading.Barrier(times), []

    def one() -> None:
        try:
            barrier.wait()
            got.append(press())
        except Exception as problem:
            got.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got
