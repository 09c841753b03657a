"""The wizard with a real worker: from the upload to the undo, and what a killed one leaves behind."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from groundswell.config.jobs import rescue_stalled_jobs
from groundswell.people.enums import ImportStatus
from groundswell.people.models import Elector, Household, ImportBatch, Person
from groundswell.people.operations.uploads import sweep_uploads
from groundswell.web.imports.tests.conftest import ROWS, Wizard, text, xpress

# Whole imports, page by page: not of the fast part.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_register_from_the_upload_to_the_report(committing_wizard: Wizard) -> None:
    wizard = committing_wizard
    page = wizard.register(xpress(*ROWS, "AB,2,0,,,,,E17 9AC,3 Low Street,,,Testham,,"))
    batch = ImportBatch.objects.get()
    assert page.redirect_chain[-1][0] == reverse("imports:columns", args=[batch.pk])
    assert "Recognised as “Xpress, full register”: it knows 100% of the columns" in text(page)
    [kept] = [path for path in wizard.uploads.rglob("*") if path.is_file()]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "file" not in kept.stem

    preview = wizard.columns(batch)
    assert preview.redirect_chain[-1][0] == reverse("imports:preview", args=[batch.pk])
    assert [row.number for row in preview.context["preview"].rows] == ["AA1", "AA2", "AA3", "AB1", ""]
    assert preview.context["preview"].rows[2].note == "EU citizen (G): local only"
    assert preview.context["preview"].rows[0].address == "1 High Road, Testham, E17 9AA"
    assert "The name is missing." in text(preview)
    assert not Person.objects.exists()

    waiting = wizard.post("run", batch)
    assert "Waiting for a worker" in text(waiting)
    wizard.work(batch)
    assert (batch.status, batch.counts["created"], batch.counts["rejected"]) == (ImportStatus.DONE, 4, 1)
    report = wizard.get("import", batch)
    assert dict(report.context["report"].figures)["New"] == 4
    assert Elector.objects.count() == 4
    assert Household.objects.count() == 3
    assert [name.split("-")[0] for name in wizard.files()] == ["rejects"], "the upload is gone, the rejects are kept"
    assert "1 left out" in text(wizard.client.get(reverse("imports:index")))
    wizard.post("undo", batch)
    assert not Person.objects.exists()
    assert wizard.files() == [], "the rejects go with what they were left out of"


def test_a_killed_worker_s_import_is_run_again_from_its_page(committing_wizard: Wizard) -> None:
    wizard = committing_wizard
    wizard.register(xpress(*ROWS))
    batch = ImportBatch.objects.get()
    wizard.columns(batch)
    wizard.post("run", batch)
    # As a worker leaves it that dies for good: the batch runs, and nobody has a job for it any more.
    ImportBatch.objects.update(status=ImportStatus.RUNNING, stage="matching")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert "The worker that ran this import has gone." in text(wizard.get("import", batch))
    wizard.post("run", batch)
    wizard.post("run", batch)
    assert ProcrastinateJob.objects.filter(queue_name="imports").count() == 1, "however often it is pressed"
    assert wizard.work(batch).status == ImportStatus.DONE
    assert Elector.objects.count() == 4


WORKER = """
import sys
import django
django.setup()
from django.conf import settings
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
settings.MEDIA_ROOT = sys.argv[2]
from groundswell.config.jobs import run_worker
run_worker(wait=False)
"""


@pytest.mark.slow
def test_a_worker_killed_in_mid_import_loses_nothing_and_the_next_one_ends_it(committing_wizard: Wizard) -> None:
    wizard = committing_wizard
    rows = (
        f"A{n // 2000:02d},{n},0,,,Family{n % 997},Given{n % 61},E17 9AA,{n // 3} Long Road,,,,," for n in range(60_000)
    )
    wizard.register(xpress(*rows))
    batch = ImportBatch.objects.get()
    wizard.columns(batch)
    wizard.post("run", batch)
    child = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), str(wizard.uploads)],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "groundswell.config.settings",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )
    try:
        while not ImportBatch.objects.filter(progress_rows__gt=0).exists():
            assert child.poll() is None, "it ended before it could be killed"
            time.sleep(0.01)
    finally:
        child.kill()
        child.wait()
    batch.refresh_from_db()
    assert batch.status == ImportStatus.RUNNING
    assert not Person.objects.exists()
    time.sleep(0.2)
    async_to_sync(rescue_stalled_jobs)(app.job_manager, silence=0.1)
    assert wizard.work(batch).status == ImportStatus.DONE
    assert Elector.objects.count() == Person.objects.count() == 60_000
    assert Household.objects.count() == 20_000
    with connection.cursor() as cursor:
        # What the killed worker and the rescue on a passing thread left: a database in use cannot be dropped.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state = 'idle'"
        )


def test_a_job_that_is_done_again_changes_nothing(committing_wizard: Wizard) -> None:
    from groundswell.people.tasks import import_people

    wizard = committing_wizard
    batch = wizard.take("register", xpress(*ROWS))
    counts = batch.counts
    import_people.defer(batch_id=batch.pk, by_id=None)
    assert wizard.work(batch).counts == counts
    import_people.defer(batch_id=batch.pk + 1, by_id=None)
    wizard.work(batch)
    assert not ProcrastinateJob.objects.exists()


def test_a_file_that_has_gone_is_told(committing_wizard: Wizard) -> None:
    wizard = committing_wizard
    wizard.register(xpress(*ROWS))
    batch = ImportBatch.objects.get()
    wizard.columns(batch)
    wizard.post("run", batch)
    for path in wizard.uploads.rglob("*.upload"):
        path.unlink()
    wizard.work(batch)
    assert (batch.status, batch.refusal) == (
        ImportStatus.REFUSED,
        "The uploaded file is not there any more. Upload it again.",
    )


def test_files_that_nobody_needs_are_swept(committing_wizard: Wizard) -> None:
    from datetime import timedelta

    from django.utils import timezone

    wizard, now = committing_wizard, timezone.now()
    wizard.take("register", xpress(*ROWS, "AB,2,0,,,,,E17 9AC,3 Low Street,,,Testham,,"))
    wizard.register(xpress(*ROWS))
    waiting = ImportBatch.objects.latest("pk")
    assert len(wizard.files()) == 2
    assert sweep_uploads(now=now + timedelta(days=6)) == 0
    assert sweep_uploads(now=now + timedelta(days=8)) == 1
    waiting.refresh_from_db()
    assert waiting.refusal == "The file was not imported within a week, so it was deleted."
    assert "Upload another file" in text(wizard.get("import", waiting))
    assert sweep_uploads(now=now + timedelta(days=31)) == 1
    assert wizard.files() == []


def test_another_file_altogether_is_refused_and_thrown_away(committing_wizard: Wizard) -> None:
    wizard = committing_wizard
    wizard.register("date,amount,payee\n" + "2026-01-01,12.00,Printers\n" * 30)
    batch = ImportBatch.objects.get()
    wizard.columns(batch, column_0="number", column_1="surname", column_2="address")
    wizard.post("run", batch)
    wizard.work(batch)
    assert "No row of the file could be read" in batch.refusal
    page = wizard.post("discard", batch)
    assert "is deleted. Nothing of it was imported." in text(page)
    assert not ImportBatch.objects.exists()
    assert wizard.files() == []


def test_one_line_of_fifty_megabytes(committing_wizard: Wizard) -> None:
    wizard = committing_wizard
    page = wizard.register(b"x" * 50_000_000)
    assert "The line is longer than 20000 characters" in text(page).replace(",", "")
    assert not ImportBatch.objects.exists()
    assert wizard.files() == []
