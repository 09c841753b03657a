"""A message, its delivery to each address, and what the providers say became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.enums import Channel
from groundswell.messaging.enums import (
    CHANNELS,
    UNREACHED_STATES,
    DeliveryReason,
    DeliveryState,
    MessageKind,
    MessageStatus,
    WinsBy,
)


class Message(models.Model):
    """What is said to many (or, in a flow or text bank, each time to one), by one channel under one name.

    `body` is Markdown for email and plain text for SMS, with `{{ fields }}`. `ask` is what it leads on to: every
    broadcast carries one or says why not. `expires_at`: nothing leaves after it, and providers are told.
    """

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=16, choices=MessageKind.choices, default=MessageKind.BROADCAST)
    channel = models.CharField(max_length=16, choices=[(channel, channel.label) for channel in CHANNELS])
    name = models.CharField(_("name"), max_length=120)
    sender = models.ForeignKey("messaging.Sender", on_delete=models.PROTECT, null=True, related_name="messages")
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    # The other subject of an A/B test, tried with `test_share` per cent of the list before the rest gets the better.
    subject_b = models.CharField(_("other subject"), max_length=200, blank=True)
    test_share = models.PositiveSmallIntegerField(default=0)
    # What decides the test, and how long it waits for that once the last of it has left.
    wins_by = models.CharField(
        max_length=8, choices=WinsBy.choices, default=WinsBy.CLICKS, db_default=WinsBy.CLICKS.value
    )
    test_minutes = models.PositiveSmallIntegerField(default=120, db_default=120)
    body = models.TextField(_("words"))
    segment = models.ForeignKey("people.Segment", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ask = models.ForeignKey("campaigns.Ask", on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    # Why it leads on to nothing, where it does not.
    no_ask_because = models.CharField(max_length=200, blank=True, default="", db_default="")
    # The ask's tracked link of this message alone: what came of it is told by it.
    link = models.OneToOneField(
        "campaigns.ShareLink", on_delete=models.SET_NULL, null=True, blank=True, related_name="message"
    )
    # The same for whoever gets the other subject.
    link_b = models.OneToOneField(
        "campaigns.ShareLink", on_delete=models.SET_NULL, null=True, blank=True, related_name="message_b"
    )
    status = models.CharField(max_length=16, choices=MessageStatus.choices, default=MessageStatus.DRAFT)
    starts_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # In waves: this many at a time, `wave_minutes` apart; 0: all at once.
    wave_size = models.PositiveIntegerField(default=0)
    wave_minutes = models.PositiveSmallIntegerField(default=0)
    # Of a test: which subject the rest gets, and since when it may go.
    winner = models.PositiveSmallIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    # Of which press of the form: pressed twice, it is one message.
    press = models.UUIDField(unique=True, null=True, editable=False)
    # Who asked for it to be sent, and who else agreed (two people above a size).
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    prepared_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # When some of it last left: who has waited longest comes next (fair shares).
    served_at = models.DateTimeField(null=True, blank=True)
    # Why it does not go on by itself.
    problem = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="message_kind_known", condition=Q(kind__in=MessageKind.values)),
            models.CheckConstraint(name="message_channel_known", condition=Q(channel__in=CHANNELS)),
            models.CheckConstraint(name="message_status_known", condition=Q(status__in=MessageStatus.values)),
            models.CheckConstraint(name="message_test_share", condition=Q(test_share__lte=50)),
            models.CheckConstraint(
                name="message_test_has_two_subjects", condition=Q(test_share=0) | ~Q(subject_b="") & ~Q(subject="")
            ),
            models.CheckConstraint(name="message_wins_by_known", condition=Q(wins_by__in=WinsBy.values)),
            models.CheckConstraint(
                name="message_leaves_with_sender",
                condition=Q(status__in=[MessageStatus.DRAFT, MessageStatus.CANCELLED]) | Q(sender__isnull=False),
            ),
            models.CheckConstraint(
                name="message_email_has_subject",
                condition=~Q(channel=Channel.EMAIL) | Q(status=MessageStatus.DRAFT) | ~Q(subject=""),
            ),
            models.CheckConstraint(
                name="message_approved_by_another",
                condition=Q(approved_by__isnull=True)
                | Q(submitted_by__isnull=True)
                | ~Q(approved_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="message_winner",
                condition=Q(winner__isnull=True, decided_at__isnull=True)
                | Q(winner__in=[0, 1], decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="message_expires_after_start",
                condition=Q(expires_at__isnull=True) | Q(starts_at__isnull=True) | Q(expires_at__gt=F("starts_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "-created_at"], name="message_of_campaign"),
            models.Index(fields=["id"], name="message_active", condition=Q(status=MessageStatus.SENDING)),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one address: written down and committed first, sent after, once (fixed point 4).

    One to each person and one to each address, whoever shares it; who got none for that is listed without an address.
    `key` tells the several things one flow or conversation says to the same address apart (the step, the press); a
    broadcast's is empty, so the database itself refuses a second one. `bucket` are the hours it may go in (rule M9).
    """

    # The keys are held by triggers, once a statement (sql/install/10_references.sql): checked row by row, as a foreign
    # key is, they would take longer than all else that preparing a million deliveries needs.
    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="deliveries", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(
        "people.Person",
        on_delete=models.SET_NULL,
        null=True,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    contact_point = models.ForeignKey(
        "people.ContactPoint",
        on_delete=models.SET_NULL,
        null=True,
        related_name="deliveries",
        db_index=False,
        db_constraint=False,
    )
    key = models.CharField(max_length=80, blank=True, default="", db_default="")
    bucket = models.ForeignKey(
        "compliance.HoursBucket", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    # Which subject of a test (0: the first), and which wave; of letters, how long they can wait (`letters.Urgency`).
    variant = models.PositiveSmallIntegerField(default=0, db_default=0)
    wave = models.PositiveIntegerField(default=0, db_default=0)
    state = models.CharField(
        max_length=16, choices=DeliveryState.choices, default=DeliveryState.PENDING, db_default=DeliveryState.PENDING
    )
    reason = models.CharField(max_length=16, choices=DeliveryReason.choices, blank=True, default="", db_default="")
    # Of a held one: when it may go.
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Its own words, where they are not the message's.
    body = models.TextField(blank=True, default="", db_default="")
    segments = models.PositiveSmallIntegerField(default=0, db_default=0)
    provider_id = models.CharField(max_length=128, blank=True, default="", db_default="")
    # The provider's own words, where it said any.
    problem = models.CharField(max_length=300, blank=True, default="", db_default="")
    pressed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="delivery_once", fields=["contact_point", "message", "key"]),
            models.UniqueConstraint(name="delivery_once_a_person", fields=["person", "message", "key"]),
            models.CheckConstraint(name="delivery_state_known", condition=Q(state__in=DeliveryState.values)),
            models.CheckConstraint(
                name="delivery_reason_known", condition=Q(reason="") | Q(reason__in=DeliveryReason.values)
            ),
            models.CheckConstraint(
                name="delivery_unreached_says_why",
                condition=Q(state__in=UNREACHED_STATES) & ~Q(reason="") | ~Q(state__in=UNREACHED_STATES) & Q(reason=""),
            ),
            models.CheckConstraint(
                name="delivery_leased_until",
                condition=Q(state=DeliveryState.LEASED, leased_until__isnull=False)
                | (~Q(state=DeliveryState.LEASED) & Q(leased_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="delivery_held_until", condition=~Q(state=DeliveryState.HELD) | Q(due_at__isnull=False)
            ),
            models.CheckConstraint(
                name="delivery_sent_has_time",
                condition=~Q(state__in=[DeliveryState.SENT, DeliveryState.DELIVERED]) | Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            # The lease, a peek in each bucket that is open now; and how many stand where.
            models.Index(fields=["message", "state", "bucket", "wave", "id"], name="delivery_standing"),
            models.Index(fields=["due_at"], name="delivery_held", condition=Q(state=DeliveryState.HELD)),
            models.Index(fields=["leased_until"], name="delivery_leased", condition=Q(state=DeliveryState.LEASED)),
            models.Index(fields=["provider_id"], name="delivery_provider_id", condition=~Q(provider_id="")),
            models.Index(fields=["pressed_by"], name="delivery_pressed_by", condition=Q(pressed_by__isnull=False)),
            # Who did not get it, and why; few of many.
            models.Index(
                fields=["message", "reason", "id"], name="delivery_unreached", condition=Q(state__in=UNREACHED_STATES)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message}: {self.get_state_display()}"


class Receipt(models.Model):
    """What a provider said became of a message, as it said it; once, however often it says so."""

    provider = models.CharField(max_length=32)
    event_id = models.CharField(max_length=200)
    provider_id = models.CharField(max_length=128)
    state = models.CharField(max_length=16, choices=DeliveryState.choices)
    reason = models.CharField(max_length=16, choices=DeliveryReason.choices, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    # Null: it came before we had written down that the message left.
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, null=True, related_name="receipts")
    # Of one without a delivery: between whom it went ("ours>theirs"), where that is all there is to find it by.
    between = models.CharField(max_length=64, blank=True, default="", db_default="")
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="receipt_once", fields=["provider", "event_id"]),
            models.CheckConstraint(name="receipt_state_known", condition=Q(state__in=DeliveryState.values)),
        ]
        indexes = [
            models.Index(
                fields=["provider", "provider_id"], name="receipt_unmatched", condition=Q(delivery__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.get_state_display()}"
