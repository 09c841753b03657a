"""Asks, the actions people take on them, and the tracked links that brought them there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from groundswell.campaigns.enums import ActionState, AskKind, ShareChannel
from groundswell.compliance.enums import Channel


class Ask(models.Model):
    """One publishable page that asks one thing of a supporter. What the thing needs besides is an extension's."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="asks")
    kind = models.CharField(max_length=16, choices=AskKind.choices)
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=120)
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="ask_kind_known", condition=Q(kind__in=AskKind.values)),
            models.CheckConstraint(name="ask_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="ask_closed_after_publishing",
                condition=Q(closed_at__isnull=True)
                | Q(published_at__isnull=True)
                | Q(closed_at__gte=F("published_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ShareLink(models.Model):
    """A short address of an ask that says where it was passed on, and by whom if they are signed up."""

    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="links")
    code = models.CharField(max_length=16, unique=True)
    channel = models.CharField(max_length=16, choices=ShareChannel.choices)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            # Two constraints, not one with NULLS NOT DISTINCT: PostgreSQL 14 has no such thing.
            models.UniqueConstraint(
                name="share_link_once", fields=["ask", "channel", "person"], condition=Q(person__isnull=False)
            ),
            models.UniqueConstraint(
                name="share_link_once_of_all",
                fields=["ask", "channel"],
                # Each message has its own, so that what came of it is told apart.
                condition=Q(person__isnull=True) & ~Q(channel=ShareChannel.MESSAGE),
            ),
            models.CheckConstraint(name="share_link_channel_known", condition=Q(channel__in=ShareChannel.values)),
            models.CheckConstraint(name="share_link_has_code", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.code


class Visit(models.Model):
    """A tracked link was opened. No address, no device: it counts, and knows nobody."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="visits")
    at = models.DateTimeField(db_default=Now())
    # By a preview or a mail scanner, as far as it says so; never counted as a person's.
    is_automatic = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["link", "at"], name="visit_link_time")]

    def __str__(self) -> str:
        return f"{self.link} at {self.at:%Y-%m-%d %H:%M}"


class Action(models.Model):
    """A person did what was asked. Append-only: a trigger lets nothing change but the state, and that only forward.

    `dedupe_key` makes it once, however often it is delivered: what it is made of is the ask's own affair.
    """

    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="actions")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="actions")
    state = models.CharField(max_length=16, choices=ActionState.choices, default=ActionState.PENDING)
    dedupe_key = models.CharField(max_length=120)
    # The tracked link that brought them; null: they came by themselves.
    source = models.ForeignKey(ShareLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="actions")
    happened_at = models.DateTimeField()
    state_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="action_once", fields=["ask", "dedupe_key"]),
            models.CheckConstraint(name="action_state_known", condition=Q(state__in=ActionState.values)),
            models.CheckConstraint(name="action_has_key", condition=~Q(dedupe_key="")),
            models.CheckConstraint(name="action_state_after_it", condition=Q(state_at__gte=F("happened_at"))),
        ]
        indexes = [models.Index(fields=["person", "happened_at"], name="action_person_time")]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.happened_at:%Y-%m-%d %H:%M}"


class PendingConsent(models.Model):
    """A box that somebody ticked on a page. It becomes consent (rule M4) when they confirm it from their own address:
    anyone may type anyone's address, and what nobody confirmed is no consent."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="pending_consents")
    contact_point = models.ForeignKey("people.ContactPoint", on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=16, choices=Channel.choices)
    wording = models.TextField()
    wording_version = models.CharField(max_length=32)
    ticked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="pending_consent_once", fields=["action", "channel"]),
            models.CheckConstraint(name="pending_consent_channel_known", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(name="pending_consent_has_wording", condition=~Q(wording="")),
            models.CheckConstraint(
                name="pending_consent_confirmed_after",
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=F("ticked_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}, {self.wording_version}"
