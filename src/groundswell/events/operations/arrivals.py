"""Who came."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import Invitation, Membership, User
from groundswell.accounts.operations import accept_invitation
from groundswell.accounts.second_factor import is_nothing_but_a_caller
from groundswell.campaigns.enums import ActionState
from groundswell.events.models import Attendance, Event
from groundswell.events.operations.places import fill_places, locked
from groundswell.events.rules import EventRuleError
from groundswell.people.enums import ContactKind


class SignInFirstError(EventRuleError):
    """Their address belongs to an account that asks for more than a letter."""


@transaction.atomic
def mark_arrived(*, attendance: Attendance, by: User | None, now: datetime) -> Attendance:
    """They are here. Who was waiting for a place has one by being let in. Raises EventRuleError for who withdrew."""
    event = locked(attendance.event)
    attendance = Attendance.objects.select_related("action", "person").get(pk=attendance.pk)
    if attendance.action.state != ActionState.CONFIRMED:
        raise EventRuleError(_("They withdrew. Ask them to sign up again."))
    if attendance.arrived_at is None:
        attendance.arrived_at, attendance.is_waiting = now, False
        attendance.save(update_fields=["arrived_at", "is_waiting"])
        record("mark_arrived", by=by, subject=attendance.person, campaign_id=event.campaign_id, event_id=event.pk)
    return attendance


@transaction.atomic
def take_back_arrival(*, attendance: Attendance, by: User | None, now: datetime) -> Attendance:
    """Not here after all: the wrong name was pressed. They keep their place."""
    event = locked(attendance.event)
    attendance = Attendance.objects.select_related("person").get(pk=attendance.pk)
    if attendance.arrived_at is not None:
        attendance.arrived_at = None
        attendance.save(update_fields=["arrived_at"])
        record("take_back_arrival", by=by, subject=attendance.person, campaign_id=event.campaign_id, event_id=event.pk)
        fill_places(event, by=by, now=now)
    return attendance


@transaction.atomic
def arrive_by_account(*, event: Event, by: User, now: datetime) -> Attendance | None:
    """Somebody signed in joins: their own sign-up is marked, if there is one under the email of their account.

    An account's email was proven by a code, so it says who it is. None where they never signed up: a walk-in.
    """
    # Who never signed up, or has arrived, waits for nobody: at the hour thousands come in.
    attendance = _sign_up_of(event, by)
    if attendance is None or (attendance.arrived_at is not None and attendance.user_id is not None):
        return attendance
    event = locked(event)
    attendance = _sign_up_of(event, by)
    if attendance is None:
        return None
    is_news = attendance.arrived_at is None or attendance.user_id is None
    if is_news:
        attendance.user, attendance.is_waiting = by, False
        attendance.arrived_at = attendance.arrived_at or now
        attendance.save(update_fields=["user", "is_waiting", "arrived_at"])
        record("arrive", by=by, subject=attendance.person, campaign_id=event.campaign_id, event_id=event.pk)
    return attendance


@transaction.atomic
def come_in(*, attendance: Attendance, invitation: Invitation, by: User | None, now: datetime) -> Membership:
    """Whoever holds the link in the letters of a sign-up comes in by the event's invitation, and is a member from then on.

    `by` is who is signed in there; without one it is the account of their address, made if there is none, for the letter
    went to nobody else. Raises SignInFirstError, EventRuleError for who has no place, LinkClosedError, TeamError.
    """
    # Invitation, event, sign-up: as a walk-in's press locks them, so that nobody waits for each other.
    Invitation.objects.select_for_update().get(pk=invitation.pk)
    event = locked(attendance.event)
    attendance = Attendance.objects.select_related("action", "person", "email", "user").get(pk=attendance.pk)
    if attendance.action.state != ActionState.CONFIRMED:
        raise EventRuleError(_("You are off the list. Sign up again, and come in then."))
    if attendance.is_waiting:
        raise EventRuleError(_("You are on the waiting list. When a place comes free we write to you at once."))
    address = attendance.email.value
    user = by or attendance.user or User.objects.filter(email=address).first()
    if by is None and user is not None and not is_nothing_but_a_caller(user):
        raise SignInFirstError(_("Your email belongs to an account of ours. Sign in with it, then come in."))
    if user is not None and not Attendance.objects.filter(event=event, user=user).exists():
        attendance.user = user
        attendance.save(update_fields=["user"])
    return accept_invitation(
        by=user,
        token=invitation.token,
        now=now,
        name="" if user else str(attendance.person),
        email=None if user else address,
        is_expected=True,
    )


def _sign_up_of(event: Event, by: User) -> Attendance | None:
    standing = Attendance.objects.filter(event=event).standing().select_related("person")
    attendance = standing.filter(user=by).first()
    if attendance is None and by.email:
        of_theirs = standing.filter(user__isnull=True, email__kind=ContactKind.EMAIL, email__value=by.email)
        attendance = of_theirs.order_by("pk").first()
    return attendance
