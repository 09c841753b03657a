"""A browser as small as can be: one connection that is kept, cookies, the token against forged requests.

Thousands of them run in one process beside the server they visit, on the same cores.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nset-cookie: *([^=;\s]+)=([^;\r\n]*)", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation: *([^\r\n]+)", re.IGNORECASE)
ETAG = re.compile(rb"\r\netag: *([^\r\n]+)", re.IGNORECASE)
NEXT_IN = re.compile(rb"\r\nx-next-in: *([\d.]+)", re.IGNORECASE)
PATIENCE = 15.0  # seconds, as long as our own script waits
SAMPLES = 5


class UnansweredError(ConnectionError):
    """No answer came: no signal, or nobody there."""


@dataclass
class Mishaps:
    """What went wrong, counted; and the first few of it in words."""

    count: int = 0
    samples: list[str] = field(default_factory=list)

    def add(self, words: str) -> None:
        """One more."""
        self.count += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(words)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    head: bytes
    body: bytes

    def found(self, pattern: re.Pattern[bytes]) -> str:
        """What stands in the head where the pattern says, or nothing."""
        match = pattern.search(self.head)
        return match[1].decode() if match else ""


@dataclass
class Browser:
    """One person's browser on this site. Raises UnansweredError when no answer comes."""

    host: str
    port: int
    mishaps: Mishaps
    session: str = ""
    csrf: str = ""
    requests: int = 0
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    # One request after the other: what is asked meanwhile waits for the connection.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __enter__(self) -> Browser:
        """Used for a while, then closed: a server that is told to stop waits for connections that are left open."""
        return self

    def __exit__(self, *_why: object) -> None:
        self.hang_up()

    async def get(self, path: str, *, etag: str = "", expects: tuple[int, ...] = (200,), part: bool = False) -> Answer:
        """A page, or a part of one if it has changed."""
        more = f"If-None-Match: {etag}\r\n" if etag else ""
        more += "X-Groundswell: fragment\r\n" if part else ""
        return await self._request(f"GET {path} HTTP/1.1\r\n{more}", b"", expects)

    async def post(
        self, path: str, fields: dict[str, str] | None = None, *, part: bool = False, expects: tuple[int, ...] = (302,)
    ) -> Answer:
        """A form."""
        body = urlencode(fields or {}).encode()
        more = "X-Groundswell: fragment\r\n" if part else ""
        return await self._request(
            f"POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n{more}"
            f"X-CSRFToken: {self.csrf}\r\nContent-Length: {len(body)}\r\n",
            body,
            expects,
        )

    def hang_up(self) -> None:
        """Close the connection, as when the laptop is shut."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _request(self, head: str, body: bytes, expects: tuple[int, ...]) -> Answer:
        cookies = f"sessionid={self.session}; csrftoken={self.csrf}"
        message = f"{head}Host: {self.host}:{self.port}\r\nCookie: {cookies}\r\n\r\n".encode() + body
        self.requests += 1
        try:
            async with self._turn:
                answer = await self._surely_exchange(message)
        except (OSError, EOFError, TimeoutError) as error:
            self.hang_up()
            self.mishaps.add(f"{head.split(' HTTP')[0]}: no answer ({error!r})")
            raise UnansweredError(str(error)) from error
        for name, value in COOKIE.findall(answer.head):
            if name == b"sessionid" and value:
                self.session = value.decode()
            elif name == b"csrftoken":
                self.csrf = value.decode()
        if answer.status not in expects:
            self.mishaps.add(f"{head.split(' HTTP')[0]}: {answer.status} {answer.body[:300]!r}")
        return answer

    async def _surely_exchange(self, message: bytes) -> Answer:
        was_open = self._writer is not None
        try:
            return await self._exchange(message)
        except TimeoutError:
            raise
        except (OSError, EOFError):
            # The server may close a connection that was kept; a browser then asks again without a word.
            self.hang_up()
            if not was_open:
                raise
            return await self._exchange(message)

    async def _exchange(self, message: bytes) -> Answer:
        async with asyncio.timeout(PATIENCE):
            if self._reader is None or self._writer is None:
                self._reader, self._writer = await asyncio.open_connection(self.host, self.port, limit=2**20)
            self._writer.write(message)
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await self._reader.readexactly(int(length[1])) if length else b""
            return Answer(int(head[9:12]), head, body)
