"""A data manager at the wizard: uploads by the test client, jobs by a real worker."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from groundswell.accounts.enums import Role
from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import make_member, make_organisation, sign_in
from groundswell.config.jobs import run_worker
from groundswell.people.models import ImportBatch
from groundswell.people.tests.conftest import XPRESS, make_seat
from groundswell.places.models import Area

DECLARED = {
    "entitlement": "Registered party, RPR 2001 reg. 106",
    "purpose": "Electoral purposes",
    "register_date": "2026-11-01",
}
PHONES_DECLARED = {"source": "Members 2026", "lawful_basis": "Legitimate interests", "purpose": "Campaigning"}
ROWS = (
    "AA,1,0,,,Smith,Ann,E17 9AA,1 High Road,,,Testham,,",
    "AA,2,0,,,Smith,Ben,E17 9AA,1 High Road,,,Testham,,",
    "AA,3,0,G,,Okafor,Chidi,E17 9AB,2 High Road,,,Testham,,",
    "AB,1,0,,,O'Brien,Dara,E17 9AC,3 Low Street,,,Testham,,",
)


@dataclass
class Wizard:
    """The pages in the order in which they are used."""

    client: Client
    user: User
    seat: Area
    uploads: Path

    def upload(self, kind: str, content: str | bytes, name: str = "file.csv", **declared: Any) -> Any:
        data = content if isinstance(content, bytes) else content.encode()
        fields = {"file": SimpleUploadedFile(name, data), **declared}
        return self.client.post(reverse("imports:new", args=[kind]), fields, follow=True)

    def register(self, content: str | bytes, **declared: Any) -> Any:
        return self.upload("register", content, **{"constituency": self.seat.pk, **DECLARED, **declared})

    def get(self, page: str, batch: ImportBatch) -> Any:
        return self.client.get(reverse(f"imports:{page}", args=[batch.pk]))

    def post(self, page: str, batch: ImportBatch, **data: Any) -> Any:
        return self.client.post(reverse(f"imports:{page}", args=[batch.pk]), data, follow=True)

    def columns(self, batch: ImportBatch, **changed: str) -> Any:
        """Accept the columns as the page shows them, but for those in `changed` (`column_3="surname"`)."""
        form = self.get("columns", batch).context["form"]
        data = {name: form[name].value() or "" for name in form.fields if form[name].value()}
        if self.get("columns", batch).context["is_register"]:
            data["layout"] = self.get("columns", batch).context["mapping"].layout
        data |= {name.replace("_", "-", 1) if name.startswith("column") else name: v for name, v in changed.items()}
        return self.post("columns", batch, **data)

    def work(self, batch: ImportBatch) -> ImportBatch:
        """What is queued is done, by a real worker where the test commits; the batch afterwards."""
        if connection.in_atomic_block:
            for job in ProcrastinateJob.objects.filter(queue_name="imports", status="todo"):
                app.tasks[job.task_name].func(**job.args)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs")
        else:
            on_a_thread(lambda: run_worker(wait=False))
        batch.refresh_from_db()
        return batch

    def take(self, kind: str, content: str | bytes, name: str = "file.csv", **declared: Any) -> ImportBatch:
        """The whole wizard, from the upload to the end of the job."""
        if kind == "register":
            declared = {"constituency": self.seat.pk, **DECLARED, **declared}
        self.upload(kind, content, name, **declared)
        batch = ImportBatch.objects.latest("pk")
        self.columns(batch)
        self.post("run", batch)
        return self.work(batch)

    def files(self) -> list[str]:
        """What lies in the private folder."""
        return sorted(path.name for path in self.uploads.rglob("*") if path.is_file())


def text(response: Any) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def xpress(*rows: str) -> str:
    return "\n".join([XPRESS, *rows]) + "\n"


@pytest.fixture
def wizard(db: None, settings: Any, tmp_path: Path) -> Wizard:
    return begin(settings, tmp_path)


@pytest.fixture
def committing_wizard(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Wizard]:
    """For jobs that a real worker does."""
    yield begin(settings, tmp_path)
    release_worker()


def release_worker() -> None:
    """The worker's thread keeps its connection, and a database in use cannot be dropped."""
    on_a_thread(lambda: asyncio.run(sync_to_async(connections.close_all)()))


def on_a_thread(work: Callable[[], None]) -> None:
    """A browser's test runs inside an event loop, which does not take another on its thread."""
    with ThreadPoolExecutor(1) as pool:
        try:
            pool.submit(work).result()
        finally:
            pool.submit(connections.close_all).result()


def begin(settings: Any, tmp_path: Path) -> Wizard:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    make_organisation()
    member = make_member(Role.DATA_MANAGER)
    client = sign_in(Client(), member.user)
    return Wizard(client, member.user, make_seat("Testham West"), tmp_path / "uploads")
