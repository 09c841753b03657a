"""Recording and withdrawing what people said. Called by whatever brings answers, inside its own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.enums import AnswerChannel
from groundswell.campaigns.models import Answer
from groundswell.campaigns.rules import AnswerCatalogue, GivenAnswer, check_answers, meaning_of

SQL = Path(__file__).resolve().parent.parent / "sql"


@cache
def record_answers_sql() -> str:
    """The statement that records all answers of one call; parameters as `answer_parameters` makes them."""
    return (SQL / "record_answers.sql").read_text(encoding="utf-8")


def answer_parameters(
    *,
    plan: AnswerCatalogue,
    answers: Sequence[GivenAnswer],
    source_uuid: UUID,
    by_id: int | None,
    answered_at: datetime,
    channel: AnswerChannel = AnswerChannel.CALL,
) -> dict[str, Any]:
    """The parameters of `record_answers_sql`: each answer with its meaning and party as they are today."""
    kept = [meaning_of(plan.questions[answer.question_id], answer) for answer in answers]
    return {
        "campaign": plan.campaign_id,
        "channel": str(channel),
        "source": source_uuid,
        "by": by_id,
        "answered_at": answered_at,
        "people": [answer.person_id for answer in answers],
        "questions": [answer.question_id for answer in answers],
        "options": [answer.option_id for answer in answers],
        "numbers": [answer.number for answer in answers],
        "texts": [answer.text.strip().replace("\x00", "") for answer in answers],
        "meanings": [meaning for meaning, _party in kept],
        "parties": [party for _meaning, party in kept],
    }


def record_answers(
    *,
    plan: AnswerCatalogue,
    answers: Sequence[GivenAnswer],
    source_uuid: UUID,
    by: User | int | None,
    answered_at: datetime,
    channel: AnswerChannel = AnswerChannel.CALL,
) -> int:
    """Record the answers of one source (a call's idempotency key), once; how many rows were new. Calls, texts and forms
    all write here; `plan` is the script's, or the campaign's `catalogue_of` where there is none.

    One statement, in the transaction of the ledger line that brings them (a `Call`), which is also their audit: who,
    when, whom. Raises `WrongAnswer` before anything is written if one does not fit its question.
    """
    check_answers(plan, answers)
    if not answers:
        return 0
    parameters = answer_parameters(
        plan=plan,
        answers=answers,
        source_uuid=source_uuid,
        by_id=by.pk if isinstance(by, User) else by,
        answered_at=answered_at,
        channel=channel,
    )
    with connection.cursor() as cursor:
        cursor.execute(record_answers_sql(), parameters)
        return int(cursor.rowcount)


def withdraw_answers(*, source_uuid: UUID, by: User | int | None, now: datetime) -> int:
    """Take back everything one source said (a caller's undo); how many answers. They stay in the ledger, marked.

    In the transaction of the undo. A second time does nothing.
    """
    count = Answer.objects.filter(source_uuid=source_uuid, withdrawn_at__isnull=True).update(withdrawn_at=now)
    if count:
        user = User.objects.get(pk=by) if isinstance(by, int) else by
        record("withdraw_answers", by=user, action=AuditAction.CHANGE, source=str(source_uuid), answers=count)
    return count


def erase_answers(*, person_ids: Sequence[int], by: User | None, reason: str) -> int:
    """Delete all these people's answers for good: erasure (D5) or retention (D10), and nothing else. How many.

    Run inside the transaction of the erasure.
    """
    with connection.cursor() as cursor:
        # LOCAL: the ledger is open to deletion for this transaction only, and shut again at once.
        cursor.execute("SELECT set_config('groundswell.erasing', 'on', true)")
        count = Answer.objects.filter(person_id__in=person_ids).delete()[0]
        cursor.execute("SELECT set_config('groundswell.erasing', 'off', true)")
    if count:
        record("erase_answers", by=by, action=AuditAction.DELETE, people=len(person_ids), answers=count, reason=reason)
    return count
