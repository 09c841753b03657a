"""A timed thing people do together, who signed up for it, and the letters they get about it."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from groundswell.campaigns.enums import ActionState
from groundswell.events.enums import EventKind, EventStatus, NoticeKind, NoticeReason, NoticeState, Venue

UNSENT_STATES = [NoticeState.DROPPED, NoticeState.FAILED, NoticeState.UNKNOWN]


class EventSeries(models.Model):
    """Events that belong together: the same evening each week, by the clock on the wall of `time_zone`."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="event_series")
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="event_series_name", fields=["campaign", "name"])]

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """One evening. Its public page, sign-ups and tracked links are those of its ask (kind: come along)."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="events")
    series = models.ForeignKey(EventSeries, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    ask = models.OneToOneField("campaigns.Ask", on_delete=models.PROTECT, related_name="event")
    kind = models.CharField(_("kind"), max_length=16, choices=EventKind.choices, default=EventKind.PHONE_BANK)
    title = models.CharField(_("title"), max_length=120)
    about = models.TextField(_("about"), blank=True, help_text=_("Markdown. What happens, and what to bring."))
    venue = models.CharField(_("where"), max_length=8, choices=Venue.choices, default=Venue.ONLINE)
    place = models.CharField(_("address"), max_length=300, blank=True)
    # The seat that is rung, and who stands there for us.
    area = models.ForeignKey("places.Area", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    candidate = models.ForeignKey(
        "campaigns.Candidate", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/London")
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    target = models.PositiveIntegerField(_("target in calls"), null=True, blank=True)
    hashtag = models.CharField(_("hashtag"), max_length=50, blank=True)
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True)
    status = models.CharField(max_length=12, choices=EventStatus.choices, default=EventStatus.DRAFT)
    # Rises whenever time or place change, so that calendars take the newer one (RFC 5545, SEQUENCE).
    sequence = models.PositiveIntegerField(default=0)
    cancelled_reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="event_kind_known", condition=Q(kind__in=EventKind.values)),
            models.CheckConstraint(name="event_status_known", condition=Q(status__in=EventStatus.values)),
            models.CheckConstraint(name="event_venue_known", condition=Q(venue__in=Venue.values)),
            models.CheckConstraint(name="event_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="event_room_has_place", condition=Q(venue=Venue.ONLINE) | ~Q(place="")),
            models.CheckConstraint(
                name="event_capacity_range", condition=Q(capacity__isnull=True) | Q(capacity__gte=1)
            ),
            models.CheckConstraint(name="event_target_range", condition=Q(target__isnull=True) | Q(target__gte=1)),
            models.CheckConstraint(name="event_has_title", condition=~Q(title="") & ~Q(time_zone="")),
        ]
        indexes = [models.Index(fields=["campaign", "starts_at"], name="event_campaign_time")]

    def __str__(self) -> str:
        return self.title


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    """Sign-ups by what they stand for now."""

    def standing(self) -> Self:
        """Neither withdrawn nor rejected."""
        return self.filter(action__state=ActionState.CONFIRMED)

    def coming(self) -> Self:
        """With a place."""
        return self.standing().filter(is_waiting=False)

    def waiting(self) -> Self:
        """On the list for when a place comes free."""
        return self.standing().filter(is_waiting=True)


class Attendance(models.Model):
    """Somebody signed up for an event: what the action needs besides. One for each person and event."""

    action = models.OneToOneField("campaigns.Action", on_delete=models.CASCADE, related_name="attendance")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="attendances")
    # Where letters about this event go; these are part of what was signed up for, and no marketing.
    email = models.ForeignKey("people.ContactPoint", on_delete=models.CASCADE, related_name="+")
    # Given for the evening, if at all.
    phone = models.ForeignKey("people.ContactPoint", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # The account under which they came, once they did.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="attendances")
    time_zone = models.CharField(max_length=64, default="Europe/London")
    # Every place was taken: on the list for when one comes free.
    is_waiting = models.BooleanField(default=False)
    arrived_at = models.DateTimeField(null=True, blank=True)
    signed_up_at = models.DateTimeField(db_default=Now())

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="attendance_once", fields=["event", "person"]),
            models.UniqueConstraint(
                name="attendance_account_once", fields=["event", "user"], condition=Q(user__isnull=False)
            ),
            models.CheckConstraint(
                name="attendance_arrived_has_place", condition=Q(arrived_at__isnull=True) | Q(is_waiting=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} at {self.event}"


class Notice(models.Model):
    """One letter to one person about one event: written down first, sent after; once for a `sequence`, or if asked for."""

    attendance = models.ForeignKey(Attendance, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=NoticeKind.choices)
    sequence = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=NoticeState.choices, default=NoticeState.WAITING)
    # In the outbox, since it was due. What becomes of it there is told here by a trigger (sql/install/10_notices.sql).
    delivery = models.OneToOneField(
        "messaging.Delivery", on_delete=models.SET_NULL, null=True, related_name="notice", editable=False
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # How often it was given to the outbox.
    attempts = models.PositiveSmallIntegerField(default=0)
    # How often it was asked for once more: by whoever lost it, or by coming back after withdrawing.
    again = models.PositiveSmallIntegerField(default=0, db_default=0)
    reason = models.CharField(max_length=16, choices=NoticeReason.choices, blank=True)
    # The mail server's own words, where it said any.
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="notice_once", fields=["attendance", "kind", "sequence"]),
            models.CheckConstraint(name="notice_kind_known", condition=Q(kind__in=NoticeKind.values)),
            models.CheckConstraint(name="notice_state_known", condition=Q(state__in=NoticeState.values)),
            models.CheckConstraint(
                name="notice_sent_has_time", condition=~Q(state=NoticeState.SENT) | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="notice_reason_known", condition=Q(reason="") | Q(reason__in=NoticeReason.values)
            ),
            models.CheckConstraint(
                # What did not go out says why; what did, or still may, needs no excuse.
                name="notice_unsent_says_why",
                condition=Q(state__in=UNSENT_STATES) & ~Q(reason="") | ~Q(state__in=UNSENT_STATES) & Q(reason=""),
            ),
            models.CheckConstraint(
                name="notice_sending_is_leased",
                condition=Q(state=NoticeState.SENDING, leased_until__isnull=False)
                | (~Q(state=NoticeState.SENDING) & Q(leased_until__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="notice_due", condition=Q(state=NoticeState.WAITING))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"
