"""A mail server that takes everything and keeps only how often each address was written to: the limit of sending.

In a process of its own. It speaks as much SMTP as a client needs, with pipelining as Postfix offers it, and no more than
that costs.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection


class Sink(asyncio.Protocol):
    """One connection. Lines until DATA, then bytes until the lone dot."""

    def __init__(self, arrived: Counter[bytes]) -> None:
        self._arrived = arrived
        self._waiting = bytearray()
        self._to = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        answers = bytearray()
        while not self._transport.is_closing():
            end = self._waiting.find(b"\r\n.\r\n" if self._in_data else b"\r\n")
            if end < 0:
                break
            if self._in_data:
                del self._waiting[: end + 5]
                self._in_data = False
                self._arrived[self._to] += 1
                answers += b"250 taken\r\n"
                continue
            line = bytes(self._waiting[:end])
            del self._waiting[: end + 2]
            answers += self._answer(line)
        if answers:
            self._transport.write(bytes(answers))

    def _answer(self, line: bytes) -> bytes:
        match line[:4].upper():
            case b"EHLO":
                return b"250-sink\r\n250 PIPELINING\r\n"
            case b"RCPT":
                self._to = line[line.index(b"<") + 1 : line.index(b">")]
            case b"DATA":
                self._in_data = True
                return b"354 go on\r\n"
            case b"QUIT":
                self._transport.write(b"221 goodbye\r\n")
                self._transport.close()
                return b""
        return b"250 sink\r\n"


async def _serve(pipe: Connection) -> None:
    arrived: Counter[bytes] = Counter()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(arrived), "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    while True:
        asked = await loop.run_in_executor(None, pipe.recv)
        if asked == "stop":
            return
        pipe.send(dict(arrived))
        arrived.clear()


def _run(pipe: Connection) -> None:
    asyncio.run(_serve(pipe))


class Running:
    """A sink that runs: its port, and what arrived since it was last asked."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.port = int(pipe.recv())

    def arrived(self) -> dict[bytes, int]:
        """How many letters each address got since this was last asked."""
        self._pipe.send("arrived")
        found: dict[bytes, int] = self._pipe.recv()
        return found


@contextmanager
def mail_sink() -> Iterator[Running]:
    """A sink on a free port of this machine, stopped afterwards."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=[theirs], daemon=True)
    process.start()
    try:
        yield Running(ours)
    finally:
        ours.send("stop")
        process.join(10)
        if process.is_alive():
            process.kill()
