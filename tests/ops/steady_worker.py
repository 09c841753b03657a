"""A worker with one job that takes for ever the first time and no time after that; run by test_jobs."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "groundswell.config.settings"

import django

django.setup()

from groundswell.config import jobs  # noqa: E402

jobs.HEARTBEAT = 0.5
jobs.LOST_AFTER = 2.0
folder = Path(sys.argv[1])


@jobs.task(queue="tests")
def endless_at_first(name: str) -> None:
    marker = folder / name
    if marker.exists():
        (folder / f"{name} done").touch()
        return
    marker.touch()
    time.sleep(600)


if len(sys.argv) > 2:
    endless_at_first.defer(name=sys.argv[2])
jobs.run_worker()
