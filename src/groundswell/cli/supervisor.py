"""Several processes under one parent: started together, stopped together, started again when one dies."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

GOT_GOING = 10.0  # seconds after which a process counts as working, so that its death is an accident
MOST_FALSE_STARTS = 4  # in a row, by a process that never worked: then something is wrong that trying does not mend
LONGEST_DELAY = 30.0  # seconds between two starts
STOP_PATIENCE = 30.0  # seconds from the polite signal to the end
LOOK_EVERY = 0.2  # seconds


def delay_before_restart(short_lives: int) -> float:
    """Seconds to wait after `short_lives` deaths in a row that each came within GOT_GOING seconds of the start."""
    return min(0.25 * 2.0**short_lives, LONGEST_DELAY)


@dataclass
class Child:
    """One process that should run. `argv` is its command line."""

    name: str
    argv: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    has_worked: bool = False
    short_lives: int = 0
    started: float = 0.0
    next_start: float = 0.0

    def start(self, now: float) -> None:
        # In a session of its own: Ctrl-C reaches the parent alone, which then stops everyone in order.
        self.process = subprocess.Popen(list(self.argv), stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
        self.started = now

    def mark_death(self, now: float) -> None:
        self.process = None
        if now - self.started >= GOT_GOING:
            self.has_worked = True
            self.short_lives = 0
        else:
            self.short_lives += 1
        self.next_start = now + delay_before_restart(self.short_lives)

    @property
    def is_hopeless(self) -> bool:
        return not self.has_worked and self.short_lives >= MOST_FALSE_STARTS


@dataclass
class Supervisor:
    """Runs `children` until told to stop by SIGINT, SIGTERM or SIGHUP, or until one of them cannot be got going.

    `say` is told what happens; `look_after` is called again and again meanwhile, for what else must be kept running.
    """

    children: list[Child]
    say: Callable[[str], None]
    look_after: Callable[[], None] = lambda: None
    _stop: threading.Event = field(default_factory=threading.Event)
    _signals: int = 0

    def run(self, *, when_started: Callable[[], bool] = lambda: True) -> bool:
        """Returns True when told to stop, False when a child could not be got going.

        `when_started` is asked after each look until it says True, for what is to happen once all are up.
        """
        with self._signals_handled():
            try:
                return self._watch(when_started)
            finally:
                self._stop_children()

    def _watch(self, when_started: Callable[[], bool]) -> bool:
        is_up = False
        while not self._stop.is_set():
            now = time.monotonic()
            for child in self.children:
                if not self._keep_alive(child, now):
                    return False
            is_up = is_up or when_started()
            self._stop.wait(LOOK_EVERY)
            if not self._stop.is_set():
                self.look_after()
        return True

    def _keep_alive(self, child: Child, now: float) -> bool:
        if child.process is None:
            if now >= child.next_start:
                child.start(now)
            return True
        code = child.process.poll()
        if code is None:
            return True
        child.mark_death(now)
        if child.is_hopeless:
            self.say(
                f"The {child.name} process could not be got going in {MOST_FALSE_STARTS} attempts, "
                "so everything is being stopped. What it said is above."
            )
            return False
        self.say(f"The {child.name} process ended ({_how(code)}); starting it again.")
        return True

    def _stop_children(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_PATIENCE
        for process in running:
            while process.poll() is None:
                # A second Ctrl-C is meant seriously.
                if time.monotonic() > deadline or self._signals > 1:
                    process.kill()
                time.sleep(0.02)

    @contextmanager
    def _signals_handled(self) -> Iterator[None]:
        handled = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._take_signal) for number in handled}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        self._stop.set()


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
