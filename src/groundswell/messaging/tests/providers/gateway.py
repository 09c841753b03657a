"""A gateway on this machine that answers as it is told and keeps what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Gateway:
    """`answer`: status and body for every request; status 0 hangs up without an answer, after having read it all."""

    url: str = ""
    status: int = 200
    answer: bytes = b"{}"
    pause: float = 0.0
    asked: list[Asked] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, more: int) -> None:
        with self.lock:
            self.under_way += more
            self.most_under_way = max(self.most_under_way, self.under_way)


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    """It runs until the end of the block."""
    gateway = Gateway()

    class Desk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            gateway.asked.append(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            gateway.count(1)
            time.sleep(gateway.pause)
            gateway.count(-1)
            if not gateway.status:
                self.close_connection = True
                return
            self.send_response(gateway.status)
            self.send_header("Content-Length", str(len(gateway.answer)))
            self.end_headers()
            self.wfile.write(gateway.answer)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
