"""Workers of the outbox killed again and again: everybody gets it once, or is listed as one of whom nobody knows."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone

from groundswell.accounts.models import Organisation
from groundswell.compliance.enums import SuppressionScope
from groundswell.compliance.models import Figure
from groundswell.compliance.operations.suppression import suppress
from groundswell.events.tests.mail_server import mail_server
from groundswell.messaging.models import Delivery
from groundswell.messaging.operations.outbox import AT_ONCE
from groundswell.messaging.operations.preparing import prepare
from groundswell.messaging.tasks import send_soon
from groundswell.messaging.tests.world import World

from .conftest import eventually

PEOPLE = 600
KILLS = 4
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_workers_that_are_killed_send_nothing_twice_and_lose_nobody(tmp_path: Path) -> None:
    now = timezone.now()
    world = World()
    Organisation.objects.update(imprint="Promoted by O. Evans, 1 Hoe Street, London E17")
    always = {day: ["00:00", "24:00"] for day in DAYS}
    for key, value in (("message_hours_email", always), ("bank_holidays_closed", False)):
        Figure.objects.update_or_create(
            jurisdiction="uk", key=key, valid_from=now.date(), defaults={"value": value, "source": "a test"}
        )
    world.people(PEOPLE)
    closed = {f"person{n}@example.org" for n in range(0, PEOPLE, 100)}
    message = world.message()
    prepare(message, by=None, now=now)
    # After it was prepared: only the look at the lease can keep these from being written to.
    for address in closed:
        suppress(address=address, kind="email", scope=SuppressionScope.MESSAGES, by=None)

    with mail_server() as (post, said):
        database = connection.settings_dict
        host = quote(database["HOST"], safe="")
        environment = {
            **os.environ,
            "DATABASE_URL": f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}"
            f"?host={host}&port={database['PORT']}",
            "EMAIL_URL": f"smtp://127.0.0.1:{said['EMAIL_PORT']}",
            "GROUNDSWELL_DATA_DIR": str(tmp_path),
        }

        def start() -> subprocess.Popen[Any]:
            worker = Path(__file__).with_name("outbox_worker.py")
            return subprocess.Popen(
                [sys.executable, str(worker)], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )

        for _kill in range(KILLS):
            send_soon()
            had = len(post.letters)
            worker = start()
            try:
                eventually(lambda had=had: len(post.letters) > had, "letters go out")
                time.sleep(random.random() / 10)
            finally:
                worker.kill()
                worker.wait()
        worker = start()
        try:

            def is_known() -> bool:
                send_soon()
                return not Delivery.objects.filter(state__in=["pending", "leased", "held"]).exists()

            eventually(is_known, "the rest is sent and the leases of the lost workers lapse")
        finally:
            worker.terminate()
            assert worker.wait(60) == 0
        arrived = post.arrived()

    found = {
        address: (state, reason)
        for address, state, reason in Delivery.objects.values_list("contact_point__value", "state", "reason")
    }
    assert max(arrived.values()) == 1
    assert closed.isdisjoint(arrived)
    assert {found[address] for address in closed} <= {("suppressed", "suppressed")}
    unknown = {address for address, (state, _reason) in found.items() if state == "unknown"}
    assert set(found) == set(arrived) | unknown | closed
    assert len(unknown) <= KILLS * AT_ONCE
    states = Counter(state for state, _reason in found.values())
    assert set(states) <= {"sent", "unknown", "suppressed"}
    assert {address for address, (state, _reason) in found.items() if state == "sent"} <= set(arrived)
