"""From a segment to a list: everybody meant has an entry, with a number or with the reason against."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.segments import SegmentError
from groundswell.compliance.hours import HOLIDAY_REGIONS
from groundswell.messaging.operations.preparing import list_people
from groundswell.textbank.enums import EntryState, TextBankStatus
from groundswell.textbank.models import Entry, TextBank
from groundswell.textbank.rules import PASS, TextBankError

SQL = Path(__file__).parent.parent / "sql"
PROBLEM_LENGTH = 300


@transaction.atomic
def build_list(bank: TextBank, *, by: User | None, now: datetime) -> int:
    """Make the list, or have it follow what has changed; how many wait for their first text. Opens one that is prepared.

    Raises SegmentError, and TextBankError for one that is closed.
    """
    locked = (
        TextBank.objects.select_for_update(of=("self",), no_key=True).select_related("message__segment").get(pk=bank.pk)
    )
    if locked.status == TextBankStatus.CLOSED:
        raise TextBankError(_("This text bank is closed, and its list stays as it is."))
    if locked.message.segment is None:
        raise TextBankError(_("Say first whom it texts."))
    with connection.cursor() as cursor:
        list_people(cursor, locked.message, now=now)
        place = {"bank": locked.pk, "campaign": locked.campaign_id, "pass": PASS}
        place["regions"] = json.dumps(dict(HOLIDAY_REGIONS))  # type: ignore[assignment]
        cursor.execute(_sql("build"), place)
        cursor.execute(_sql("drop_out"), place)
    if locked.status == TextBankStatus.PREPARING:
        locked.status, locked.opened_at, locked.problem = TextBankStatus.OPEN, locked.opened_at or now, ""
        locked.save(update_fields=["status", "opened_at", "problem"])
    ready = Entry.objects.filter(text_bank=locked, state=EntryState.READY).count()
    record("build_text_list", by=by, subject=locked, campaign_id=locked.campaign_id, ready=ready)
    bank.status, bank.opened_at = locked.status, locked.opened_at
    return ready


def build_asked_list(bank_id: int, *, by: User | None, now: datetime) -> bool:
    """As a job: whether there is a list now. A reason for which there cannot be is kept; the text bank is a draft again."""
    bank = TextBank.objects.filter(pk=bank_id, status=TextBankStatus.PREPARING).first()
    if bank is None:
        return False
    try:
        build_list(bank, by=by, now=now)
    except (TextBankError, SegmentError) as error:
        TextBank.objects.filter(pk=bank_id, status=TextBankStatus.PREPARING).update(
            status=TextBankStatus.DRAFT, problem=str(error)[:PROBLEM_LENGTH]
        )
        return False
    return True


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
