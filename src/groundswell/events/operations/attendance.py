"""Signing up for an event, changing one's mind, and the number one may be reached on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.consent_boxes import Box, remember_boxes
from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import ShareLink
from groundswell.campaigns.operations.asks import take_action, withdraw_action
from groundswell.events.models import Attendance, Event
from groundswell.events.operations.consents import take_back_number
from groundswell.events.operations.places import fill_places, has_room, locked
from groundswell.events.rules import Door, EventRuleError, door, is_zone
from groundswell.events.signals import signed_up, signed_up_again, withdrew
from groundswell.people.addresses import normalise_phone
from groundswell.people.enums import ContactKind
from groundswell.people.models import Person
from groundswell.people.operations.supporters import add_own_number, find_or_make_supporter


class SignUpClosedError(EventRuleError):
    """Nobody can sign up: the event is over, cancelled or not published."""


@transaction.atomic
def sign_up(
    *,
    event: Event,
    name: str,
    email: str,
    now: datetime,
    phone: str = "",
    time_zone: str = "",
    ticked: Iterable[Box] = (),
    source: ShareLink | None = None,
    by: User | None = None,
) -> Attendance:
    """Somebody wants to come: a place, or the waiting list where every place is taken.

    Once for each person and event: who signs up again gets their letter again at most, and what this answers must not be
    shown to whoever typed it, as anyone may type anyone's address. Boxes ticked wait to be confirmed. Raises
    SignUpClosedError, SupporterError, AddressError.
    """
    event = locked(event)
    check_open(event, now=now)
    supporter = find_or_make_supporter(name=name, email=email, phone=phone, by=by)
    person = supporter.person
    action, is_new = take_action(
        ask=event.ask, person=person, dedupe_key=f"person:{person.pk}", now=now, source=_source(event, source), by=by
    )
    if not is_new:
        attendance = Attendance.objects.select_related("event", "email").get(action=action)
        signed_up_again.send(sender=Attendance, attendance=attendance, now=now)
        return attendance
    attendance, _made = Attendance.objects.update_or_create(
        action=action,
        defaults={
            "event": event,
            "person": person,
            "email": supporter.email,
            "phone": supporter.phone,
            "time_zone": time_zone if is_zone(time_zone) else event.time_zone,
            "is_waiting": not has_room(event),
            "signed_up_at": now,
        },
    )
    remember_boxes(action=action, ticked=ticked, email=supporter.email, phone=supporter.phone)
    record(
        "sign_up",
        by=by,
        subject=person,
        campaign_id=event.campaign_id,
        event_id=event.pk,
        waiting=attendance.is_waiting,
    )
    signed_up.send(sender=Attendance, attendance=attendance, now=now)
    return attendance


@transaction.atomic
def withdraw(*, attendance: Attendance, now: datetime, by: User | None = None) -> Attendance:
    """They cannot come after all; whoever waited longest gets the place. Twice is as good as once.

    Raises EventRuleError for somebody who was there.
    """
    event = locked(attendance.event)
    attendance = Attendance.objects.select_related("action", "person").get(pk=attendance.pk)
    if attendance.arrived_at is not None:
        raise EventRuleError(_("You were there already. There is nothing to withdraw from."))
    if attendance.action.state == ActionState.WITHDRAWN:
        return attendance
    attendance.action = withdraw_action(action=attendance.action, by=by, now=now)
    record("withdraw_sign_up", by=by, subject=attendance.person, campaign_id=event.campaign_id, event_id=event.pk)
    withdrew.send(sender=Attendance, attendance=attendance, now=now)
    fill_places(event, by=by, now=now)
    return attendance


@transaction.atomic
def change_own_details(
    *, attendance: Attendance, phone: str, time_zone: str, now: datetime, by: User | None = None
) -> Attendance:
    """Another number for the evening, another zone for the letters. An empty number takes the one given back.

    Whoever takes a number back takes back with it that we may ring them there; as one of the person's addresses it
    stays on record. Raises AddressError for what is no number.
    """
    attendance = (
        Attendance.objects.select_for_update(of=("self",))
        .select_related("event", "person", "phone")
        .get(pk=attendance.pk)
    )
    number = normalise_phone(phone) if phone.strip() else ""
    if attendance.phone is not None and attendance.phone.value != number:
        take_back_number(attendance, by=by)
    attendance.phone = add_own_number(person=attendance.person, number=number, by=by) if number else None
    if is_zone(time_zone):
        attendance.time_zone = time_zone
    attendance.save(update_fields=["phone", "time_zone"])
    record(
        "change_own_details",
        by=by,
        subject=attendance.person,
        campaign_id=attendance.event.campaign_id,
        event_id=attendance.event_id,
        at=now.isoformat(),
    )
    return attendance


def check_open(event: Event, *, now: datetime) -> None:
    """Raise SignUpClosedError where the public page offers no sign-up."""
    said = {
        Door.OVER: _("This event is over. Look whether there is another one."),
        Door.CANCELLED: _("This event is cancelled."),
        Door.NOT_YET: _("This event is not open yet."),
    }
    found = door(status=event.status, ends_at=event.ends_at, capacity=None, taken=0, now=now)
    if found in said:
        raise SignUpClosedError(said[found])


def forget_attendances(person: Person, *, now: datetime) -> int:
    """Part of an erasure: the person's sign-ups go, and whoever waits gets their places. How many there were."""
    gone = list(Attendance.objects.filter(person=person).select_related("event").order_by("event_id"))
    for attendance in gone:
        event = locked(attendance.event)
        attendance.delete()
        fill_places(event, by=None, now=now)
    return len(gone)


def own_number(attendance: Attendance) -> str:
    """The number they gave for the evening, as stored; empty if they gave none."""
    point = attendance.phone
    return point.value if point is not None and point.kind == ContactKind.PHONE else ""


def _source(event: Event, link: ShareLink | None) -> ShareLink | None:
    """The link counts only if it leads to this event."""
    return link if link is not None and link.ask_id == event.ask_id else None
