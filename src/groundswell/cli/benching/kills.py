"""A message to many, while its workers, the mail server or gateway and PostgreSQL are killed under it again and again.

All in a data folder of its own, with its own PostgreSQL: nobody else's is touched.
"""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundswell.cli.benching.mailing import mailing_list
from groundswell.cli.benching.scratch import django_on, migrate
from groundswell.cli.benching.sinks import Running, running
from groundswell.cli.benching.statements import BenchError
from groundswell.cli.benching.web_server import web_server
from groundswell.cli.console import note
from groundswell.cli.static import collect_static
from groundswell.config.environment import environment
from groundswell.config.postgres import EmbeddedServer, connection_url
from groundswell.config.postgres import running as server_running

if TYPE_CHECKING:
    from groundswell.messaging.models import Message

PARTS = ("worker", "gateway", "database")
WORKERS = 2
STOPPED, LATE = 50, 5  # people who stop before it is sent, and after each kill
PATIENCE = 300.0  # seconds without a letter or text
LAST_WORDS = 3000  # characters of what workers and web server have said


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came of it, by the count of the mail server or gateway and by our ledger."""

    messages: int
    kills: dict[str, int]
    duplicates: int
    # Neither arrived nor listed as unknown, as stopped, or as failed.
    missing: int
    unknown: int
    # Of those: arrived all the same, and so not sent again.
    unknown_arrived: int
    stopped: int
    stopped_but_reached: int
    seconds: float


def send_under_kills(messages: int, kills: int, *, channel: str, seed: int | None = None) -> Aftermath:
    """Send to so many, with so many kills spread over it, of each part in turn. Raises BenchError where it stands still."""
    with (
        tempfile.TemporaryDirectory(prefix="groundswell-kills-", ignore_cleanup_errors=True) as folder,
        ExitStack() as stack,
    ):
        home = Path(folder)
        # PostgreSQL may run as another user.
        home.chmod(0o755)
        os.environ["GROUNDSWELL_DATA_DIR"] = str(home / "data")
        environment.cache_clear()
        server = stack.enter_context(server_running(home / "data", say=note))
        stack.enter_context(django_on(connection_url(home / "data")))
        migrate()
        stage = _Stage(home, server, channel, random.Random(seed))  # noqa: S311 - chance, no secret
        stack.callback(stage.close)
        return stage.play(messages, kills)


class _Stage:
    """What runs, and what is killed."""

    def __init__(self, home: Path, server: EmbeddedServer, channel: str, chance: random.Random) -> None:
        self._home, self._server, self._channel, self._chance = home, server, channel, chance
        self._log = home / "arrived"
        self._stack = ExitStack()
        # Where a gateway says what became of texts: the web server's port, and the secret.
        self._reports: tuple[int, str] | None = None
        self._sink = self._open_sink(0)
        self._port = self._sink.port
        self._workers: list[subprocess.Popen[bytes]] = []
        self._stopped: set[str] = set()
        if channel == "sms":
            self._listen()

    def _listen(self) -> None:
        """The web server, which is not killed."""
        from groundswell.cli.benching.text_sink import as_said

        secret = secrets.token_urlsafe(24)
        os.environ["SMS_HTTP"] = as_said(self._port, secret)
        self._stack.callback(os.environ.pop, "SMS_HTTP")
        collect_static()
        self._reports = (self._stack.enter_context(web_server(self._home / "web.log")), secret)
        self._sink.ask(self._reports)

    def play(self, messages: int, kills: int) -> Aftermath:
        from groundswell.messaging.operations.preparing import prepare

        note(f"Making {messages:,} people ...")
        message = mailing_list(messages, channel=self._channel)
        prepared = prepare(message, by=None, now=datetime.now(UTC))
        self._stop(STOPPED)
        note("Sending ...")
        start = time.perf_counter()
        done: Counter[str] = Counter()
        for number in range(kills):
            share = (number + 1) * prepared.going // (kills + 1)
            self._wait_for(partial(self._has_arrived, share))
            part = PARTS[number % len(PARTS)]
            time.sleep(self._chance.random() / 20)
            self._kill(part)
            done[part] += 1
            self._stop(LATE)
        self._wait_for(self._is_sent)
        if self._reports is not None:
            self._wait_for(lambda: self._sink.ask("owed") == 0)
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.wait(60)
        return self._aftermath(message, dict(done), time.perf_counter() - start)

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()
        self._stack.close()

    def _open_sink(self, port: int) -> Running:
        from groundswell.cli.benching import mail_sink, text_sink

        starts = mail_sink.starts if self._channel == "email" else text_sink.starts
        sink = self._stack.enter_context(running(partial(starts, port=port, log=self._log)))
        if self._reports is not None:
            sink.ask(self._reports)
        return sink

    def _kill(self, part: str) -> None:
        note(f"Killing the {part} ...")
        match part:
            case "worker":
                # All of them: whichever has some in its hands is among them.
                for worker in self._workers:
                    worker.kill()
                for worker in self._workers:
                    worker.wait()
            case "gateway":
                self._sink.kill()
                self._sink = self._open_sink(self._port)
            case "database":
                pid = self._server.pid
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
                while self._server.pid == pid:
                    time.sleep(0.01)
                self._server.start()

    def _wait_for(self, is_so: Callable[[], bool]) -> None:
        """Keep what runs running, as its parent does, until it is so."""
        from groundswell.messaging.tasks import send_soon

        letters, patience = -1, time.monotonic() + PATIENCE
        while not self._asked(is_so):
            if self._arrived() != letters:
                letters, patience = self._arrived(), time.monotonic() + PATIENCE
            if time.monotonic() > patience:
                # What they say while something is killed under them is expected; now it is not.
                for log in self._home.glob("*.log"):
                    note(log.read_text(errors="replace")[-LAST_WORDS:])
                raise BenchError("Nothing goes any more; see above.")
            self._workers = [worker for worker in self._workers if worker.poll() is None]
            while len(self._workers) < WORKERS:
                self._workers.append(self._start_worker())
            self._asked(self._hurry)
            # As happens every minute.
            self._asked(send_soon)
            time.sleep(0.2)

    def _start_worker(self) -> subprocess.Popen[bytes]:
        settings = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{self._port}"}
        with (self._home / "workers.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "groundswell.cli", "worker"], env=settings, stdout=log, stderr=log
            )

    def _asked(self, ask: Callable[[], Any]) -> Any:
        """Of the database, which may have been away; None: it is."""
        from django.db import InterfaceError, OperationalError, connection

        with suppress(OperationalError, InterfaceError):
            return ask()
        connection.close()
        return None

    def _has_arrived(self, count: int) -> bool:
        return self._arrived() >= count

    def _arrived(self) -> int:
        return self._log.read_bytes().count(b"\n") if self._log.exists() else 0

    def _is_sent(self) -> bool:
        from groundswell.messaging.models import Delivery

        return not Delivery.objects.filter(state__in=["pending", "held"]).exists()

    def _hurry(self) -> None:
        """Those for whom nobody was there need not wait their minutes, nor their sender its half of one."""
        from groundswell.messaging.models import Delivery, Sender

        Delivery.objects.filter(state="held").update(due_at=datetime.now(UTC))
        Sender.objects.update(next_slot_at=None)

    def _stop(self, count: int) -> None:
        """Some of those to whom nothing has begun to leave stop."""
        self._wait_for(lambda: self._have_stop(count))

    def _have_stop(self, count: int) -> bool:
        from django.db import transaction

        from groundswell.compliance.enums import SuppressionReason, SuppressionScope
        from groundswell.compliance.models import Suppression
        from groundswell.messaging.models import Delivery
        from groundswell.people.enums import ContactKind

        waiting = Delivery.objects.filter(state="pending").exclude(contact_point__value__in=self._stopped)
        for delivery in self._chance.sample(list(waiting.values_list("pk", flat=True)), k=min(count, waiting.count())):
            with transaction.atomic():
                # Held while the stop is written down: a lease comes before it or after it.
                held = Delivery.objects.select_for_update(of=("self",)).select_related("contact_point").get(pk=delivery)
                if held.state != "pending" or held.contact_point is None:
                    continue
                address = held.contact_point.value
                # As a stop does, but by the hash that these people were made with.
                Suppression.objects.create(
                    address_hash=held.contact_point.address_hash,
                    kind=ContactKind.EMAIL if self._channel == "email" else ContactKind.PHONE,
                    scope=SuppressionScope.MESSAGES,
                    reason=SuppressionReason.ASKED,
                    source="a measurement",
                )
            self._stopped.add(address)
        return True

    def _aftermath(self, message: Message, kills: dict[str, int], seconds: float) -> Aftermath:
        from groundswell.messaging.models import Delivery
        from groundswell.messaging.operations.outbox import LEASE, give_up_lost

        # Five minutes later.
        give_up_lost(now=datetime.now(UTC) + LEASE)
        arrived = Counter(self._log.read_text().split())
        found = Delivery.objects.filter(message=message).values_list("contact_point__value", "state")
        states = {address: state for address, state in found if address is not None}
        unknown = {address for address, state in states.items() if state == "unknown"}
        listed = {
            address for address, state in states.items() if state in {"unknown", "suppressed", "skipped", "failed"}
        }
        return Aftermath(
            messages=sum(arrived.values()),
            kills=kills,
            duplicates=sum(count - 1 for count in arrived.values()),
            missing=len(set(states) - set(arrived) - listed),
            unknown=len(unknown),
            unknown_arrived=len(unknown & set(arrived)),
            stopped=sum(state == "suppressed" for state in states.values()),
            stopped_but_reached=len(
                set(arrived) & (self._stopped | {address for address, state in states.items() if state == "suppressed"})
            ),
            seconds=round(seconds, 1),
        )
