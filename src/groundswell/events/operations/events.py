"""Setting up an event, opening it to the public, moving it, calling it off."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.models import Campaign, Candidate
from groundswell.campaigns.operations.asks import close_ask, create_ask, publish_ask, rename_ask
from groundswell.events.enums import EventKind, EventStatus, Venue
from groundswell.events.extensions import extension_of
from groundswell.events.models import Event, EventSeries
from groundswell.events.operations.places import fill_places, locked
from groundswell.events.rules import EventRuleError, Window, check_window
from groundswell.events.signals import event_cancelled, event_moved, event_published
from groundswell.places.models import Area


@dataclass(frozen=True, kw_only=True)
class EventDetails:
    """What an organiser says of an event; the columns of the same names."""

    title: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str = "Europe/London"
    kind: str = EventKind.PHONE_BANK
    about: str = ""
    venue: str = Venue.ONLINE
    place: str = ""
    area: Area | None = None
    candidate: Candidate | None = None
    host: User | None = None
    target: int | None = None
    hashtag: str = ""
    capacity: int | None = None

    @property
    def window(self) -> Window:
        """From when to when, by which clock."""
        return Window(self.starts_at, self.ends_at, self.time_zone)


# What calendars and letters must hear of when it changes.
WHEN = ("starts_at", "ends_at", "time_zone")
WHERE = ("venue", "place")


@transaction.atomic
def create_event(
    *, campaign: Campaign, details: EventDetails, by: User | None, now: datetime, series: EventSeries | None = None
) -> Event:
    """A draft, which organisers see and nobody else. Raises EventRuleError for what cannot be."""
    details = _checked(details, campaign)
    check_window(details.window, now=now)
    day = details.starts_at.astimezone(ZoneInfo(details.time_zone)).date()
    ask = create_ask(
        campaign=campaign, kind=AskKind.ATTEND, title=details.title, by=by, address=f"{details.title} {day.isoformat()}"
    )
    event = Event.objects.create(campaign=campaign, series=series, ask=ask, created_by=by, **_columns(details))
    record(
        "create_event",
        by=by,
        action=AuditAction.CREATE,
        subject=event,
        campaign_id=campaign.pk,
        starts_at=event.starts_at.isoformat(),
    )
    return event


@transaction.atomic
def change_event(*, event: Event, details: EventDetails, by: User | None, now: datetime) -> Event:
    """Change what an event is. Once it is published, another time or place raises `sequence` and is told to everybody.

    More places go to those who wait. Fewer take none away from anybody. Raises EventRuleError for what cannot be.
    """
    event = locked(event)
    details = _checked(details, event.campaign)
    if event.status == EventStatus.CANCELLED:
        raise EventRuleError(_("This event is cancelled. Make a new one."))
    if details.kind != event.kind:
        raise EventRuleError(_("What kind of event it is cannot be changed. Make a new one."))
    new = _columns(details)
    changed = sorted(name for name, value in new.items() if getattr(event, name) != value)
    if {*WHEN} & {*changed}:
        _check_can_move(event, details.window, now)
    for name in changed:
        setattr(event, name, new[name])
    is_moved = event.status == EventStatus.PUBLISHED and bool({*WHEN, *WHERE} & {*changed})
    event.sequence += is_moved
    event.save()
    if "title" in changed:
        rename_ask(ask=event.ask, title=event.title, by=by)
    record("change_event", by=by, subject=event, campaign_id=event.campaign_id, changed=changed)
    if is_moved:
        event_moved.send(sender=Event, event=event, now=now)
    fill_places(event, by=by, now=now)
    return event


@transaction.atomic
def move_event(*, event: Event, window: Window, by: User | None, now: datetime) -> Event:
    """The same event at another time; everybody who signed up is told. Raises EventRuleError for a time that cannot be."""
    event = locked(event)
    if event.status == EventStatus.CANCELLED:
        raise EventRuleError(_("This event is cancelled. Make a new one."))
    was = {name: getattr(event, name) for name in WHEN}
    if was == {name: getattr(window, name) for name in WHEN}:
        return event
    _check_can_move(event, window, now)
    event.starts_at, event.ends_at, event.time_zone = window.starts_at, window.ends_at, window.time_zone
    event.sequence += event.status == EventStatus.PUBLISHED
    event.save(update_fields=[*WHEN, "sequence"])
    record(
        "move_event",
        by=by,
        subject=event,
        campaign_id=event.campaign_id,
        was=was["starts_at"].isoformat(),
        now=event.starts_at.isoformat(),
    )
    if event.status == EventStatus.PUBLISHED:
        event_moved.send(sender=Event, event=event, now=now)
    return event


@transaction.atomic
def publish_event(*, event: Event, by: User | None, now: datetime) -> Event:
    """Open its page to everybody. Raises EventRuleError while something is missing, or its time has gone by."""
    event = locked(event)
    if event.status == EventStatus.PUBLISHED:
        return event
    if event.status == EventStatus.CANCELLED:
        raise EventRuleError(_("This event is cancelled. Make a new one."))
    check_window(Window(event.starts_at, event.ends_at, event.time_zone), now=now)
    extension = extension_of(event.kind)
    if extension is not None and (missing := extension.missing(event)):
        raise EventRuleError(missing)
    event.ask = publish_ask(ask=event.ask, by=by, now=now)
    event.status = EventStatus.PUBLISHED
    event.save(update_fields=["status"])
    record("publish_event", by=by, subject=event, campaign_id=event.campaign_id)
    event_published.send(sender=Event, event=event, now=now)
    return event


@transaction.atomic
def cancel_event(*, event: Event, reason: str, by: User | None, now: datetime) -> Event:
    """Call a published event off; everybody who signed up is told why. Its page stays and says so.

    Raises EventRuleError without a reason, for a draft, and once it is over.
    """
    event = locked(event)
    reason = reason.strip()
    if event.status == EventStatus.CANCELLED:
        return event
    if event.status == EventStatus.DRAFT:
        raise EventRuleError(_("Nobody knows of a draft yet. Discard it instead."))
    if now >= event.ends_at:
        raise EventRuleError(_("It is over; it cannot be called off any more."))
    _check_not_begun(event)
    if not reason:
        raise EventRuleError(_("Say why, in a sentence: it is what people read in their letter."))
    event.status, event.cancelled_reason = EventStatus.CANCELLED, reason[:300]
    event.sequence += 1
    event.save(update_fields=["status", "cancelled_reason", "sequence"])
    event.ask = close_ask(ask=event.ask, by=by, now=now)
    record("cancel_event", by=by, subject=event, campaign_id=event.campaign_id, reason=event.cancelled_reason)
    event_cancelled.send(sender=Event, event=event, now=now)
    return event


@transaction.atomic
def discard_draft(*, event: Event, by: User | None) -> None:
    """A draft that is not wanted goes without a trace but for the audit log. Raises EventRuleError once published."""
    event = locked(event)
    if event.status != EventStatus.DRAFT:
        raise EventRuleError(_("It is published: cancel it instead, so that people hear of it."))
    record(
        "discard_draft",
        by=by,
        action=AuditAction.DELETE,
        subject=event,
        campaign_id=event.campaign_id,
        title=event.title,
    )
    ask = event.ask
    event.delete()
    ask.delete()


def details_of(event: Event) -> EventDetails:
    """The event as an organiser said it."""
    return EventDetails(**{field.name: getattr(event, field.name) for field in fields(EventDetails)})


def _columns(details: EventDetails) -> dict[str, object]:
    return {field.name: getattr(details, field.name) for field in fields(EventDetails)}


def _checked(details: EventDetails, campaign: Campaign) -> EventDetails:
    """The details without stray spaces. Raises EventRuleError for what contradicts itself."""
    title, place = details.title.strip(), details.place.strip()
    if not title:
        raise EventRuleError(_("Give it a title: it is what people see first."))
    if details.venue != Venue.ONLINE and not place:
        raise EventRuleError(_("Say where the room is, so that people find it."))
    if details.area is not None and not campaign.areas.filter(pk=details.area.pk).exists():
        raise EventRuleError(_("%(seat)s is not a seat of this campaign.") % {"seat": details.area})
    candidate = details.candidate
    if candidate is not None and (candidate.campaign_id != campaign.pk or candidate.area_id != _pk(details.area)):
        raise EventRuleError(_("%(name)s does not stand in that seat.") % {"name": candidate.name})
    columns = _columns(details) | {
        "title": title,
        "place": place,
        "about": details.about.replace("\x00", "").strip(),
        "hashtag": details.hashtag.strip().lstrip("#"),
    }
    return EventDetails(**columns)  # type: ignore[arg-type]


def _check_can_move(event: Event, window: Window, now: datetime) -> None:
    if event.status == EventStatus.PUBLISHED and now >= event.ends_at:
        raise EventRuleError(_("It is over. Repeat it in another week instead."))
    _check_not_begun(event)
    check_window(window, now=now)


def _check_not_begun(event: Event) -> None:
    extension = extension_of(event.kind)
    if extension is not None and (why := extension.has_begun(event)):
        raise EventRuleError(why)


def _pk(area: Area | None) -> int | None:
    return None if area is None else area.pk
