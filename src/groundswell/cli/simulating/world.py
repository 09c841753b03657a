"""The evening in the database: an event with its session, a host, volunteers, all invented; and the count afterwards."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, User
from groundswell.campaigns.models import Campaign
from groundswell.cli.bench_calling import session_of
from groundswell.cli.demo.names import BRITISH, IRISH
from groundswell.cli.failures import Refusal
from groundswell.cli.simulating.chance import lobby_minutes
from groundswell.cli.simulating.stage import Course, Findings, Stage
from groundswell.events.enums import EventKind
from groundswell.events.operations.events import EventDetails, create_event, publish_event
from groundswell.phonebank.enums import PhoneBankStatus, QueueState
from groundswell.phonebank.models import Call, Outcome, PhoneBank, QueueEntry, Session
from groundswell.phonebank.operations.rehearsals import rehearse
from groundswell.phonebank.operations.sessions import open_session
from groundswell.phonebank.session_numbers import SessionNumbers, numbers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundswell.places.models import Area

EMAIL_DOMAIN = "rehearsal.invalid"
# The first night made almost three hundred.
TARGET_FOR_A_CALLER = 25
HASHTAG = "mobmonday"
TITLE = "Rehearsal"


@dataclass(frozen=True, slots=True)
class World:
    """The session of the evening, and who is in it."""

    session: Session
    bank: PhoneBank
    volunteers: tuple[User, ...]
    stage: Stage


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What the ledger says of the evening, and whether everything else says the same. `faults`: what does not."""

    numbers: SessionNumbers
    faults: tuple[str, ...]


def demo_list() -> PhoneBank:
    """The list of the demo with most left to ring. Raises Refusal where there is none."""
    banks = PhoneBank.objects.filter(campaign__is_demo=True).exclude(status=PhoneBankStatus.CLOSED)
    fresh = QueueEntry.objects.filter(attempts=0, state=QueueState.READY)
    lists = sorted(banks, key=lambda bank: (-fresh.filter(phone_bank=bank).count(), bank.pk))
    if not lists:
        raise Refusal("The demo is not loaded here. Start `groundswell run --demo` first, or leave out --here.")
    return lists[0]


def set_up(bank: PhoneBank, course: Course, *, callers: int, host: str, port: int, area: Area | None = None) -> World:
    """The event, published; its session, with the clock of the rehearsal; a host and so many volunteers, signed in."""
    campaign = Campaign.objects.get(pk=bank.campaign_id)
    now = timezone.now()
    organiser, *volunteers = _people(campaign, callers, random.Random(course.seed))  # noqa: S311 - invents names
    starts_at = now + timedelta(minutes=lobby_minutes(course.minutes) / course.speed, seconds=1)
    event = create_event(
        campaign=campaign,
        details=EventDetails(
            title=f"{TITLE}: {area or campaign.name}",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=course.minutes),
            kind=EventKind.PHONE_BANK,
            area=area,
            host=organiser,
            target=callers * TARGET_FOR_A_CALLER,
            hashtag=HASHTAG,
        ),
        by=organiser,
        now=now,
    )
    session = open_session(event=event, phone_bank=bank, by=organiser, now=now)
    if course.speed > 1:
        session = rehearse(session_id=session.pk, speed=int(course.speed), by=organiser)
    publish_event(event=event, by=organiser, now=now)
    cookies = _signed_in([organiser, *volunteers])
    stage = Stage(
        host=host,
        port=port,
        session_id=session.pk,
        bank_id=bank.pk,
        board_key=session.board_key,
        host_session=cookies[0],
        sessions=tuple(cookies[1:]),
    )
    return World(session, bank, tuple(volunteers), stage)


def _people(campaign: Campaign, callers: int, chance: random.Random) -> list[User]:
    """A host, then the volunteers: members of the campaign, without a password."""
    given = [name for origin in (BRITISH, IRISH) for names in origin.given for name in names]
    family = [*BRITISH.family, *IRISH.family]
    users = [
        User(
            name=f"{chance.choice(given)} {chance.choice(family)}",
            email=f"{secrets.token_hex(8)}@{EMAIL_DOMAIN}",
            is_demo=True,
        )
        for _ in range(callers + 1)
    ]
    for user in users:
        user.set_unusable_password()
    made = User.objects.bulk_create(users)
    Membership.objects.bulk_create(
        Membership(user=user, role=Role.CALLER if index else Role.ORGANISER, campaign=campaign)
        for index, user in enumerate(made)
    )
    return made


def _signed_in(users: Sequence[User]) -> list[str]:
    """The cookie each would have after signing in."""
    return [session_of(user.pk) for user in users]


def reckon(world: World, findings: Findings) -> Reckoning:
    """Count the evening in the ledger, and compare: what phones were told, what the numbers say, what the board shows."""
    numbers = numbers_of(world.session.pk, now=timezone.now())
    calls = list(
        Call.objects.filter(
            phone_bank=world.bank, caller__in=[user.pk for user in world.volunteers], undone_at__isnull=True
        )
        .select_related("outcome")
        .order_by("entry", "claimed_at", "recorded_at")
    )
    closed_at = numbers.facts.closed_at or numbers.at
    # A web process may hand out a last household a moment after the close: that call counts for the list alone.
    inside = [call for call in calls if min(call.claimed_at or call.recorded_at, call.recorded_at) <= closed_at]
    told = Counter(result.uuid for result in findings.results)
    counted = {str(call.client_uuid) for call in inside}
    kept = Counter(str(call.client_uuid) for call in calls)
    outcomes = {outcome.code: outcome for outcome in Outcome.objects.all()}
    contacts = sum(outcomes[result.outcome].is_contact for result in findings.results if result.uuid in counted)
    by_caller = Counter(call.caller_id for call in inside if call.is_dial)
    numbers_rung = Counter(call.contact_point_id for call in calls)
    shared = sum(
        before.entry_id == after.entry_id
        and before.caller_id != after.caller_id
        and (after.claimed_at or after.recorded_at) < before.recorded_at
        for before, after in pairwise(calls)
    )
    dials, talks, placed = (
        sum(getattr(call, name) for call in inside) for name in ("is_dial", "is_contact", "is_identified")
    )
    faults = {
        f"{len(told - kept)} acknowledged results are not in the ledger": bool(told - kept),
        f"{len(kept - told)} calls in the ledger were never acknowledged": bool(kept - told),
        f"{shared} households were in two callers' hands": shared > 0,
        "a number was rung twice": max(numbers_rung.values(), default=0) > 1,
        f"{dials} dials in the ledger, {numbers.calls} in the session's numbers": dials != numbers.calls,
        f"{talks} contacts in the ledger, {numbers.conversations} in the numbers, {contacts} pressed": (
            not talks == numbers.conversations == contacts
        ),
        f"{placed} voters identified in the ledger, {numbers.identified} in the numbers": placed != numbers.identified,
        "the numbers of a caller differ from the ledger": by_caller
        != Counter({user_id: each.work.dials for user_id, each in numbers.callers.items()}),
        "the minutes do not add up": sum(work.dials for _minute, work in numbers.minutes) != numbers.calls,
        f"the board shows {findings.last_board}, the ledger has {numbers.calls}": findings.last_board != numbers.calls,
    }
    return Reckoning(numbers, tuple(words for words, wrong in faults.items() if wrong))
