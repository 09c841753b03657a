"""Calling together: the evening of a phone bank, who is there, and what the host tells them.

A call belongs to a session when its caller was there: it was recorded by one of the session's callers, in one of the
session's phone banks, between its start and its close. What was in hand at the close may be finished: it counts if it is
recorded within twelve hours, for phones without a signal. The ledger of calls knows nothing of sessions.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from groundswell.phonebank.session_rules import FASTEST_REHEARSAL


class Session(models.Model):
    """The calling part of an event of kind phone bank. Before `started_at` its callers are in the lobby."""

    event = models.OneToOneField("events.Event", on_delete=models.CASCADE, related_name="session")
    # Opens the board of numbers on a wall screen, without an account: it shows no voter and nobody's intention.
    board_key = models.CharField(max_length=32, unique=True)
    # Walk-in callers join by this, as by an invitation; revocable by the invitation itself.
    invitation = models.ForeignKey(
        "accounts.Invitation", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    show_leaders = models.BooleanField(_("show who has called most"), default=True)
    started_at = models.DateTimeField(null=True, blank=True)
    # The host's own end, where it differs from the event's.
    extended_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # A rehearsal with invented people is played faster than time goes by, and its numbers are stretched by this. A trigger
    # (sql/install/70_rehearsal.sql) allows more than 1 in a demo campaign only.
    speed = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="session_speed_range", condition=Q(speed__gte=1) & Q(speed__lte=FASTEST_REHEARSAL)
            ),
            models.CheckConstraint(name="session_has_board_key", condition=~Q(board_key="")),
            models.CheckConstraint(
                name="session_closed_after_start",
                condition=Q(closed_at__isnull=True) | Q(started_at__isnull=True) | Q(closed_at__gte=F("started_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"


class SessionBank(models.Model):
    """The phone bank a session rings, and until when: it may move to another seat's list when one runs dry."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="banks")
    phone_bank = models.ForeignKey("phonebank.PhoneBank", on_delete=models.PROTECT, related_name="sessions")
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="session_rings_one_at_a_time", fields=["session"], condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(
                name="session_bank_until_after_since", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phone_bank} in {self.session}"


class SessionCaller(models.Model):
    """Somebody in a session: in the lobby, calling, or gone."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="callers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    joined_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    left_at = models.DateTimeField(null=True, blank=True)
    # Never rang for this organisation before: the team says hello.
    is_first_time = models.BooleanField(default=False)
    practised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="session_caller_once", fields=["session", "user"])]

    def __str__(self) -> str:
        return f"{self.user} in {self.session}"


class SessionMessage(models.Model):
    """What the host tells everybody; shown on the callers' screens until the next one."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="messages")
    text = models.CharField(_("message"), max_length=280)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="session_message_says_something", condition=~Q(text=""))]
        indexes = [models.Index(fields=["session", "-at"], name="session_message_newest")]

    def __str__(self) -> str:
        return self.text
