"""What becomes of a household in a caller's hands without a result: given back, skipped, flagged, undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.identity import CallerIdentity
from groundswell.accounts.models import User
from groundswell.campaigns.operations.answers import withdraw_answers
from groundswell.phonebank.bank_settings import caller_day, settings_of
from groundswell.phonebank.claims import Undone
from groundswell.phonebank.enums import DoneReason, OutcomeEffect, QueueState
from groundswell.phonebank.models import Call, CallerStatus, Flag, Hold, QueueEntry, Skip
from groundswell.phonebank.operations.effects import undo_effect
from groundswell.phonebank.rules import (
    UNDO_WITHIN,
    NotInHandError,
    PhoneBankError,
    can_undo,
    position_behind,
)

CALL_BACK_SKIPPED = timedelta(minutes=15)
REASON_LIMIT = 200
NOTE_LIMIT = 2_000


def extend_lease(*, entry_id: int, lease_key: UUID, by: CallerIdentity, now: datetime) -> datetime | None:
    """The page is still open: the household stays in the caller's hands. Until when; None if it is there no longer.

    Also in a list that hands out no more, such as that of a session after its close: a call under way is finished in
    peace. One query, with the membership checked in it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE phonebank_queueentry q SET leased_until = %s::timestamptz + make_interval(secs => %s)
                 FROM phonebank_phonebank b
                WHERE q.id = %s::bigint AND q.state = 1 AND q.leased_by_id = %s::bigint AND q.lease_key = %s::uuid
                  AND b.id = q.phone_bank_id
                  AND phonebank_may_call(%s::bigint, %s::bigint, %s::int, b.id, b.campaign_id)
            RETURNING q.leased_until""",
            [
                now,
                _lease(entry_id, now).total_seconds(),
                entry_id,
                by.user_id,
                lease_key,
                by.membership_id,
                by.user_id,
                by.session_epoch,
            ],
        )
        row = cursor.fetchone()
    return row[0] if row else None


@transaction.atomic
def skip(*, entry_id: int, lease_key: UUID, reason: str, by: CallerIdentity, now: datetime) -> None:
    """Pass this household over: it goes behind its priority, and whoever had an agreed call-back may have another's.

    Raises NotInHandError, and PhoneBankError without a reason.
    """
    reason = _line(reason, REASON_LIMIT)
    if not reason:
        raise PhoneBankError(_("Say why you pass this household over. One word is enough."))
    entry = _in_hand(entry_id, lease_key, by)
    Skip.objects.create(entry=entry, caller_id=by.user_id, reason=reason, skipped_at=now)
    if entry.is_call_back:
        entry.call_back_for = None
        entry.due_at = now + CALL_BACK_SKIPPED
        _let_go(entry, QueueState.WAITING)
    else:
        entry.position = position_behind(entry.position)
        _let_go(entry, QueueState.READY)
    record(
        "skip_household",
        by=User(pk=by.user_id),
        subject=entry,
        campaign_id=entry.campaign_id,
        phone_bank=entry.phone_bank_id,
    )


@transaction.atomic
def flag(*, entry_id: int, lease_key: UUID, note: str, by: CallerIdentity, now: datetime) -> Flag:
    """Leave this household to an organiser: nobody rings it until the flag is solved.

    Raises NotInHandError, and PhoneBankError without a note.
    """
    note = _line(note, NOTE_LIMIT)
    if not note:
        raise PhoneBankError(_("Tell the organiser in a few words what is wrong."))
    entry = _in_hand(entry_id, lease_key, by)
    _let_go(entry, QueueState.BLOCKED)
    raised = Flag.objects.create(
        entry=entry, phone_bank_id=entry.phone_bank_id, raised_by_id=by.user_id, raised_at=now, note=note
    )
    record("flag_household", by=User(pk=by.user_id), subject=entry, campaign_id=entry.campaign_id, flag=raised.pk)
    return raised


@transaction.atomic
def solve_flag(*, flag_id: int, solution: str, back_in_queue: bool, by: User, now: datetime) -> Flag:
    """An organiser has put it right: the household goes back into the queue, or out of it for good.

    Raises Flag.DoesNotExist, and PhoneBankError if it was solved before.
    """
    solved = Flag.objects.select_for_update().get(pk=flag_id)
    if solved.solved_at is not None:
        raise PhoneBankError(_("This flag has been solved already."))
    solved.solved_by, solved.solved_at, solved.solution = by, now, _line(solution, NOTE_LIMIT)
    solved.save()
    entry = QueueEntry.objects.select_for_update().get(pk=solved.entry_id)
    if entry.state == QueueState.BLOCKED:
        if back_in_queue:
            _let_go(entry, QueueState.WAITING if entry.is_call_back and entry.due_at else QueueState.READY)
        else:
            entry.done_reason = DoneReason.REMOVED
            entry.due_at = entry.call_back_for = None
            entry.is_call_back = False
            _let_go(entry, QueueState.DONE)
    record("solve_flag", by=by, subject=entry, campaign_id=entry.campaign_id, flag=flag_id, back_in_queue=back_in_queue)
    return solved


@transaction.atomic
def pause(*, phone_bank_id: int, by: CallerIdentity, now: datetime) -> None:
    """A break: the household goes back, and no other comes until the caller resumes."""
    give_back_of(by.user_id, phone_bank_id=phone_bank_id)
    CallerStatus.objects.update_or_create(
        phone_bank_id=phone_bank_id,
        caller_id=by.user_id,
        defaults={"paused_at": now, "last_seen_at": now},
        create_defaults={"paused_at": now, "last_seen_at": now, "joined_at": now},
    )


def resume(*, phone_bank_id: int, by: CallerIdentity, now: datetime) -> None:
    """The break is over."""
    CallerStatus.objects.filter(phone_bank_id=phone_bank_id, caller_id=by.user_id).update(
        paused_at=None, last_seen_at=now
    )


@transaction.atomic
def leave(*, phone_bank_id: int, by: CallerIdentity, now: datetime) -> None:
    """The caller goes: the household in their hands is free for others at once."""
    give_back_of(by.user_id, phone_bank_id=phone_bank_id)
    CallerStatus.objects.filter(phone_bank_id=phone_bank_id, caller_id=by.user_id).update(
        paused_at=None, last_seen_at=now
    )


def give_back_of(user_id: int, *, phone_bank_id: int | None = None, campaign_id: int | None = None) -> int:
    """Put back whatever this user has in hand (in one phone bank or campaign, if named). How many: none or one."""
    found = QueueEntry.objects.select_for_update().filter(leased_by=user_id, state=QueueState.LEASED)
    if phone_bank_id is not None:
        found = found.filter(phone_bank=phone_bank_id)
    if campaign_id is not None:
        found = found.filter(campaign_id=campaign_id)
    entries = list(found)
    for entry in entries:
        _let_go(entry, QueueState.WAITING if entry.is_call_back and entry.due_at else QueueState.READY)
    return len(entries)


def take_back_lapsed(now: datetime, *, at_most: int = 10_000) -> int:
    """Take back the leases that lapsed, of every phone bank; how many. A result that is just arriving wins."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT phonebank_take_back_lapsed(%s::timestamptz, %s::int)", [now, at_most])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


@transaction.atomic
def undo_last(*, phone_bank_id: int, by: CallerIdentity, now: datetime) -> Undone:
    """Take back the caller's newest result, within 30 seconds: its answers are withdrawn and the household is in their
    hands again, in place of the next. "Do not call" is not taken back: only an organiser may (rule C3).

    Raises PhoneBankError when there is nothing to undo or it is too late.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('groundswell.caller'), hashint8(%s::bigint)), "
            "phonebank_may_call(%s::bigint, %s::bigint, %s::int, b.id, b.campaign_id) "
            "FROM phonebank_phonebank b WHERE b.id = %s::bigint",
            [by.user_id, by.membership_id, by.user_id, by.session_epoch, phone_bank_id],
        )
        row = cursor.fetchone()
    if row is None or not row[1]:
        raise NotInHandError(_("You are no longer a member of this phone bank."))
    call = (
        Call.objects.select_for_update(of=("self",))
        .select_related("outcome")
        .filter(
            phone_bank=phone_bank_id,
            caller=by.user_id,
            undone_at__isnull=True,
            recorded_at__gte=now - UNDO_WITHIN,
        )
        .order_by("-recorded_at", "-pk")
        .first()
    )
    if call is None or not can_undo(call.recorded_at, now):
        raise PhoneBankError(_("There is no result of the last half minute to take back."))
    call.undone_at = now
    call.save(update_fields=["undone_at"])
    withdraw_answers(source_uuid=call.client_uuid, by=by.user_id, now=now)
    effect = OutcomeEffect(call.outcome.effect)
    undo_effect(effect, person_id=call.person_id, number_id=call.contact_point_id, made_at=call.recorded_at)
    status = CallerStatus.objects.select_for_update().get(phone_bank=phone_bank_id, caller=by.user_id)
    if status.day == caller_day(now) and status.calls_today:
        status.calls_today -= 1
        status.save(update_fields=["calls_today"])
    back = _put_back(call, by, now)
    record(
        "undo_result",
        by=User(pk=by.user_id),
        action=AuditAction.CHANGE,
        subject=call,
        campaign_id=call.campaign_id,
        back_in_hand=back,
    )
    return Undone(call.pk, back, suppression_stays=effect == OutcomeEffect.NUMBER_SUPPRESSED)


def _put_back(call: Call, by: CallerIdentity, now: datetime) -> bool:
    """The queue entry as it was before the call, in the caller's hands if nobody else has it or its numbers."""
    if call.before is None or call.entry_id is None:
        return False
    entry = QueueEntry.objects.select_for_update().get(pk=call.entry_id)
    if entry.state == QueueState.LEASED and entry.leased_by_id != by.user_id:
        return False
    if entry.state == QueueState.BLOCKED or _called_since(call):
        return False
    before = call.before
    entry.attempts, entry.position = before["attempts"], before["position"]
    entry.due_at = datetime.fromisoformat(before["due_at"]) if before["due_at"] else None
    entry.is_call_back, entry.call_back_for_id = before["is_call_back"], before["call_back_for"]
    entry.done_reason = ""
    if entry.state != QueueState.LEASED:
        give_back_of(by.user_id)
        if not _hold(entry):
            _let_go(entry, QueueState.WAITING if entry.is_call_back and entry.due_at else QueueState.READY)
            return False
    # A new key also for one who had stayed with the household: the next result must not pass for the one undone.
    entry.state = QueueState.LEASED
    entry.leased_by_id, entry.leased_at, entry.lease_key = by.user_id, now, uuid4()
    entry.leased_until = now + settings_of(entry.phone_bank_id, now).limits.lease
    entry.save()
    record(
        "claim_household",
        by=User(pk=by.user_id),
        action=AuditAction.VIEW,
        subject=entry,
        campaign_id=entry.campaign_id,
        phone_bank=entry.phone_bank_id,
        household=entry.household_id,
        lease_key=str(entry.lease_key),
    )
    return True


def _called_since(call: Call) -> bool:
    return (
        Call.objects.filter(entry=call.entry_id, undone_at__isnull=True, pk__gt=call.pk)
        .exclude(caller=call.caller_id)
        .exists()
    )


def _hold(entry: QueueEntry) -> bool:
    """Hold the household and all its numbers, without waiting; False if any is in somebody's hands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT phonebank_hold_entry(%s::bigint, %s::bigint, %s::bigint)",
            [entry.pk, entry.household_id, entry.person_id],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _in_hand(entry_id: int, lease_key: UUID, by: CallerIdentity) -> QueueEntry:
    entry = (
        QueueEntry.objects.select_for_update()
        .filter(pk=entry_id, state=QueueState.LEASED, leased_by=by.user_id, lease_key=lease_key)
        .first()
    )
    if entry is None:
        raise NotInHandError(_("This household is not in your hands any more. Please take the next one."))
    return entry


def _let_go(entry: QueueEntry, state: QueueState) -> None:
    Hold.objects.filter(entry=entry).delete()
    entry.state = state
    entry.leased_by = entry.leased_at = entry.leased_until = entry.lease_key = None
    entry.save()


def _lease(entry_id: int, now: datetime) -> timedelta:
    bank_id = QueueEntry.objects.values_list("phone_bank", flat=True).get(pk=entry_id)
    return settings_of(bank_id, now).limits.lease


def _line(text: str, limit: int) -> str:
    return text.replace("\0", "").strip()[:limit]
