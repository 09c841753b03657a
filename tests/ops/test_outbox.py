"""Workers, mail server or gateway and PostgreSQL killed under a send: everybody gets it once, or is listed as not known.

`groundswell bench sending --messages 50000 --kills 20` is the same in full; what came of it stands in docs/benchmarks.md.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from groundswell.messaging.operations.outbox import AT_ONCE

MESSAGES = int(os.environ.get("KILLED_MESSAGES", "1000"))
KILLS = int(os.environ.get("KILLS", "3"))
WORKERS = 2


@pytest.mark.slow
def test_the_measurement_of_sending_says_what_it_measured_and_misses_nobody(fresh: Any) -> None:
    found = measured(fresh, "--channel", "sms", "--receipts-together", "1", "--messages", "1000")
    assert set(found) == {
        "messages", "per_second", "limit_per_second", "ratio", "prepare_rows_per_second", "peak_rss_mb", "duplicates",
        "missing",
    }  # fmt: skip
    assert found["duplicates"] == found["missing"] == 0
    assert found["messages"] == 990, "one in a hundred has stopped"
    assert min(found.values()) == 0 < found["ratio"]


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_whatever_is_killed_nobody_gets_it_twice_and_nobody_is_lost(fresh: Any, channel: str) -> None:
    found = measured(fresh, "--channel", channel, "--messages", str(MESSAGES), "--kills", str(KILLS))
    assert found["duplicates"] == found["missing"] == found["stopped_but_reached"] == 0, found
    assert set(found["kills"]) == {"worker", "gateway", "database"}
    # One in a hundred had stopped before it was prepared, fifty did before it was sent, and some after each kill.
    assert found["stopped"] > MESSAGES // 100 + 50
    assert found["messages"] + found["unknown"] - found["unknown_arrived"] + found["stopped"] == MESSAGES, found
    assert found["unknown"] <= KILLS * WORKERS * AT_ONCE
    assert not fresh.data_dir.exists(), "it has a data folder of its own"


def measured(fresh: Any, *how: str) -> dict[str, Any]:
    """What `groundswell bench sending` answers."""
    ran = subprocess.run(
        fresh.command("bench", "sending", *how, "--json"),
        env=fresh.environment,
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found
