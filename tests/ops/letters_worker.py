"""A worker that sends letters, with little patience for workers that are gone; run by test_letters."""

from __future__ import annotations

import os
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "groundswell.config.settings"

import django

django.setup()

from groundswell.config import jobs  # noqa: E402
from groundswell.events.operations import delivery  # noqa: E402

jobs.HEARTBEAT = 0.5
jobs.LOST_AFTER = 2.0
delivery.LEASE = timedelta(seconds=5)
jobs.run_worker()
