"""A mail server that takes everything and keeps only how often each address was written to: the limit of sending.

In a process of its own. It speaks as much SMTP as a client needs, with pipelining as Postfix offers it, and no more than
that costs.
"""

from __future__ import annotations

import asyncio
import os
import smtplib
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from groundswell.cli.benching.sinks import Answers, Running, running

if TYPE_CHECKING:
    from groundswell.messaging.providers.contract import Outgoing


class Sink(asyncio.Protocol):
    """One connection. Lines until DATA, then bytes until the lone dot."""

    def __init__(self, arrived: Counter[bytes], log: int | None) -> None:
        self._arrived, self._log = arrived, log
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
                if self._log is not None:
                    os.write(self._log, self._to + b"\n")
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


async def starts(port: int = 0, log: Path | None = None) -> tuple[int, Answers]:
    """Listen; what is asked is always what arrived. In `log` each address stands before its letter is answered for."""
    file = None if log is None else os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    arrived: Counter[bytes] = Counter()

    def answers(_asked: Any) -> dict[str, int]:
        found = {address.decode(): count for address, count in arrived.items()}
        arrived.clear()
        return found

    server = await asyncio.get_running_loop().create_server(lambda: Sink(arrived, file), "127.0.0.1", port)
    return server.sockets[0].getsockname()[1], answers


class Mail:
    """Email to a mail server that only counts."""

    def __init__(self, sink: Running) -> None:
        self._sink = sink
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False

    def limit(self, outgoing: Outgoing, count: int) -> float:
        """Seconds that smtplib alone takes to hand over so many letters, on one connection."""
        from groundswell.messaging.providers.smtp.mime import as_bytes

        letter = as_bytes(outgoing, message_id="<d1.news@measurement.invalid>", at=datetime.now(UTC))
        server = smtplib.SMTP("127.0.0.1", self._sink.port)
        server.ehlo()
        start = time.perf_counter()
        for number in range(count):
            server.mail(outgoing.sender_address)
            server.rcpt(f"person{number}@measurement.invalid")
            server.data(letter)
        seconds = time.perf_counter() - start
        server.quit()
        self._sink.arrived()
        return seconds

    def settle(self) -> None:
        """A mail server's answer is the receipt."""

    def arrived(self) -> dict[str, int]:
        """How many letters each address got since this was last asked."""
        return self._sink.arrived()


@contextmanager
def mail() -> Iterator[Mail]:
    with running(starts) as sink:
        yield Mail(sink)
