"""The next household for a caller, and the result of the last: one round trip to the database each, or both in one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from groundswell.accounts.identity import CallerIdentity
from groundswell.campaigns.models import Script
from groundswell.campaigns.rules import GivenAnswer, WrongAnswer, check_answers, identifies, meaning_of
from groundswell.campaigns.scripts import ScriptPlan, plan_for
from groundswell.phonebank import queries
from groundswell.phonebank.bank_settings import (
    BankSettings,
    caller_day,
    forget,
    marks_of,
    outcomes,
    settings_of,
)
from groundswell.phonebank.claims import CallResult, Claim, HouseholdToCall, Recorded
from groundswell.phonebank.enums import ClaimStatus, OutcomeEffect, RecordStatus
from groundswell.phonebank.models import Outcome
from groundswell.phonebank.operations.effects import apply_effect
from groundswell.phonebank.operations.segments import recheck_entry
from groundswell.phonebank.rules import CallResultError, check_result

# A claim that met only households which had to leave the queue says so and is asked again; each round is kept.
MOST_ROUNDS = 200
NOTE_LIMIT = 2_000
# Effects that concern nothing but the queue; the others are carried out by the rooms below, in the same transaction.
PLAIN_EFFECTS = frozenset({OutcomeEffect.NONE, OutcomeEffect.PERSON_DONE})

CLAIM = """phonebank_claim(%s::bigint, %s::bigint, %s::bigint, %s::int, %s::int, %s::smallint[], %s::timestamptz[],
    %s::timestamptz[], %s::smallint[], %s::int[], %s::int, %s::int, %s::int, %s::date, %s::interval, %s::boolean,
    %s::timestamptz)"""
RECORD = """phonebank_record(%s::uuid, %s::bigint, %s::bigint, %s::int, %s::bigint, %s::uuid, %s::bigint, %s::bigint,
    %s::text, %s::text, %s::text, %s::boolean, %s::jsonb, %s::timestamptz, %s::boolean, %s::boolean, %s::int,
    %s::date, %s::timestamptz, %s::timestamptz)"""
# By script: the plan last used, which knows every question of its campaign.
_plans: dict[int, ScriptPlan] = {}

CLAIM_STATEMENT = f"SELECT {CLAIM}"
RECORD_STATEMENT = f"SELECT {RECORD}"
# The function in FROM is done first; what it changed, the other sees.
CYCLE_STATEMENT = f"""SELECT r.r, CASE WHEN r.r ->> 'status' NOT IN ('stale', 'revoked') THEN {CLAIM} END
    FROM {RECORD} AS r(r)"""  # noqa: S608 - made of the two constants above


def claim_next(*, phone_bank_id: int, by: CallerIdentity, now: datetime) -> Claim:
    """The household to ring now: the one already in the caller's hands if there is one, else the next of the queue.

    A double press gives the same household. When there is none, the claim says why. Takes effect by itself, also inside
    a transaction of the caller's. Raises PhoneBank.DoesNotExist.
    """
    return _until_settled(phone_bank_id, by, now, None)


def record_outcome(*, result: CallResult, by: CallerIdentity, now: datetime) -> Recorded:
    """Put one result into the ledger, once, however often it is delivered, and let it take effect.

    Accepted from whoever had the household, also after the lease lapsed: then others are not disturbed (status `late`).
    Raises CallResultError for a result that makes no sense, WrongAnswer for an answer that does not fit its question.
    """
    for _round in range(3):
        recorded = _record(result, by, now)
        if recorded is not None:
            return recorded
        forget()
    raise CallResultError("The outcomes keep changing; please try again.")


def record_and_claim_next(*, result: CallResult, by: CallerIdentity, now: datetime) -> tuple[Recorded, Claim]:
    """Both, in one transaction: what the caller's screen posts. One query, unless the outcome has a rare effect.

    Raises as `record_outcome` does; then nothing was recorded and the household stays in the caller's hands.
    """
    outcome = _checked_outcome(result)
    phone_bank_id = result.phone_bank_id
    if outcome.effect not in PLAIN_EFFECTS:
        with transaction.atomic():
            return record_outcome(result=result, by=by, now=now), claim_next(
                phone_bank_id=phone_bank_id, by=by, now=now
            )
    bank = settings_of(phone_bank_id, now)
    parameters = [*claim_parameters(bank, by, now), *_record_parameters(result, outcome.effect, by, now)]
    recorded, found = _ask(CYCLE_STATEMENT, parameters)
    if recorded["status"] == "stale":
        forget()
        return record_outcome(result=result, by=by, now=now), claim_next(phone_bank_id=phone_bank_id, by=by, now=now)
    kept = _recorded(recorded)
    if found is None:
        return kept, Claim(ClaimStatus.REVOKED)
    return kept, _until_settled(phone_bank_id, by, now, found)


def _record(result: CallResult, by: CallerIdentity, now: datetime) -> Recorded | None:
    """One attempt; None if what this process knows of the outcomes is out of date."""
    outcome = _checked_outcome(result)
    parameters = _record_parameters(result, outcome.effect, by, now)
    if outcome.effect in PLAIN_EFFECTS:
        (found,) = _ask(RECORD_STATEMENT, parameters)
    else:
        with transaction.atomic():
            (found,) = _ask(RECORD_STATEMENT, parameters)
            if found["status"] in {"recorded", "late"}:
                apply_effect(OutcomeEffect(outcome.effect), found=found, by=by, now=now)
    return None if found["status"] == "stale" else _recorded(found)


def _until_settled(phone_bank_id: int, by: CallerIdentity, now: datetime, found: dict[str, Any] | None) -> Claim:
    for _round in range(MOST_ROUNDS):
        bank = settings_of(phone_bank_id, now)
        if found is None:
            (found,) = _ask(CLAIM_STATEMENT, claim_parameters(bank, by, now))
        status = found["status"]
        if status == "stale":
            forget(phone_bank_id)
        elif status == "recheck":
            recheck_entry(found["entry"], now=now)
        elif status != "again":
            return _claim(bank, found, now)
        found = None
    return Claim(ClaimStatus.EMPTY, why=queries.why_empty(phone_bank_id, now=now))


def _claim(bank: BankSettings, found: dict[str, Any], now: datetime) -> Claim:
    status = ClaimStatus(found["status"])
    if status == ClaimStatus.HOUSEHOLD:
        if found["mark"]:
            marks_of(bank.id).move(*found["mark"])
        return Claim(
            status,
            household=HouseholdToCall.read(found),
            households_today=found["households_today"],
            calls_today=found["calls_today"],
        )
    why = queries.why_empty(bank.id, now=now) if status == ClaimStatus.EMPTY else None
    return Claim(status, why=why, calls_today=found.get("calls_today", 0))


def _recorded(found: dict[str, Any]) -> Recorded:
    return Recorded(RecordStatus(found["status"]), found.get("call"), found.get("kept", False))


def claim_parameters(bank: BankSettings, by: CallerIdentity, now: datetime) -> list[Any]:
    """What CLAIM takes, in its order; public for the measurement of the bare statement."""
    buckets = bank.open_at(now)
    marks = marks_of(bank.id)
    priorities, positions = marks.above(buckets.ids)
    return [
        bank.id,
        by.user_id,
        by.membership_id,
        by.session_epoch,
        bank.version,
        buckets.ids,
        buckets.todays,
        buckets.tomorrows,
        priorities,
        positions,
        bank.limits.attempts,
        bank.limits.calls_a_day,
        bank.limits.households_a_day,
        caller_day(now),
        bank.limits.lease,
        marks.is_sweep_due(),
        now,
    ]


def _record_parameters(result: CallResult, effect: str, by: CallerIdentity, now: datetime) -> list[Any]:
    answers, identified = _answers(result, now)
    return [
        result.client_uuid,
        by.user_id,
        by.membership_id,
        by.session_epoch,
        result.entry_id,
        result.lease_key,
        result.person_id,
        result.contact_point_id,
        result.outcome,
        effect,
        result.note.strip().replace("\0", "")[:NOTE_LIMIT],
        identified,
        json.dumps(answers),
        result.call_back_at,
        result.call_back_mine,
        result.keep,
        settings_of(result.phone_bank_id, now).limits.attempts,
        caller_day(now),
        result.occurred_at,
        now,
    ]


def _checked_outcome(result: CallResult) -> Outcome:
    outcome = outcomes().get(result.outcome)
    if outcome is None:
        forget()
        outcome = outcomes().get(result.outcome)
    return check_result(result, outcome)


def _answers(result: CallResult, now: datetime) -> tuple[list[dict[str, Any]], bool]:
    """The answers as the ledger keeps them, and whether they place a voter. Raises WrongAnswer."""
    if not result.answers:
        return [], False
    plan = _plan_of(result.phone_bank_id, result.answers, now)
    return [_kept_answer(plan, answer) for answer in result.answers], identifies(plan, result.answers)


def _plan_of(phone_bank_id: int, answers: Sequence[GivenAnswer], now: datetime) -> ScriptPlan:
    """A plan that knows the questions answered: the one in memory, else the newest."""
    script_id = settings_of(phone_bank_id, now).script_id
    plan = _plans.get(script_id)
    if plan is not None:
        with suppress(WrongAnswer):
            check_answers(plan, answers)
            return plan
    version = Script.objects.values_list("version", flat=True).get(pk=script_id)
    plan = _plans[script_id] = plan_for(script_id, version)
    check_answers(plan, answers)
    return plan


def _kept_answer(plan: ScriptPlan, answer: GivenAnswer) -> dict[str, Any]:
    meaning, party = meaning_of(plan.questions[answer.question_id], answer)
    return {
        "person": answer.person_id,
        "question": answer.question_id,
        "option": answer.option_id,
        "number": answer.number,
        "text": answer.text.strip().replace("\0", ""),
        "meaning": meaning,
        "party": party,
    }


def _ask(statement: str, parameters: list[Any]) -> list[dict[str, Any] | Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    return [json.loads(value) if isinstance(value, str) else value for value in row or ()]
