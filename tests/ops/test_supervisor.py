"""The parent of several processes, on small ones."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from groundswell.cli import supervisor
from groundswell.cli.supervisor import LONGEST_DELAY, Child, Supervisor, delay_before_restart


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_delay_grows_and_is_bounded() -> None:
    delays = [delay_before_restart(deaths) for deaths in range(20)]
    assert delays == sorted(delays)
    assert delays[0] < delays[1]
    assert delays[-1] == LONGEST_DELAY


@pytest.mark.slow
def test_child_that_never_works_stops_everything_with_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisor, "delay_before_restart", lambda _deaths: 0.0)
    starts = tmp_path / "starts"
    failing = Child("failing", python(f"open({str(starts)!r}, 'a').write('x'); raise SystemExit(3)"))
    steady = Child("steady", python("import time; time.sleep(600)"))
    said: list[str] = []
    parent = Supervisor([failing, steady], said.append)
    assert parent.run() is False
    assert "failing process could not be got going" in said[-1]
    assert "exit code 3" in said[0]
    assert len(starts.read_text()) == supervisor.MOST_FALSE_STARTS
    assert steady.process is not None
    assert steady.process.poll() is not None


@pytest.mark.slow
def test_child_that_has_worked_is_started_again_for_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisor, "delay_before_restart", lambda _deaths: 0.0)
    monkeypatch.setattr(supervisor, "GOT_GOING", 0.0)
    starts = tmp_path / "starts"
    starts.touch()
    wanted = supervisor.MOST_FALSE_STARTS + 3
    child = Child("brief", python(f"open({str(starts)!r}, 'a').write('x')"))
    parent = Supervisor([child], lambda _text: None)
    parent.look_after = lambda: parent._stop.set() if len(starts.read_text()) >= wanted else None
    assert parent.run() is True


@pytest.mark.slow
def test_child_that_ignores_the_polite_signal_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisor, "STOP_PATIENCE", 0.3)
    ready = tmp_path / "ready"
    code = f"import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({str(ready)!r}, 'w'); time.sleep(600)"
    child = Child("stubborn", python(code))
    parent = Supervisor([child], lambda _text: None)
    parent.look_after = lambda: parent._stop.set() if ready.exists() else None
    assert parent.run() is True
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_stop_it_and_are_handed_back_afterwards(number: int) -> None:
    before = signal.getsignal(number)
    parent = Supervisor([Child("steady", python("import time; time.sleep(600)"))], lambda _text: None)
    threading.Timer(0.5, lambda: os.kill(os.getpid(), number)).start()
    assert parent.run() is True
    assert signal.getsignal(number) is before


def test_what_is_to_be_looked_after_is_looked_after() -> None:
    looks: list[float] = []
    parent = Supervisor([Child("steady", python("import time; time.sleep(600)"))], lambda _text: None)

    def look() -> None:
        looks.append(time.monotonic())
        if len(looks) == 3:
            parent._stop.set()

    parent.look_after = look
    assert parent.run() is True
    assert len(looks) == 3
