"""What a data manager of the demo finds filed: the imports that brought the voters in, and what people agreed to."""

from __future__ import annotations

import csv
import hashlib
import random
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from groundswell.accounts.models import User
from groundswell.cli.demo import story
from groundswell.cli.demo.invention import STALL_NUMBERS, Home
from groundswell.compliance.enums import Channel
from groundswell.compliance.models import Screening
from groundswell.compliance.operations.consent import record_consent, withdraw_consent
from groundswell.people.enums import ImportKind, ImportStatus
from groundswell.people.models import DataSource, Elector, ImportBatch, PersonContact
from groundswell.people.operations.batches import declare_phones, receive_batch
from groundswell.people.operations.outcome import Result
from groundswell.people.operations.phones import import_phones
from groundswell.places.models import Area

CARDS = 40
CONSENTS = 24
WITHDRAWN = 3


def register_import(
    homes: list[Home], *, seat: Area, source: DataSource, register_date: date, imported_at: datetime, by: User
) -> ImportBatch:
    """The import of one seat's register as the list of imports shows it: every invented voter came with it."""
    rows = sum(len(home.voters) for home in homes)
    batch = ImportBatch.objects.create(
        kind=ImportKind.REGISTER,
        status=ImportStatus.DONE,
        file_name=f"demo-register-{seat.name.lower().replace(' ', '-')}.csv",
        file_sha256=hashlib.sha256(f"{seat.code} {rows}".encode()).hexdigest(),
        layout="xpress",
        constituency=seat,
        source=source,
        entitlement=story.ENTITLEMENT,
        purpose=story.PURPOSE,
        register_date=register_date,
        progress_rows=rows,
        total_rows=rows,
        created_by=by,
        created_at=imported_at,
        started_at=imported_at + timedelta(minutes=3),
        finished_at=imported_at + timedelta(minutes=3, seconds=2),
    )
    result = Result(
        rows=rows,
        created=rows,
        households=len(homes),
        seconds=2.0,
        layout=batch.layout,
        confidence=1.0,
        encoding="utf-8",
        delimiter=",",
        batch=batch.pk,
    )
    batch.counts = result.as_dict()
    batch.save(update_fields=["counts"])
    return batch


def phone_import(*, seat: Area, by: User, imported_at: datetime, rng: random.Random) -> ImportBatch:
    """Cards filled in at a market stall, through the real import: some rows are rejected, as in life."""
    electors = (
        Elector.objects.filter(register__constituency=seat, anonymous=False, person__person_contacts=None)
        .exclude(markers="F")
        .select_related("person")
        .order_by("pk")
    )
    chosen = rng.sample(list(electors), min(CARDS, len(electors)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / story.CARDS_FILE
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["Elector number", "Name", "Phone"])
            for nth, elector in enumerate(chosen):
                name, phone = str(elector.person), f"{STALL_NUMBERS}{nth:03}"
                if nth % 13 == 5:
                    phone = "ask her sister"
                elif nth % 13 == 9:
                    name = "Somebody Else"
                table.writerow([f"{elector.prefix}-{elector.number}/{elector.suffix}", name, phone])
            table.writerow(["ZZ-9999/0", "Nobody We Know", f"{STALL_NUMBERS}999"])
        batch = receive_batch(
            kind=ImportKind.PHONES, file_name=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), by=by
        )
        declare_phones(
            batch=batch,
            source=story.CARDS_SOURCE,
            lawful_basis="Consent: invented cards of invented people",
            purpose=story.PURPOSE,
            constituency=seat,
            by=by,
        )
        import_phones(batch=batch, path=path, by=by)
    ImportBatch.objects.filter(pk=batch.pk).update(
        created_at=imported_at, started_at=imported_at, finished_at=imported_at + timedelta(seconds=1)
    )
    return batch


def consents(*, by: User, now: datetime, rng: random.Random) -> None:
    """People who agreed to be rung, though their number is on the preference service's list (rules C1, M4)."""
    listed = Screening.objects.filter(listed=True, contact_point__person_contacts__source__name=story.PHONE_SOURCE)
    theirs = list(
        PersonContact.objects.filter(contact_point__in=listed.values("contact_point"))
        .select_related("person", "contact_point")
        .order_by("pk")
    )
    agreed = rng.sample(theirs, min(CONSENTS, len(theirs)))
    for nth, contact in enumerate(agreed):
        given_at = now - timedelta(days=rng.randrange(40, 300), minutes=rng.randrange(600))
        wording, source, evidence = story.CONSENTS[nth % len(story.CONSENTS)]
        record_consent(
            person=contact.person,
            channel=Channel.CALL,
            contact_point=contact.contact_point,
            wording=wording,
            source=source,
            evidence=evidence,
            given_at=given_at,
            by=by,
        )
    for contact in agreed[:WITHDRAWN]:
        withdraw_consent(
            person=contact.person,
            channel=Channel.CALL,
            contact_point=contact.contact_point,
            by=by,
            source="Rang the office",
            withdrawn_at=now - timedelta(days=rng.randrange(31, 38)),
        )
