"""The demo's two phone banks: their queues, and the ledger of what was rung on the past Mondays."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from groundswell.accounts.models import User
from groundswell.campaigns.enums import VOTER_ID_MEANINGS, Meaning, QuestionKind
from groundswell.campaigns.models import Answer, Campaign, Option, Question, Script
from groundswell.cli.demo import electorate, evenings
from groundswell.cli.demo.bulk import insert
from groundswell.cli.demo.cast import Team
from groundswell.cli.demo.evenings import History, PastCall, QueuedHome
from groundswell.people.models import ContactPoint, Person
from groundswell.phonebank.enums import OutcomeEffect, OutcomeNext, QueueState
from groundswell.phonebank.models import (
    Call,
    CallerStatus,
    Flag,
    Outcome,
    PhoneBank,
    QueueEntry,
    Skip,
)
from groundswell.phonebank.operations.lists import open_phone_bank
from groundswell.phonebank.operations.tallies import rebuild_tallies
from groundswell.phonebank.rules import position_behind
from groundswell.places.models import Area

EVENINGS = 4
SIX = time(18, 0)
# How people say they will vote, of those who answer: shares of a hundred.
INTENTIONS = (
    (Meaning.STRONG_SUPPORT, 21),
    (Meaning.WEAK_SUPPORT, 15),
    (Meaning.UNDECIDED, 20),
    (Meaning.OPPOSED, 24),
    (Meaning.WEAK_OPPOSED, 6),
    (Meaning.WONT_SAY, 10),
    (Meaning.NON_VOTER, 4),
)
SUPPORT = frozenset({Meaning.STRONG_SUPPORT, Meaning.WEAK_SUPPORT})
# What callers flagged on the first evenings, and how the organiser solved it the day after.
SOLVED_FLAGS = (
    ("Was cross about being rung at dinner. Please look at it.", "Rang back and apologised; all is well."),
    ("Asks who told us the name of her street.", "Explained where registers come from; she is happy with that."),
    ("Wants the candidate to ring about the bus shelter.", "Passed on; the candidate rang the same evening."),
)


def past_mondays(now: datetime, zone: str) -> list[datetime]:
    """Six in the evening of the last Mondays before today, oldest first."""
    today = now.astimezone(ZoneInfo(zone)).date()
    last = today - timedelta(days=today.weekday() or 7)
    days = [last - timedelta(weeks=weeks) for weeks in reversed(range(EVENINGS))]
    return [datetime.combine(day, SIX, ZoneInfo(zone)) for day in days]


def open_bank(
    *, campaign: Campaign, seat: Area, name: str, script: Script, by: User, opened_at: datetime, now: datetime
) -> PhoneBank:
    """A phone bank over one seat, opened as an organiser opens one: its queue is what the rules allow now."""
    bank = PhoneBank.objects.create(
        campaign=campaign, name=name, script=script, created_by=by, created_at=opened_at - timedelta(days=1)
    )
    bank.areas.set([seat])
    with connection.cursor() as cursor:
        # The queue is mixed by the database: from the same seed, in the same way.
        cursor.execute("SELECT setseed(0.2010)")
    open_phone_bank(bank, by=by, now=now)
    PhoneBank.objects.filter(pk=bank.pk).update(opened_at=opened_at)
    bank.refresh_from_db()
    return bank


def queued_homes(entries: dict[int, QueueEntry], *, at: datetime) -> list[QueuedHome]:
    """The households of a queue in its order, each with the people and numbers that may be rung."""
    reachable: dict[int, list[tuple[int, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT household_id, person_id, contact_point_id
            FROM compliance_call_status(%s)
            WHERE household_id = ANY(%s) AND refusal IS NULL
            ORDER BY household_id, person_id, contact_point_id
            """,
            [at, list(entries)],
        )
        for household, person, number in cursor.fetchall():
            reachable[household].append((person, number))
    homes = [QueuedHome(household, reachable[household], entry.position) for household, entry in entries.items()]
    return sorted(homes, key=lambda home: home.position)


def _queue_as_it_stands(entries: dict[int, QueueEntry], homes: list[QueuedHome]) -> None:
    """Brings the entries of the homes that were rung to where the evenings left them."""
    rung = [home for home in homes if home.attempts]
    for home in rung:
        entry = entries[home.household_id]
        entry.state = _state(home)
        entry.attempts = home.attempts
        for _ in range(home.attempts):
            entry.position = position_behind(entry.position)
        entry.done_reason = home.done_reason
        entry.due_at = home.due_at if entry.state == QueueState.WAITING else None
        entry.is_call_back = home.is_call_back and entry.state == QueueState.WAITING
        entry.call_back_for_id = home.call_back_for if entry.is_call_back else None
    QueueEntry.objects.bulk_update(
        [entries[home.household_id] for home in rung],
        ["state", "attempts", "position", "done_reason", "due_at", "is_call_back", "call_back_for"],
        batch_size=500,
    )


def _state(home: QueuedHome) -> QueueState:
    if home.done_reason:
        return QueueState.DONE
    if home.flag:
        return QueueState.BLOCKED
    return QueueState.WAITING if home.due_at is not None else QueueState.READY


def write_history(
    bank: PhoneBank, entries: dict[int, QueueEntry], history: History, team: Team, *, rng: random.Random
) -> None:
    """The ledger and all that follows from it: answers, retired numbers, suppressions, flags, skips, counts."""
    outcomes = {outcome.code: outcome for outcome in Outcome.objects.all()}
    answers, identified = _answers(bank, history, rng)
    insert(answers)
    insert(
        (
            Call(
                client_uuid=call.uuid,
                campaign_id=bank.campaign_id,
                phone_bank=bank,
                entry=entries[call.home.household_id],
                household_id=call.home.household_id,
                person_id=call.person_id,
                contact_point_id=call.number_id,
                caller_id=call.caller,
                outcome=outcomes[call.outcome],
                is_dial=outcomes[call.outcome].is_dial,
                is_contact=outcomes[call.outcome].is_contact,
                is_identified=call.uuid in identified,
                finishes_person=_finishes(outcomes[call.outcome]),
                note=call.note,
                claimed_at=call.at - timedelta(seconds=50),
                occurred_at=call.at,
                recorded_at=call.at + timedelta(seconds=2),
            )
            for call in history.calls
        ),
    )
    _apply_effects(history, team)
    _write_flags(bank, entries, history, team)
    insert(
        Skip(entry=entries[home.household_id], caller_id=caller, reason=reason, skipped_at=at)
        for home, caller, at, reason in history.skips
    )
    _write_statuses(bank, history)
    rebuild_tallies()


def _finishes(outcome: Outcome) -> bool:
    """Whether the person needs no further call in this phone bank, by the rule that results are recorded with."""
    ends = {OutcomeEffect.PERSON_DONE, OutcomeEffect.PERSON_MOVED, OutcomeEffect.PERSON_DECEASED}
    return outcome.next == OutcomeNext.DONE or outcome.effect in ends


def _apply_effects(history: History, team: Team) -> None:
    ended: dict[int, tuple[str, datetime]] = {}
    silenced: dict[int, datetime] = {}
    for call in history.calls:
        if call.outcome in {"wrong_number", "number_dead"}:
            ended[call.number_id] = (call.outcome, call.at)
        elif call.outcome == "do_not_call":
            silenced[call.number_id] = call.at
        elif call.outcome == "moved":
            Person.objects.filter(pk=call.person_id).update(moved_at=call.at)
        elif call.outcome == "deceased":
            Person.objects.filter(pk=call.person_id).update(deceased_at=call.at)
    points = ContactPoint.objects.in_bulk([*ended, *silenced])
    for number, (reason, at) in ended.items():
        points[number].retired_reason, points[number].retired_at = reason, at
    ContactPoint.objects.bulk_update([points[number] for number in ended], ["retired_reason", "retired_at"])
    electorate.suppress(
        [(points[number], at) for number, at in silenced.items()], by=team.organiser, source="asked on a call"
    )


def _answers(bank: PhoneBank, history: History, rng: random.Random) -> tuple[list[Answer], set[object]]:
    """What people said, question by question of the script; and the calls that identified a voter."""
    questions = list(
        Question.objects.filter(steps__script=bank.script).order_by("steps__position").prefetch_related("options")
    )
    only_after = {
        step.question_id: {option.pk for option in step.show_if.all()}
        for step in bank.script.steps.prefetch_related("show_if")
    }
    answers: list[Answer] = []
    identified: set[object] = set()
    for call in history.calls:
        for person in call.answered_by:
            said: set[int] = set()
            asked = questions if call.outcome == "completed" else questions[:1]
            for question in asked:
                if only_after[question.pk] and not said & only_after[question.pk]:
                    continue
                for option, number in _reply(question, rng):
                    answers.append(_answer(bank, call, person, question, option, number))
                    if option is not None:
                        said.add(option.pk)
                        if question.is_voter_id and option.meaning in VOTER_ID_MEANINGS:
                            identified.add(call.uuid)
    return answers, identified


def _reply(question: Question, rng: random.Random) -> list[tuple[Option | None, int | None]]:
    options = list(question.options.all())
    if question.kind == QuestionKind.SCALE and question.scale_to is not None:
        return [(None, min(question.scale_to, round(rng.triangular(0, question.scale_to + 1, question.scale_to))))]
    if question.is_voter_id:
        meaning = rng.choices([meaning for meaning, _ in INTENTIONS], [share for _, share in INTENTIONS])[0]
        meant = [option for option in options if option.meaning == meaning]
        return [(rng.choice(meant or options), None)]
    if question.kind == QuestionKind.CHOICES:
        return [(option, None) for option in rng.sample(options, rng.choice((1, 1, 2, 3)))]
    if question.kind == QuestionKind.CHOICE and options:
        return [(rng.choice(options), None)]
    return []


def _answer(
    bank: PhoneBank, call: PastCall, person: int, question: Question, option: Option | None, number: int | None
) -> Answer:
    return Answer(
        campaign_id=bank.campaign_id,
        person_id=person,
        question=question,
        option=option,
        number=number,
        meaning=option.meaning if option else "",
        party=option.party if option else question.party,
        source_uuid=call.uuid,
        recorded_by_id=call.caller,
        answered_at=call.at,
        recorded_at=call.at + timedelta(seconds=2),
    )


def _write_flags(bank: PhoneBank, entries: dict[int, QueueEntry], history: History, team: Team) -> None:
    insert(
        Flag(entry=entries[home.household_id], phone_bank=bank, raised_by_id=caller, raised_at=at, note=note)
        for home, caller, at, note in history.flags
    )
    # Some of the first evening were solved the day after.
    settled = [call for call in history.calls if call.outcome == "refused_today" and not call.home.flag]
    insert(
        Flag(
            entry=entries[call.home.household_id],
            phone_bank=bank,
            raised_by_id=call.caller,
            raised_at=call.at,
            note=note,
            solved_by=team.organiser,
            solved_at=call.at + timedelta(hours=16),
            solution=solution,
        )
        for call, (note, solution) in zip(settled, SOLVED_FLAGS, strict=False)
    )


def _write_statuses(bank: PhoneBank, history: History) -> None:
    """When each caller joined and was last seen."""
    seen: dict[int, list[datetime]] = defaultdict(list)
    for call in history.calls:
        seen[call.caller].append(call.at)
    insert(
        CallerStatus(phone_bank=bank, caller_id=caller, joined_at=min(times), last_seen_at=max(times))
        for caller, times in sorted(seen.items())
    )


def work_through(bank: PhoneBank, seat: Area, team: Team, *, now: datetime, rng: random.Random) -> int:
    """Rings half the queue of this bank on the past Monday evenings; how many calls that were."""
    entries = {entry.household_id: entry for entry in bank.queue.all() if entry.household_id is not None}
    homes = queued_homes(entries, at=now)
    starts = past_mondays(now, seat.time_zone)
    history = evenings.ring(homes, callers=[user.pk for user in team.callers], starts=starts, rng=rng)
    _queue_as_it_stands(entries, homes)
    write_history(bank, entries, history, team, rng=rng)
    return len(history.calls)
