"""Fifty phones in one process: plain sockets, keep-alive, the few bytes of each page that the next request needs.

It runs beside the server it measures, on the same cores, so it does as little as it can.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from groundswell.cli.benching.statements import BenchError, outcome_of

FIELDS = {
    name: re.compile(rf'name="{name}"[^>]*? value="([^"]+)"'.encode())
    for name in ("entry", "lease_key", "person", "script_version")
}
# Not by its name: above it may stand the form that takes back the last result, which names that one.
FIELDS["client_uuid"] = re.compile(rb'data-uuid="([^"]+)"')
NUMBER = re.compile(rb'name="(number-(\d+))" value="(\d+)"')
ANSWER = re.compile(rb'name="(answer-(\d+)-\d+)"[^>]*? value="(\d+)"')
CSRF_COOKIE = re.compile(rb"csrftoken=([^;]+)")
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Phone:
    """One caller: their session, the household on the screen, and how long each request took."""

    session: str
    bank: int
    host: str
    port: int
    csrf: str = ""
    form: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    turn: int = 0
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """The page as it is first opened: signed in, with a CSRF cookie and a household."""
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=2**20)
        head, body = await self._exchange(f"GET /phonebank/calling/{self.bank}/ HTTP/1.1\r\n", b"")
        found = CSRF_COOKIE.search(head)
        if found is None:
            raise BenchError(f"no page: {head[:300]!r}")
        self.csrf = found[1].decode()
        self._read(body)

    async def cycle(self) -> None:
        """Save the result on the screen and receive the next household."""
        outcome = outcome_of(self.turn)
        fields = {**self.form, "outcome": outcome, "csrfmiddlewaretoken": self.csrf, "note": ""}
        if outcome != "completed":
            fields = {name: value for name, value in fields.items() if not name.startswith("answer-")}
        self.turn += 1
        body = urlencode(fields).encode()
        start = time.perf_counter()
        _head, answer = await self._exchange(
            f"POST /phonebank/calling/{self.bank}/result/ HTTP/1.1\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nX-Groundswell: fragment\r\n"
            f"X-CSRFToken: {self.csrf}\r\nContent-Length: {len(body)}\r\n",
            body,
        )
        self.seconds.append(time.perf_counter() - start)
        self._read(answer)

    async def _exchange(self, request: str, body: bytes) -> tuple[bytes, bytes]:
        assert self.reader is not None
        assert self.writer is not None
        cookies = f"sessionid={self.session}" + (f"; csrftoken={self.csrf}" if self.csrf else "")
        self.writer.write(f"{request}Host: {self.host}:{self.port}\r\nCookie: {cookies}\r\n\r\n".encode() + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        found = LENGTH.search(head)
        answer = await self.reader.readexactly(int(found[1])) if found else b""
        if not head.startswith(b"HTTP/1.1 200"):
            raise BenchError(f"{head[:200]!r} {answer[:500]!r}")
        return head, answer

    def _read(self, page: bytes) -> None:
        form = {}
        for name, pattern in FIELDS.items():
            found = pattern.search(page)
            if found is None:
                raise BenchError(f"no household on the page: {page[:2000].decode(errors='replace')}")
            form[name] = found[1].decode()
        for full, person, number in NUMBER.findall(page):
            if person.decode() == form["person"]:
                form[full.decode()] = number.decode()
                break
        for full, person, option in ANSWER.findall(page):
            if person.decode() == form["person"]:
                form[full.decode()] = option.decode()
                break
        self.form = form
        self.entries.append(int(form["entry"]))


async def drive(phones: list[Phone], seconds: float) -> float:
    """Every phone cycles until the time is over; how long it took in all."""
    await asyncio.gather(*(phone.open() for phone in phones))
    start = time.perf_counter()
    end = start + seconds

    async def keep_calling(phone: Phone) -> None:
        while time.perf_counter() < end:
            await phone.cycle()

    await asyncio.gather(*(keep_calling(phone) for phone in phones))
    return time.perf_counter() - start


def main() -> None:
    """`python -m groundswell.cli.benching.driver HOST PORT BANK SECONDS WARM_UP`, sessions on stdin, JSON on stdout."""
    import json

    host, port, bank, seconds, warm_up = sys.argv[1:6]
    phones = [Phone(line.strip(), int(bank), host, int(port)) for line in sys.stdin if line.strip()]

    async def run() -> float:
        await drive(phones, float(warm_up))
        for phone in phones:
            phone.seconds.clear()
            assert phone.writer is not None
            phone.writer.close()
            phone.csrf = ""
        return await drive(phones, float(seconds))

    took = asyncio.run(run())
    print(
        json.dumps(
            {
                "took": took,
                "seconds": [round(s, 6) for phone in phones for s in phone.seconds],
                "acknowledged": sum(phone.turn for phone in phones),
            }
        )
    )


if __name__ == "__main__":
    main()
