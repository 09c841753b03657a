"""One seat of each nation, and registers of invented people written to files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from groundswell.accounts.models import Organisation
from groundswell.people.enums import ImportKind
from groundswell.people.models import Elector
from groundswell.people.operations.batches import declare_register, receive_batch
from groundswell.people.operations.outcome import Wishes
from groundswell.people.operations.register import import_register
from groundswell.places.enums import AreaKind
from groundswell.places.models import Area

TODAY = dt.date(2026, 11, 1)
XPRESS = (
    "Elector Number Prefix,Elector Number,Elector Number Suffix,Elector Markers,Elector DOB,Elector Surname,"
    "Elector Forename,PostCode,Address1,Address2,Address3,Address4,Address5,Address6"
)


@pytest.fixture(autouse=True)
def uploads(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "uploads")


@dataclass
class Desk:
    """A data manager's desk: write a file, import it into a seat."""

    seat: Area
    folder: Path
    files: int = 0

    def file(self, content: str | bytes, encoding: str = "utf-8") -> Path:
        self.files += 1
        path = self.folder / f"file{self.files}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def xpress(self, *rows: str) -> Path:
        return self.file("\n".join([XPRESS, *rows]) + "\n")

    def batch(self, path: Path, *, seat: Area | None = None, date: dt.date = TODAY, **declared):
        batch = receive_batch(kind=ImportKind.REGISTER, file_name=path.name, sha256="", by=None)
        return declare_register(
            batch=batch,
            constituency=seat or self.seat,
            entitlement="Registered party, RPR 2001 reg. 106",
            purpose="Electoral purposes",
            register_date=date,
            by=None,
            is_entitled=declared.pop("is_entitled", True),
            **declared,
        )

    def take(self, path: Path | str | bytes, *, seat: Area | None = None, date: dt.date = TODAY, **wishes):
        if not isinstance(path, Path):
            path = self.file(path)
        batch = self.batch(path, seat=seat, date=date)
        return import_register(batch=batch, path=path, by=None, today=TODAY, wishes=Wishes(**wishes))


@pytest.fixture
def desk(db, tmp_path):
    Organisation.objects.get_or_create(pk=1, defaults={"name": "The Party", "kind": "party"})
    Organisation.objects.filter(pk=1).update(name="The Party", kind="party")
    return Desk(make_seat("Testham West"), tmp_path)


def make_seat(name: str, nation: str = "England") -> Area:
    return Area.objects.create(
        kind=AreaKind.CONSTITUENCY, boundary_set="test", code=name.lower().replace(" ", "-"), name=name, nation=nation
    )


def entry(prefix: str, number: str, suffix: str = "0") -> Elector:
    """The one live entry of that number."""
    return Elector.objects.select_related("person__household", "area").get(
        prefix=prefix, number=number, suffix=suffix, removed_on=None
    )
