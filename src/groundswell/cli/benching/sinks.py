"""Where what is sent in a measurement ends: a process of its own that takes everything and counts by address."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

Answers = Callable[[Any], Any]
# Starts listening, and returns the port and what answers the questions of the measurement.
Starts = Callable[[], Coroutine[Any, Any, tuple[int, Answers]]]


class Running:
    """A sink that runs: its port, and what it answers."""

    def __init__(self, pipe: Connection, process: BaseProcess) -> None:
        self._pipe, self._process = pipe, process
        self.port = int(pipe.recv())

    def kill(self) -> None:
        """As `kill -9` does."""
        self._process.kill()
        self._process.join()

    def ask(self, question: Any) -> Any:
        self._pipe.send(question)
        return self._pipe.recv()

    def arrived(self) -> dict[str, int]:
        """How often each address was written to since this was last asked."""
        found: dict[str, int] = self.ask("arrived")
        return found


@contextmanager
def running(starts: Starts) -> Iterator[Running]:
    """A sink on a free port of this machine, stopped afterwards."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=[starts, theirs], daemon=True)
    process.start()
    try:
        yield Running(ours, process)
    finally:
        with suppress(OSError):
            ours.send("stop")
        process.join(10)
        if process.is_alive():
            process.kill()


def _run(starts: Starts, pipe: Connection) -> None:
    asyncio.run(_serve(starts, pipe))


async def _serve(starts: Starts, pipe: Connection) -> None:
    port, answers = await starts()
    pipe.send(port)
    loop = asyncio.get_running_loop()
    while (asked := await loop.run_in_executor(None, pipe.recv)) != "stop":
        pipe.send(answers(asked))
