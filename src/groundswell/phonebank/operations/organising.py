"""What an organiser does to phone banks before and while they run: makes them, changes them, sets the outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.models import Campaign, Script
from groundswell.campaigns.segments import check_expression, free_name
from groundswell.people.models import Segment
from groundswell.phonebank.bank_settings import caller_day, forget
from groundswell.phonebank.enums import OutcomeNext, PhoneBankStatus
from groundswell.phonebank.limits import check_limits, limits_in_force
from groundswell.phonebank.models import CallerStatus, Outcome, PhoneBank
from groundswell.phonebank.operations.lists import change_phone_bank
from groundswell.phonebank.rules import PhoneBankError
from groundswell.places.models import Area


@transaction.atomic
def create_phone_bank(
    *,
    campaign: Campaign,
    name: str,
    script: Script,
    by: User | None,
    areas: Iterable[Area | int] = (),
    conditions: Mapping[str, Any] | None = None,
    **settings: Any,
) -> PhoneBank:
    """A new phone bank, as a draft: nobody is rung until it is opened. `conditions` is a segment's expression.

    Its limits are the figures in force, unless less is asked for (rules C11, D12). Raises PhoneBankError for more, or
    a name that is taken; SegmentError for conditions that cannot be read.
    """
    limits = limits_in_force(on=caller_day(timezone.now()))
    settings = {"attempt_cap": limits.attempts, "daily_limit": limits.households_a_day, **settings}
    check_limits(settings, limits)
    phone_bank = PhoneBank(campaign=campaign, name=_free_name(campaign, name), script=script, created_by=by, **settings)
    phone_bank.segment = _segment(phone_bank, conditions, by)
    phone_bank.save()
    phone_bank.areas.set(areas)
    record(
        "create_phone_bank",
        by=by,
        action=AuditAction.CREATE,
        subject=phone_bank,
        campaign_id=campaign.pk,
        name=phone_bank.name,
    )
    return phone_bank


@transaction.atomic
def reshape_phone_bank(
    *,
    phone_bank: PhoneBank,
    by: User,
    name: str,
    areas: Iterable[Area | int],
    conditions: Mapping[str, Any] | None,
    **settings: Any,
) -> PhoneBank:
    """Change whom it rings and how. An open one keeps running: its queue follows with the next refresh.

    Raises PhoneBankError for a closed one, a name that is taken, or more than the figures in force allow.
    """
    if phone_bank.status == PhoneBankStatus.CLOSED:
        raise PhoneBankError(_("This phone bank is closed, and its results stay as they are. Make a new one."))
    name = _free_name(phone_bank.campaign, name, of=phone_bank)
    phone_bank.name = name
    segment = _segment(phone_bank, conditions, by)
    changed = change_phone_bank(phone_bank, by=by, name=name, segment=segment, **settings)
    changed.areas.set(areas)
    return changed


@transaction.atomic
def save_outcome(
    *,
    by: User,
    label: str,
    next: str,
    effect: str,
    outcome: Outcome | None = None,
    retry_after_minutes: int | None = None,
    is_dial: bool = True,
    is_contact: bool = False,
    takes_answers: bool = False,
) -> Outcome:
    """Add an outcome or change one. What was recorded keeps what it counted then.

    Raises PhoneBankError where the settings contradict each other.
    """
    label = label.strip()
    if not label:
        raise PhoneBankError(_("Give the outcome a label: it is what callers tap."))
    if next == OutcomeNext.RETRY and not retry_after_minutes:
        raise PhoneBankError(_("Say after how many minutes to try again."), field="retry_after_minutes")
    if is_contact and not is_dial:
        problem = _("Somebody spoken to was also rung: tick “counts as a dial” too.")
        raise PhoneBankError(problem, field="is_dial")
    same = Outcome.objects.filter(label__iexact=label, retired_at__isnull=True)
    if same.exclude(pk=outcome.pk if outcome else 0).exists():
        raise PhoneBankError(_("There is an outcome “%(label)s” already.") % {"label": label})
    is_new = outcome is None
    outcome = outcome or Outcome(code=_free_code(label), position=_next_position())
    outcome.label, outcome.next, outcome.effect = label, next, effect
    outcome.retry_after_minutes = retry_after_minutes if next == OutcomeNext.RETRY else None
    outcome.is_dial, outcome.is_contact, outcome.takes_answers = is_dial, is_contact, takes_answers
    outcome.save()
    record(
        "save_outcome", by=by, action=AuditAction.CREATE if is_new else AuditAction.CHANGE, subject=outcome, label=label
    )
    forget()
    return outcome


@transaction.atomic
def retire_outcome(*, outcome: Outcome, by: User, now: datetime) -> None:
    """Offer it no longer, or again. Results recorded with it stay, and late ones are still taken."""
    if outcome.retired_at is None and Outcome.objects.filter(retired_at__isnull=True).count() <= 1:
        raise PhoneBankError(_("Callers need at least one outcome to tap."))
    outcome.retired_at = None if outcome.retired_at else now
    outcome.save(update_fields=["retired_at"])
    record("retire_outcome", by=by, subject=outcome, retired=outcome.retired_at is not None)
    forget()


@transaction.atomic
def move_outcome(*, outcome: Outcome, by: User, up: bool) -> None:
    """One place up or down on the caller's screen."""
    outcomes = list(Outcome.objects.select_for_update().filter(retired_at__isnull=True).order_by("position", "pk"))
    place = next((index for index, other in enumerate(outcomes) if other.pk == outcome.pk), None)
    if place is None:
        return
    moved = outcomes.pop(place)
    outcomes.insert(max(0, place + (-1 if up else 1)), moved)
    for position, other in enumerate(outcomes):
        other.position = position
    Outcome.objects.bulk_update(outcomes, ["position"])
    record("move_outcome", by=by, subject=outcome, up=up)
    forget()


@transaction.atomic
def review_caller(*, phone_bank_ids: Iterable[int], caller: User, by: User, now: datetime) -> None:
    """An organiser has looked at this caller's odd speed and found it right: it is no longer flagged."""
    CallerStatus.objects.filter(phone_bank__in=list(phone_bank_ids), caller=caller).update(reviewed_at=now)
    record("review_caller", by=by, subject=caller)


def _free_name(campaign: Campaign, name: str, of: PhoneBank | None = None) -> str:
    name = name.strip()
    if not name:
        raise PhoneBankError(_("Give the phone bank a name: callers choose it by that."))
    if PhoneBank.objects.filter(campaign=campaign, name=name).exclude(pk=of.pk if of else 0).exists():
        raise PhoneBankError(_("There is a phone bank called “%(name)s” already.") % {"name": name})
    return name


def _segment(phone_bank: PhoneBank, conditions: Mapping[str, Any] | None, by: User | None) -> Segment | None:
    """The phone bank's own segment, made or changed; None without conditions."""
    if not conditions:
        return None
    check_expression(conditions)
    segment = phone_bank.segment or Segment(campaign_id=phone_bank.campaign_id, created_by=by)
    name = _("List of %(name)s") % {"name": phone_bank.name}
    segment.name = free_name(name, campaign_id=phone_bank.campaign_id, of=segment)
    segment.expression = dict(conditions)
    segment.save()
    return segment


def _free_code(label: str) -> str:
    base = slugify(label).replace("-", "_")[:24] or "outcome"
    code, number = base, 2
    while Outcome.objects.filter(code=code).exists():
        code, number = f"{base}_{number}", number + 1
    return code


def _next_position() -> int:
    last = Outcome.objects.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1
