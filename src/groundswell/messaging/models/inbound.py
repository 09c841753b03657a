"""What comes back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from groundswell.messaging.enums import CHANNELS, InboundRoute


class Inbound(models.Model):
    """A message that somebody sent to one of our addresses; kept before anything is done about it, once."""

    channel = models.CharField(max_length=16, choices=[(channel, channel.label) for channel in CHANNELS])
    provider = models.CharField(max_length=32)
    provider_id = models.CharField(max_length=200)
    sender = models.ForeignKey("messaging.Sender", on_delete=models.PROTECT, null=True, related_name="inbound")
    our_address = models.CharField(max_length=254)
    # Theirs: a number in E.164, or whatever a network writes. `contact_point` is who of ours has it.
    their_address = models.CharField(max_length=254)
    contact_point = models.ForeignKey(
        "people.ContactPoint", on_delete=models.SET_NULL, null=True, related_name="inbound"
    )
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    # The provider has answered a stop or help itself.
    is_answered = models.BooleanField(default=False, db_default=False)
    # Null: kept, and not yet decided.
    routed_at = models.DateTimeField(null=True, blank=True)
    route = models.CharField(
        max_length=16, choices=InboundRoute.choices, default=InboundRoute.INBOX, db_default=InboundRoute.INBOX
    )
    # What it answers, where one of ours went there before.
    answers = models.ForeignKey("messaging.Delivery", on_delete=models.SET_NULL, null=True, related_name="replies")
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="inbound_once", fields=["provider", "provider_id"]),
            models.CheckConstraint(name="inbound_channel_known", condition=Q(channel__in=CHANNELS)),
            models.CheckConstraint(name="inbound_route_known", condition=Q(route__in=InboundRoute.values)),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                name="inbound_waiting",
                condition=Q(route=InboundRoute.INBOX, handled_at__isnull=True),
            ),
            models.Index(fields=["-handled_at", "-id"], name="inbound_seen_to", condition=Q(handled_at__isnull=False)),
            models.Index(fields=["our_address", "their_address", "received_at"], name="inbound_between"),
        ]

    def __str__(self) -> str:
        return f"{self.get_route_display()}, {self.at:%Y-%m-%d %H:%M}"


class InboundPart(models.Model):
    """A part of a longer text, until the others are there; whatever has come of it after an hour is routed as it is."""

    provider = models.CharField(max_length=32)
    our_address = models.CharField(max_length=254)
    their_address = models.CharField(max_length=254)
    reference = models.PositiveIntegerField()
    total = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="inbound_part_once",
                fields=["provider", "our_address", "their_address", "reference", "total", "number"],
            ),
            models.CheckConstraint(
                name="inbound_part_within", condition=Q(number__gte=1, total__gte=2, number__lte=models.F("total"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.total}"
