"""A gateway for texts that takes everything, counts by number, and posts a receipt for each text to the real web server.

In a process of its own. It speaks as much HTTP as that needs, and no more than that costs.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from django.conf import settings

from groundswell.cli.benching.sinks import Answers, Running, running
from groundswell.cli.benching.statements import BenchError
from groundswell.cli.benching.web_server import HOST, web_server
from groundswell.cli.static import collect_static

if TYPE_CHECKING:
    from groundswell.messaging.providers.contract import Outgoing

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
TOGETHER = (
    100  # receipts a request at most, on two connections with a moment between two requests, as gateways gather them
)
PAUSE = 0.02
REPORTERS, REPORTERS_OF_ONE = (
    2,
    8,
)  # connections; on the more of them each receipt goes by itself, at once, as Twilio posts them
RECEIPTS = "/messaging/webhooks/http/receipts/"
PATIENCE = 120.0  # seconds for the last receipts


class Gateway:
    """What arrived, and the receipts that it owes."""

    def __init__(self, log: int | None, together: int) -> None:
        self._log, self._together = log, together
        self.arrived: Counter[str] = Counter()
        self.owed: deque[str] = deque()
        self.more = asyncio.Event()
        self.under_way = 0
        self.report_to: tuple[int, str] | None = None

    def take(self, body: bytes) -> bytes:
        text = json.loads(body)
        self.arrived[text["to"]] += 1
        if self._log is not None:
            os.write(self._log, text["to"].encode() + b"\n")
        if self.report_to is not None:
            self.owed.append(text["reference"])
            self.more.set()
        return b'{"id": "g-%s"}' % text["reference"].encode()

    def answer(self, asked: Any) -> Any:
        """`arrived`, `owed`, or where receipts go from now on: (port, secret)."""
        if asked == "arrived":
            found = dict(self.arrived)
            self.arrived.clear()
            return found
        if asked == "owed":
            return len(self.owed) + self.under_way
        self.report_to = asked
        return None

    async def report(self) -> None:
        """Receipts on one connection, what is owed together; what was not acknowledged is said again."""
        connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while True:
            while not self.owed:
                self.more.clear()
                await self.more.wait()
            assert self.report_to is not None
            port, secret = self.report_to
            said = [self.owed.popleft() for _receipt in range(min(len(self.owed), self._together))]
            self.under_way += len(said)
            try:
                connection = connection or await asyncio.open_connection(HOST, port)
                await _say(*connection, said, port, secret)
            except (OSError, EOFError, ValueError):
                connection = None
                self.owed.extend(said)
                await asyncio.sleep(0.05)
            self.under_way -= len(said)
            if self._together > 1:
                await asyncio.sleep(PAUSE)


async def _say(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: list[str], port: int, secret: str
) -> None:
    body = json.dumps([{"id": f"g-{one}", "reference": one, "status": "delivered"} for one in said]).encode()
    writer.write(
        f"POST {RECEIPTS} HTTP/1.1\r\nHost: {HOST}:{port}\r\nAuthorization: Bearer {secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if length := LENGTH.search(head):
        await reader.readexactly(int(length[1]))
    if not head.startswith(b"HTTP/1.1 200"):
        raise ValueError(head.decode())


class Connected(asyncio.Protocol):
    """One connection of a client, kept: heads with a length, and their bodies."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway, self._waiting = gateway, bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self._waiting, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._waiting) < whole:
                return
            answer = self._gateway.take(bytes(self._waiting[end + 4 : whole]))
            del self._waiting[:whole]
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
            self._transport.write(head.encode() + answer)


async def starts(port: int = 0, log: Path | None = None, together: int = TOGETHER) -> tuple[int, Answers]:
    """Listen, and report what is owed. In `log` each number stands before its text is answered for."""
    gateway = Gateway(None if log is None else os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), together)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connected(gateway), HOST, port)
    reporting = [
        loop.create_task(gateway.report()) for _reporter in range(REPORTERS if together > 1 else REPORTERS_OF_ONE)
    ]
    return server.sockets[0].getsockname()[1], lambda asked: gateway.answer(asked) if reporting else None


def as_said(port: int, secret: str) -> str:
    """The gateway as the environment says it (SMS_HTTP)."""
    return json.dumps({"url": f"http://{HOST}:{port}/send", "secret": secret})


class Texts:
    """Texts to a gateway that only counts, and its receipts to the web server."""

    def __init__(self, sink: Running) -> None:
        self._sink = sink
        self.secret = secrets.token_urlsafe(24)
        self.said = as_said(sink.port, self.secret)

    def limit(self, outgoing: Outgoing, count: int) -> float:
        """Seconds that httpx alone takes to hand over so many texts: on as many connections as we use, or on one, whichever
        is faster.
        """
        text = {"from": outgoing.sender_address, "text": outgoing.text, "reference": "d0"}
        address = f"http://{HOST}:{self._sink.port}/send"

        def post(number: int) -> None:
            client.post(address, json={**text, "to": f"+999{number:09}"}).json()

        self._sink.ask(None)
        from groundswell.messaging.providers.over_http import AT_A_TIME

        with httpx.Client() as client, ThreadPoolExecutor(AT_A_TIME) as threads:
            start = time.perf_counter()
            for number in range(count // 2):
                post(number)
            one = (time.perf_counter() - start) * 2
            start = time.perf_counter()
            list(threads.map(post, range(count // 2)))
            many = (time.perf_counter() - start) * 2
        self._sink.arrived()
        self._sink.ask(self.reports)
        return min(one, many)

    def report_to(self, port: int) -> None:
        self.reports = (port, self.secret)

    def settle(self) -> None:
        """Wait until every receipt was acknowledged. Raises BenchError."""
        patience = time.monotonic() + PATIENCE
        while self._sink.ask("owed"):
            if time.monotonic() > patience:
                raise BenchError("The web server does not take the receipts; see above.")
            time.sleep(0.005)

    def arrived(self) -> dict[str, int]:
        """How many texts each number got since this was last asked."""
        return self._sink.arrived()


@contextmanager
def texts(together: int) -> Iterator[Texts]:
    """The gateway, and the web server that its receipts go to, so many a request at most."""
    from groundswell.config.sms import SmsGateway

    with running(partial(starts, together=together)) as sink:
        found = Texts(sink)
        settings.SMS_GATEWAY = SmsGateway.model_validate_json(found.said)
        collect_static()
        os.environ["SMS_HTTP"] = found.said
        try:
            with web_server() as port:
                found.report_to(port)
                yield found
        finally:
            del os.environ["SMS_HTTP"]
