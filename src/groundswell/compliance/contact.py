"""May we call this number, or write to it, now? The definitions lie in sql/install/20_call_status.sql and
25_message_status.sql; this is their face in Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from groundswell.compliance.enums import Channel, MessageRefusal, Refusal
from groundswell.compliance.operations.consent import CAMPAIGNING
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


def message_refusals(
    person_ids: Iterable[int], *, channel: Channel, now: datetime
) -> dict[tuple[int, int], MessageRefusal | None]:
    """Why these people may not be written to now, by person and address; None: they may. Hours aside (rule M9)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, contact_point_id, refusal FROM compliance_message_status(%s, %s::text, %s::text)"
            " WHERE person_id = ANY(%s)",
            [now, channel.value, CAMPAIGNING, list(person_ids)],
        )
        found = cursor.fetchall()
    return {(person, point): MessageRefusal(refusal) if refusal else None for person, point, refusal in found}


def message_refusal(*, person_id: int, contact_point_id: int, channel: Channel, now: datetime) -> MessageRefusal | None:
    """The same of one person at one address. An address that is theirs no more is retired."""
    found = message_refusals([person_id], channel=channel, now=now)
    return found.get((person_id, contact_point_id), MessageRefusal.RETIRED)
