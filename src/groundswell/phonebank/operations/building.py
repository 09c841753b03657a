"""Queues of many: built by the worker in one transaction, with how far it is beside it, so that no page waits.

Of few people the page builds at once (`are_many`), as it counts them at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.segments import SegmentError
from groundswell.config.beside import Beside
from groundswell.phonebank.models import PhoneBank, QueueBuild
from groundswell.phonebank.operations import reckoning
from groundswell.phonebank.operations.lists import check_can_open, open_phone_bank, refresh_queue
from groundswell.phonebank.rules import PhoneBankError

# A build that has said nothing for so long may be asked for again.
SILENT = timedelta(minutes=10)


def are_many() -> bool:
    """Whether so many people are held that a queue of them is built by the worker: told by the size of their table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('people_person') >= %s", [reckoning.FEW_PEOPLE])
        many: bool = cursor.fetchone()[0]
    return many


@transaction.atomic
def ask_for_queue(
    phone_bank: PhoneBank, *, by: User, now: datetime, opens: bool, enqueue: Callable[[int], Any]
) -> QueueBuild:
    """Have the worker build the queue, and open the phone bank then if it `opens`; `enqueue` gives it the bank's id.

    Asked again while it is being built, nothing is done twice. Raises PhoneBankError for what can be told at once.
    """
    locked = PhoneBank.objects.select_for_update(no_key=True).get(pk=phone_bank.pk)
    if opens:
        check_can_open(locked, now=now)
    going_on = QueueBuild.objects.filter(pk=locked.pk, problem="").first()
    if going_on is not None and now - (going_on.told_at or going_on.asked_at) < SILENT:
        if opens and not going_on.opens:
            QueueBuild.objects.filter(pk=locked.pk).update(opens=True)
        return going_on
    asked = {"asked_by": by, "asked_at": now, "opens": opens, "told_at": None, "done": 0, "total": None, "problem": ""}
    build, _new = QueueBuild.objects.update_or_create(phone_bank=locked, defaults=asked)
    enqueue(locked.pk)
    record("ask_for_queue", by=by, subject=locked, campaign_id=locked.campaign_id, opens=opens)
    return build


def build_asked_queue(phone_bank_id: int, *, now: datetime) -> bool:
    """Build the queue that was asked for; whether one was. Safe to repeat: after a crash nothing of it is there.

    A reason for which it cannot be is kept for the page; anything unforeseen is kept as such, and raised.
    """
    if not QueueBuild.objects.filter(pk=phone_bank_id, problem="").exists():
        return False
    try:
        with Beside() as beside:
            beside.write("UPDATE phonebank_queuebuild SET told_at = now() WHERE phone_bank_id = %s", (phone_bank_id,))
            _build(phone_bank_id, beside, now)
    except (PhoneBankError, SegmentError) as error:
        _came_to_nothing(phone_bank_id, str(error))
    except Exception:
        unforeseen = _("Something went wrong, and nothing was changed. Try again; if it stays, tell whoever runs this.")
        _came_to_nothing(phone_bank_id, unforeseen)
        raise
    return True


@transaction.atomic
def _build(phone_bank_id: int, beside: Beside, now: datetime) -> None:
    def tell(done: int, total: int) -> None:
        beside.write(
            "UPDATE phonebank_queuebuild SET done = %s, total = %s, told_at = now() WHERE phone_bank_id = %s",
            (done, total, phone_bank_id),
        )

    phone_bank = PhoneBank.objects.get(pk=phone_bank_id)
    asked = QueueBuild.objects.select_related("asked_by").get(pk=phone_bank_id)
    if asked.opens:
        open_phone_bank(phone_bank, by=asked.asked_by, now=now, tell=tell)
    else:
        refresh_queue(phone_bank, by=asked.asked_by, now=now, tell=tell)
    QueueBuild.objects.filter(pk=phone_bank_id).delete()


def _came_to_nothing(phone_bank_id: int, problem: str) -> None:
    QueueBuild.objects.filter(pk=phone_bank_id).update(problem=problem)
