"""A worker of the outbox, with little patience for workers that are gone; run by test_outbox."""

from __future__ import annotations

import os
from datetime import timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "groundswell.config.settings"

import django

django.setup()

from groundswell.config import jobs  # noqa: E402
from groundswell.messaging.operations import outbox  # noqa: E402

jobs.HEARTBEAT = 0.5
jobs.LOST_AFTER = 2.0
outbox.LEASE = timedelta(seconds=5)
jobs.run_worker()
