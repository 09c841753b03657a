"""Everything a person's page shows, in a handful of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from groundswell.accounts.models import AuditEvent
from groundswell.campaigns.models import Answer
from groundswell.compliance.contact import statuses_of_people
from groundswell.compliance.enums import Refusal
from groundswell.compliance.figures import contact_hours, max_calls_per_day
from groundswell.compliance.hours import holiday_region, opens_next
from groundswell.compliance.models import Consent, Suppression
from groundswell.compliance.queries import consents_about, current_consents, suppressions_of
from groundswell.compliance.rule_texts import RULE_OF_REFUSAL, RULES, WHY_NOT, Rule
from groundswell.people.models import ContactPoint, Elector, Person, PersonTag
from groundswell.phonebank.models import Call

SHOWN_CALLS = 50
SHOWN_EVENTS = 25


@dataclass
class Address:
    """One number or email of a person, and whether it may be called."""

    point: ContactPoint
    refusal: Refusal | None
    why: str | Promise = ""
    rule: Rule | None = None
    # Where it may be called, only not now: from when.
    opens_at: datetime | None = None
    suppressions: list[Suppression] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)

    @property
    def is_phone(self) -> bool:
        return self.point.kind == "phone"

    @property
    def live_suppression(self) -> Suppression | None:
        """What closes it now."""
        return next((s for s in self.suppressions if s.lifted_at is None), None)


@dataclass
class History:
    """A person's page."""

    addresses: list[Address]
    electors: list[Elector]
    tags: list[PersonTag]
    household: list[Person]
    answers: list[Answer]
    calls: list[Call]
    consents: list[Consent]
    events: list[AuditEvent]


def history_of(person: Person, *, now: datetime) -> History:
    """Read a person's whole page."""
    return History(
        addresses=addresses_of(person, now=now),
        electors=list(person.electors.select_related("register__constituency", "area").order_by("removed_on", "pk")),
        tags=list(person.person_tags.select_related("tag").order_by("tag__name")),
        household=list(
            Person.objects.filter(household=person.household_id).exclude(pk=person.pk).order_by("name_key", "pk")
        )
        if person.household_id
        else [],
        answers=list(
            Answer.objects.filter(person=person)
            .select_related("question", "option", "campaign", "recorded_by")
            .order_by("-answered_at", "-pk")
        ),
        calls=list(_calls_about(person)[:SHOWN_CALLS]),
        consents=list(consents_about(person)),
        events=list(
            AuditEvent.objects.filter(subject_kind="people.person", subject_id=person.pk)
            .select_related("actor")
            .order_by("-at", "-pk")[:SHOWN_EVENTS]
        ),
    )


def addresses_of(person: Person, *, now: datetime) -> list[Address]:
    """A person's numbers and emails with the answer to "may we call?" for each number."""
    points = list(person.contact_points.order_by("kind", "person_contacts__position", "pk").distinct())
    refusals = {status.contact_point_id: status.refusal for status in statuses_of_people([person.pk], now=now)}
    closed = list(suppressions_of([bytes(point.address_hash) for point in points]))
    held = current_consents(person)
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    called = {
        row["contact_point_id"]: row["times"]
        for row in Call.objects.filter(
            contact_point__in=points, occurred_at__gte=today, is_dial=True, undone_at__isnull=True
        )
        .values("contact_point_id")
        .annotate(times=Count("pk"))
    }
    most = max_calls_per_day(on=timezone.localdate(now)) if points else 0
    opens = _opens_next(person, now) if points else None
    addresses = []
    for point in points:
        refusal = refusals.get(point.pk)
        if refusal is None and called.get(point.pk, 0) >= most:
            refusal = Refusal.CALLED_TODAY
        digest = bytes(point.address_hash)
        addresses.append(
            Address(
                point=point,
                refusal=refusal,
                why=WHY_NOT[refusal] if refusal else "",
                rule=RULE_OF_REFUSAL[refusal] if refusal else None,
                opens_at=opens if opens and opens > now else None,
                suppressions=[s for s in closed if bytes(s.address_hash) == digest],
                consents=[c for c in held if bytes(c.address_hash) == digest],
            )
        )
    return addresses


def _opens_next(person: Person, now: datetime) -> datetime | None:
    """When the person's own clock and calendar let us ring; now if that is open."""
    household = person.household
    zone = household.constituency.time_zone if household else timezone.get_current_timezone_name()
    region = holiday_region(household.constituency.nation) if household else ""
    return opens_next(zone, region, contact_hours(on=timezone.localdate(now)), now)


def _calls_about(person: Person) -> QuerySet[Call]:
    """Calls with the person, and those to the household in which nobody was named."""
    mine = Call.objects.filter(person=person)
    if person.household_id:
        mine |= Call.objects.filter(person__isnull=True, household=person.household_id)
    return mine.select_related("outcome", "phone_bank__campaign", "caller", "contact_point").order_by(
        "-occurred_at", "-pk"
    )


HOURS_RULE = RULES["C10"]
