"""`groundswell simulate session`: what it prints, and what the report of such an evening says."""

from __future__ import annotations

import json
import re
from http.cookiejar import CookieJar
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from .conftest import Installation

pytestmark = pytest.mark.slow

KEYS = ["callers", "calls", "contacts", "ids", "errors", "p99_ms", "board_staleness_s", "calls_per_caller_hour"]
# A dozen people, and ten minutes of their evening in five seconds.
EVENING = ("simulate", "session", "--callers", "12", "--minutes", "10", "--speed", "120", "--json")


def words(stderr: str) -> str:
    return " ".join(stderr.split())


def test_an_evening_in_a_database_of_its_own(fresh: Installation) -> None:
    done = fresh.do(*EVENING)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert list(said) == KEYS
    assert (said["callers"], said["errors"]) == (12, 0)
    assert said["calls"] >= said["contacts"] >= said["ids"] > 0
    assert said["p99_ms"] > 0
    assert said["board_staleness_s"] >= 0
    # About twelve in two hours; in ten minutes hardly anybody has had tea yet.
    assert 8 < said["calls_per_caller_hour"] < 40
    report = words(done.stderr)
    assert f"12 people made {said['calls']} calls for " in report
    assert re.search(r"10 minutes went by in [\d.]+ seconds, at 120 times the speed\.", report)
    assert f"{said['calls_per_caller_hour']} calls for each hour of a caller" in report
    assert "1 closed the laptop in the middle of a call" in report
    assert "The totals are exact" in report


def test_in_the_demo_that_runs_and_its_report_says_so(fresh: Installation) -> None:
    fresh.settings["GROUNDSWELL_DEMO"] = "1"
    refused = fresh.do(*EVENING, "--here")
    assert (refused.returncode, json.loads(refused.stdout).keys()) == (1, {"error"})
    assert "groundswell run --demo" in refused.stderr
    running = fresh.start("run", "--demo")
    running.says("Ctrl-C stops it")
    entrance = re.search(r"organiser +(http\S+)", running.output)
    assert entrance is not None
    done = fresh.do(*EVENING, "--here")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert list(said) == KEYS
    host = re.search(rf"{fresh.address}(/phonebank/sessions/\d+/)host/", done.stderr)
    assert host is not None
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    browser.open(entrance[1]).close()
    with browser.open(f"{fresh.address}{host[1]}report/") as answer:
        page = words(answer.read().decode())
    assert f"12 people made {said['calls']} calls for Bury North" in page
    assert "A rehearsal with invented people, at 120 times the speed." in page
    assert f"{said['calls_per_caller_hour']:g} calls each an hour" in page
    times = re.search(r"(\d\d):(\d\d) to (\d\d):(\d\d)", page)
    assert times is not None
    begun, ended = (60 * int(hour) + int(minute) for hour, minute in (times.groups()[:2], times.groups()[2:]))
    assert (ended - begun) % (24 * 60) >= 10, "as long as such an evening is, by its own clock"
    assert running.stop() == 0
