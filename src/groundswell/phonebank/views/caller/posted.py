"""What a caller's phone posts, read into a `CallResult`. Nothing posted is trusted beyond its shape."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from groundswell.campaigns.scripts import plan_for
from groundswell.config.numbers import read_whole_number
from groundswell.phonebank.bank_settings import outcomes, settings_of
from groundswell.phonebank.claims import CallResult
from groundswell.phonebank.rules import CallResultError

if TYPE_CHECKING:
    from django.http import QueryDict

    from groundswell.campaigns.rules import GivenAnswer
    from groundswell.phonebank.claims import HouseholdToCall

MOST_PEOPLE = 60


def client_uuid_of(household: HouseholdToCall) -> UUID:
    """The key that makes the result of this household page once, whichever tab or press delivers it first.

    Made from the lease and the attempts before it, so that two tabs with the same household hold the same key.
    """
    return uuid.uuid5(household.lease_key, str(household.attempts))


def read_result(posted: QueryDict, bank_id: int, now: datetime) -> CallResult:
    """The result as posted. Raises CallResultError in words for the caller; WrongAnswer from the script's reading."""
    code = posted.get("outcome", "")
    if not code:
        raise CallResultError(_("Choose how the call went."))
    outcome = outcomes().get(code)
    person_id = read_id(posted, "person")
    return CallResult(
        client_uuid=read_uuid(posted, "client_uuid"),
        phone_bank_id=bank_id,
        entry_id=read_id(posted, "entry") or 0,
        lease_key=read_uuid(posted, "lease_key"),
        outcome=code,
        occurred_at=_occurred_at(posted, now),
        person_id=person_id,
        contact_point_id=read_id(posted, f"number-{person_id}"),
        note=posted.get("note", ""),
        answers=_answers(posted, bank_id, now) if outcome is None or outcome.takes_answers else (),
        call_back_at=_local_time(posted.get("call_back_at", "")),
        call_back_mine=posted.get("call_back_mine", "1") == "1",
        keep=posted.get("keep") == "1",
    )


def read_uuid(posted: QueryDict, name: str) -> UUID:
    """A key that this site gave out. Raises CallResultError for anything else."""
    try:
        return UUID(posted.get(name, ""))
    except ValueError:
        raise CallResultError(_("Something was missing in what your phone sent. Please reload the page.")) from None


def read_id(posted: QueryDict, name: str) -> int | None:
    """A row's number, or None."""
    return read_whole_number(posted.get(name))


def _occurred_at(posted: QueryDict, now: datetime) -> datetime:
    """When the caller pressed, by their own clock, but never in the future; without a script: now."""
    try:
        at = parse_datetime(posted.get("occurred_at", ""))
    except ValueError:
        return now
    return min(at, now) if at is not None and timezone.is_aware(at) else now


def _local_time(value: str) -> datetime | None:
    try:
        at = parse_datetime(value)
    except ValueError:
        return None
    return timezone.make_aware(at) if at is not None and timezone.is_naive(at) else at


def words_of_refused(posted: QueryDict, mistake: str, now: datetime) -> str:
    """What the caller pressed, when, and why it could not be recorded: for the organiser, who must sort it out."""
    outcome = outcomes().get(posted.get("outcome", ""))
    pressed = timezone.localtime(_occurred_at(posted, now))
    words = _("A result could not be saved: %(outcome)s, pressed on %(when)s. %(why)s") % {
        "outcome": outcome.label if outcome else _("no outcome that we know"),
        "when": date_format(pressed, "j F, H:i"),
        "why": mistake,
    }
    note = posted.get("note", "").replace("\0", "").strip()
    return f"{words} {_('Their note: “%(note)s”') % {'note': note}}" if note else words


def _answers(posted: QueryDict, bank_id: int, now: datetime) -> tuple[GivenAnswer, ...]:
    people = {int(name.split("-")[1]) for name in posted if _names_an_answer(name)}
    if not people or len(people) > MOST_PEOPLE:
        return ()
    version = read_id(posted, "script_version") or 0
    plan = plan_for(settings_of(bank_id, now).script_id, version % 2**31)
    return tuple(plan.read_answers(posted, sorted(people)))


def _names_an_answer(name: str) -> bool:
    parts = name.split("-")
    return len(parts) == 3 and parts[0] == "answer" and read_whole_number(parts[1]) is not None
