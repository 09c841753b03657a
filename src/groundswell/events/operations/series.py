"""The same evening, week after week, each in its own seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.models import Candidate
from groundswell.events.enums import EventStatus
from groundswell.events.extensions import extension_of
from groundswell.events.models import Event, EventSeries
from groundswell.events.operations.events import EventDetails, create_event, details_of
from groundswell.events.operations.places import locked
from groundswell.events.rules import EventRuleError, Window, check_weeks, on_day
from groundswell.places.models import Area


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a series: which day, and which seat is rung."""

    day: date
    area: Area | None


@transaction.atomic
def repeat_weekly(*, event: Event, weeks: Sequence[Week], by: User | None, now: datetime) -> list[Event]:
    """The event again on each of these days, as drafts: the same hours by the clock on the wall, also after a clock change.

    Another seat brings its own candidate, and its name into the title where the old one was. Raises EventRuleError for
    a day the series has already, and for whatever makes one of them impossible; then none is made.
    """
    source = locked(event)
    check_weeks(week.day for week in weeks)
    series = source.series or EventSeries.objects.get_or_create(campaign=source.campaign, name=source.title)[0]
    if source.series_id is None:
        source.series = series
        source.save(update_fields=["series"])
    taken = _days(series)
    made = []
    for week in sorted(weeks, key=lambda week: week.day):
        if week.day in taken:
            raise EventRuleError(
                _("There is an event of “%(series)s” on %(day)s already.")
                % {"series": series, "day": f"{week.day:%d.%m.%Y}"}
            )
        copy = create_event(campaign=source.campaign, details=_details(source, week), by=by, now=now, series=series)
        extension = extension_of(copy.kind)
        if extension is not None and by is not None:
            extension.copy(source=source, copy=copy, by=by)
        made.append(copy)
    record(
        "repeat_weekly",
        by=by,
        action=AuditAction.CREATE,
        subject=source,
        campaign_id=source.campaign_id,
        days=[week.day.isoformat() for week in weeks],
    )
    return made


def _days(series: EventSeries) -> set[date]:
    standing = series.events.exclude(status=EventStatus.CANCELLED)
    return {event.starts_at.astimezone(ZoneInfo(event.time_zone)).date() for event in standing}


def _details(source: Event, week: Week) -> EventDetails:
    window = on_day(Window(source.starts_at, source.ends_at, source.time_zone), week.day)
    details = replace(details_of(source), starts_at=window.starts_at, ends_at=window.ends_at)
    if week.area == source.area:
        return details
    title = details.title
    if source.area is not None and week.area is not None:
        title = title.replace(source.area.name, week.area.name)
    candidate = Candidate.objects.filter(campaign=source.campaign, area=week.area).order_by("pk").first()
    return replace(details, area=week.area, candidate=candidate, title=title)
