"""A segment's expression tree, read into a query over people. Never SQL from outside: only the words below.

    {"all": [EXPRESSION, ...]}     {"any": [EXPRESSION, ...]}     {"not": EXPRESSION}
    {"everybody": true}
    {"has_phone": true}
    {"in_area": [AREA_ID, ...]}                        these areas and all below them: by address, or by what they told us
    {"tagged": "word"}
    {"asked": QUESTION_ID}                             an answer to it stands, whatever it was
    {"answered": {"question": ID, "meanings": [...]}}  one of these master meanings was the newest answer
    {"answered": {"question": ID, "options": [...]}}
    {"age": {"from": YEARS, "to": YEARS}}              by birth date, where it is known; both ends included

"Not yet asked X" is {"not": {"asked": X}}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from groundswell.campaigns.models import Answer
from groundswell.people.enums import ContactKind
from groundswell.people.models import Person, PersonContact, PersonTag, Segment

DEPTH = 12
AREAS_BELOW = """WITH RECURSIVE below (id) AS (
    SELECT unnest(%s::bigint[]) UNION SELECT a.id FROM places_area a JOIN below b ON a.parent_id = b.id)
    SELECT id FROM below"""


class SegmentError(ValueError):
    """An expression that cannot be read; the message says which part."""


def people_in(expression: Mapping[str, Any], *, today: date) -> QuerySet[Person]:
    """The people the expression means. Raises SegmentError."""
    return Person.objects.filter(_read(expression, today, DEPTH))


def free_name(name: str, *, campaign_id: int, of: Segment | None = None) -> str:
    """A name that no other segment of the campaign has: this one, with a number behind it if need be."""
    taken = Segment.objects.filter(campaign_id=campaign_id).exclude(pk=of.pk if of and of.pk else 0)
    found, number = name[:110], 2
    while taken.filter(name=found).exists():
        found, number = f"{name[:110]} {number}", number + 1
    return found


def check_expression(expression: Mapping[str, Any]) -> None:
    """Raise SegmentError unless the expression can be read."""
    _read(expression, date(2000, 1, 1), DEPTH)


def _read(expression: Any, today: date, depth: int) -> Q:
    if not isinstance(expression, Mapping) or len(expression) != 1:
        raise SegmentError(_("Each part of a segment is one condition."))
    if depth == 0:
        raise SegmentError(_("This segment is nested too deeply."))
    word, value = next(iter(expression.items()))
    if word in {"all", "any"}:
        if not isinstance(value, list) or not value:
            raise SegmentError(_("“%(word)s” needs at least one condition.") % {"word": word})
        found = Q()
        for part in value:
            q = _read(part, today, depth - 1)
            found = q if not found else (found & q if word == "all" else found | q)
        return found
    if word == "not":
        return ~_read(value, today, depth - 1)
    read = _WORDS.get(word)
    if read is None:
        raise SegmentError(_("“%(word)s” is not a condition we know.") % {"word": word})
    try:
        return read(value, today)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise SegmentError(_("The condition “%(word)s” is not complete.") % {"word": word}) from problem


def _everybody(value: Any, _today: date) -> Q:
    return Q(pk__isnull=not value)


def _has_phone(value: Any, _today: date) -> Q:
    phones = Exists(
        PersonContact.objects.filter(
            person=OuterRef("pk"), contact_point__kind=ContactKind.PHONE, contact_point__retired_at__isnull=True
        )
    )
    return Q(phones) if value else ~Q(phones)


def _in_area(value: Any, _today: date) -> Q:
    areas = RawSQL(AREAS_BELOW, [[int(area) for area in value]])  # noqa: S611 - fixed text, bound parameter
    told = Q(household__isnull=True, constituency__in=areas)
    return Q(household__area__in=areas) | Q(household__constituency__in=[int(area) for area in value]) | told


def _tagged(value: Any, _today: date) -> Q:
    return Q(Exists(PersonTag.objects.filter(person=OuterRef("pk"), tag__name=str(value))))


def _asked(value: Any, _today: date) -> Q:
    return Q(Exists(Answer.objects.filter(person=OuterRef("pk"), question_id=int(value), withdrawn_at__isnull=True)))


def _answered(value: Any, _today: date) -> Q:
    # Twice outer: the newest answer is looked for inside a query over answers, which is inside the one over people.
    given = Answer.objects.filter(
        person=OuterRef(OuterRef("pk")), question_id=int(value["question"]), withdrawn_at__isnull=True
    ).order_by("-answered_at", "-pk")
    field = "options" if "options" in value else "meanings"
    column = {"options": "option_id", "meanings": "meaning"}[field]
    # Where several may be ticked, all that were ticked then.
    newest = Answer.objects.filter(
        person=OuterRef("pk"),
        question_id=int(value["question"]),
        withdrawn_at__isnull=True,
        source_uuid=Subquery(given.values("source_uuid")[:1]),
    )
    return Q(Exists(newest.filter(**{f"{column}__in": list(value[field])})))


def _age(value: Any, today: date) -> Q:
    found = Q(date_of_birth__isnull=False)
    if (youngest := value.get("from")) is not None:
        found &= Q(date_of_birth__lte=_years_before(today, int(youngest)))
    if (oldest := value.get("to")) is not None:
        found &= Q(date_of_birth__gt=_years_before(today, int(oldest) + 1))
    return found


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


_WORDS: Mapping[str, Callable[[Any, date], Q]] = {
    "everybody": _everybody,
    "has_phone": _has_phone,
    "in_area": _in_area,
    "tagged": _tagged,
    "asked": _asked,
    "answered": _answered,
    "age": _age,
}
