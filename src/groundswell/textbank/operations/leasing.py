"""People to text, a batch at a time: leased to one volunteer for an hour, then anybody's again."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record, record_each
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import Membership, User
from groundswell.compliance.models import HoursBucket
from groundswell.compliance.operations.consent import CAMPAIGNING
from groundswell.people.models import Person
from groundswell.textbank.enums import EntryState, LeaseStatus, OutReason, TextBankStatus
from groundswell.textbank.hours import open_now, opens_for, texting_hours
from groundswell.textbank.leases import Lease
from groundswell.textbank.models import Entry, TextBank, TexterStatus
from groundswell.textbank.rules import BETWEEN_BANKS, LEASE, PASS, TextBankError

SQL = Path(__file__).parent.parent / "sql"
PEEK, TAKE = ((SQL / f"{name}.sql").read_text(encoding="utf-8") for name in ("peek", "lease"))
# Of a list in which most may not be texted any more, so many rounds are looked through for one batch.
MOST_ROUNDS = 40


@transaction.atomic
def lease_batch(bank: TextBank, *, by: Membership, now: datetime) -> Lease:
    """A batch for this volunteer, or what is left of the one in hand: two presses at once get one. Each lease is logged."""
    bank = TextBank.objects.select_related("campaign", "message__sender").get(pk=bank.pk)
    status = locked_status(bank, by=by, now=now)
    if bank.status != TextBankStatus.OPEN or status is None:
        return Lease(LeaseStatus.NOT_OPEN)
    mine = Entry.objects.filter(text_bank=bank, leased_by=by.user_id, state=EntryState.LEASED)
    take_back_lapsed(now=now, bank_id=bank.pk)
    if left := mine.count():
        return Lease(LeaseStatus.TEXTS, left)
    wanted = min(bank.batch_size, bank.daily_limit - status.texts_today)
    if wanted <= 0:
        return Lease(LeaseStatus.LIMIT)
    hours = texting_hours(bank, now)
    people = _take(bank, by, open_now(hours, now), wanted, now)
    if not people:
        return _why_none(bank, now)
    status.batch = len(people)
    status.save(update_fields=["batch"])
    record_each(
        "lease_texts",
        Person.objects.filter(pk__in=people),
        by=by.user,
        action=AuditAction.VIEW,
        campaign_id=bank.campaign_id,
        text_bank=bank.pk,
    )
    return Lease(LeaseStatus.TEXTS, len(people))


@transaction.atomic
def pass_over(entry_id: int, *, why: str, by: Membership, now: datetime) -> None:
    """Do not text this person: somebody whom the volunteer knows goes to others, a record that is wrong goes to nobody.

    Raises TextBankError for somebody who is not in this volunteer's hands.
    """
    entry = Entry.objects.select_for_update().filter(pk=entry_id, leased_by=by.user_id, state=EntryState.LEASED).first()
    if entry is None:
        raise TextBankError(_("That person is not in your hands any more."))
    entry.leased_by = entry.leased_until = None
    if why == "wrong":
        entry.state, entry.reason = EntryState.OUT, OutReason.REMOVED
    else:
        entry.state, entry.position = EntryState.READY, min(entry.position + PASS, 2**31 - 1)
    entry.save()
    record(
        "pass_over_text", by=by.user, subject=entry.person, campaign_id=entry.campaign_id, why=why, at=now.isoformat()
    )


@transaction.atomic
def give_back(bank: TextBank, *, by: User, texter_id: int) -> int:
    """What this volunteer has not sent is free for others; how many."""
    mine = Entry.objects.filter(text_bank=bank, leased_by=texter_id, state=EntryState.LEASED)
    count = mine.update(state=EntryState.READY, leased_by=None, leased_until=None)
    if count:
        record("give_back_texts", by=by, subject=bank, campaign_id=bank.campaign_id, texter=texter_id, people=count)
    return count


def take_back_lapsed(*, now: datetime, bank_id: int | None = None) -> int:
    """Who was not texted within the hour is free for others; how many. A press that is just arriving wins."""
    lapsed = Entry.objects.filter(state=EntryState.LEASED, leased_until__lte=now)
    if bank_id is not None:
        lapsed = lapsed.filter(text_bank=bank_id)
    free = lapsed.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
    with transaction.atomic():
        return Entry.objects.filter(pk__in=list(free)).update(state=EntryState.READY, leased_by=None, leased_until=None)


def locked_status(bank: TextBank, *, by: Membership, now: datetime) -> TexterStatus | None:
    """The volunteer's own row, locked, with the counts of today; None for one who is no member any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_membership_live(%s::bigint, NULL)", [by.pk])
        if not cursor.fetchone()[0]:
            return None
    TexterStatus.objects.bulk_create(
        [TexterStatus(text_bank=bank, texter_id=by.user_id, joined_at=now, last_seen_at=now)], ignore_conflicts=True
    )
    status = TexterStatus.objects.select_for_update().get(text_bank=bank, texter=by.user_id)
    status.last_seen_at = now
    if status.day != own_day(now):
        status.day, status.texts_today = own_day(now), 0
    status.save()
    return status


def own_day(now: datetime) -> date:
    """The day a volunteer's counts belong to: that of the installation's own time zone."""
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _take(bank: TextBank, by: Membership, buckets: list[int], wanted: int, now: datetime) -> list[int]:
    """The ids of the people leased: judged by compliance one after the other until there are enough."""
    taken: list[int] = []
    with connection.cursor() as cursor:
        for _round in range(MOST_ROUNDS):
            cursor.execute(
                PEEK,
                {
                    "buckets": buckets,
                    "bank": bank.pk,
                    "member": by.pk if by.is_limited() else None,
                    "most": wanted - len(taken),
                },
            )
            found = dict(cursor.fetchall())
            if not found:
                break
            cursor.execute(
                TAKE,
                {
                    "at": now,
                    "purpose": CAMPAIGNING,
                    "people": list(found.values()),
                    "message": bank.message_id,
                    "lately": now - BETWEEN_BANKS,
                    "ids": list(found),
                    "texter": by.user_id,
                    "until": now + LEASE,
                },
            )
            taken += [found[entry] for entry, state in cursor.fetchall() if state == EntryState.LEASED]
            if len(taken) >= wanted:
                break
    return taken


def _why_none(bank: TextBank, now: datetime) -> Lease:
    """Why there is nobody: outside the hours, with when they begin; in other hands; or nobody is left."""
    ready = Entry.objects.filter(text_bank=bank, state=EntryState.READY)
    buckets = HoursBucket.objects.filter(pk__in=ready.values("bucket"))
    hours = texting_hours(bank, now)
    opens = [opens for bucket in buckets if (opens := opens_for(bucket, hours, now)) is not None]
    if opens and min(opens) > now:
        return Lease(LeaseStatus.HOURS, opens_at=min(opens))
    if Entry.objects.filter(text_bank=bank, state=EntryState.LEASED).exists():
        return Lease(LeaseStatus.IN_HANDS)
    return Lease(LeaseStatus.EMPTY)
