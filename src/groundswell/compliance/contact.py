"""May we call this number now? The one definition lies in sql/install/20_call_status.sql; this is its face in Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from groundswell.compliance.enums import Refusal
from groundswell.compliance.rule_texts import RULE_OF_REFUSAL, Rule


@dataclass(frozen=True)
class CallStatus:
    """The answer for one person and one number; without `contact_point_id` the person has none."""

    household_id: int | None
    person_id: int
    contact_point_id: int | None
    refusal: Refusal | None

    @property
    def may_call(self) -> bool:
        return self.refusal is None

    @property
    def rule(self) -> Rule | None:
        """The rule behind a refusal, to be shown and linked to; None where the number may be called."""
        return RULE_OF_REFUSAL[self.refusal] if self.refusal else None


_COLUMNS = "SELECT household_id, person_id, contact_point_id, refusal FROM compliance_call_status(%s)"


def _statuses(sql: str, parameters: list[datetime | list[int]]) -> list[CallStatus]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [
            CallStatus(household, person, number, Refusal(refusal) if refusal else None)
            for household, person, number, refusal in cursor.fetchall()
        ]


def statuses_of_people(person_ids: Iterable[int], *, now: datetime) -> list[CallStatus]:
    """One status for each number of these people, in the order of their ids."""
    return _statuses(
        f"{_COLUMNS} WHERE person_id = ANY(%s) ORDER BY person_id, contact_point_id", [now, list(person_ids)]
    )


def statuses_of_households(household_ids: Iterable[int], *, now: datetime) -> list[CallStatus]:
    """One status for each person and number of these households."""
    return _statuses(
        f"{_COLUMNS} WHERE household_id = ANY(%s) ORDER BY household_id, person_id, contact_point_id",
        [now, list(household_ids)],
    )


def may_call(contact_point_id: int, *, now: datetime) -> bool:
    """Whether somebody at this number may be called on it now, hours and attempts aside."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM compliance_call_status(%s) WHERE contact_point_id = %s AND refusal IS NULL)",
            [now, contact_point_id],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def counts_by_refusal(*, now: datetime) -> dict[Refusal | None, int]:
    """How many person-and-number rows there are by refusal (None: may be called), over everybody, in one pass."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT refusal, count(*) FROM compliance_call_status(%s) GROUP BY refusal", [now])
        return {Refusal(refusal) if refusal else None: count for refusal, count in cursor.fetchall()}
