"""A worker killed in the middle of a letter: every other letter goes out once, and that one is never sent blindly again."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.utils import timezone

from groundswell.events.enums import NoticeReason
from groundswell.events.models import Notice
from groundswell.events.operations.notices import plan_notices
from groundswell.events.tasks import send_letters
from groundswell.events.tests.letters import Evening
from groundswell.events.tests.mail_server import mail_server

from .conftest import eventually


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_letter(tmp_path: Path) -> None:
    now = timezone.now()
    evening = Evening(starts_at=now + timedelta(days=5))
    with transaction.atomic():
        people = [evening.sign_up(f"Caller {n}") for n in range(5)]
        for each in people:
            plan_notices(each, now=now)

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
            worker = Path(__file__).with_name("letters_worker.py")
            return subprocess.Popen(
                [sys.executable, str(worker)], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )

        # The third letter is taken, and the worker waits for an answer that does not come.
        post.silence = lambda _to: 600 if len(post.letters) == 3 else 0
        first = start()
        try:
            eventually(lambda: len(post.letters) == 3, "the third letter is handed over")
        finally:
            first.kill()
            first.wait()
        lost = post.letters[2]["To"]
        assert Notice.objects.get(attendance__email__value=lost, kind="confirmation").state == "sending"

        post.silence = lambda _to: 0
        second = start()
        try:
            eventually(lambda: len(post.letters) >= 5, "the next worker sends the rest")

            def is_known() -> bool:
                send_letters.defer()
                return not Notice.objects.filter(state="sending").exists()

            eventually(is_known, "the lease of the lost letter lapses")
        finally:
            second.terminate()
            assert second.wait(60) == 0
        assert post.arrived() == {each.email.value: 1 for each in people}

    found = Notice.objects.filter(kind="confirmation").values_list("attendance__email__value", "state", "reason")
    for address, state, reason in found:
        assert (state, reason) == (("unknown", NoticeReason.LOST) if address == lost else ("sent", ""))
