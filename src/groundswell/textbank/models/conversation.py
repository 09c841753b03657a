"""What a first text begins: a conversation with one number, whose turn it is, and what was noted of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from groundswell.textbank.enums import ConversationState


class Conversation(models.Model):
    """One text bank's exchange with one number. What was said are deliveries and incoming texts; here stands whose it is.

    Replies come to `texter`; unanswered at `held_until`, to whoever asks for some.
    """

    campaign_id = models.BigIntegerField()
    text_bank = models.ForeignKey("textbank.TextBank", on_delete=models.CASCADE, related_name="conversations")
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="text_conversations")
    contact_point = models.ForeignKey(
        "people.ContactPoint", on_delete=models.SET_NULL, null=True, related_name="text_conversations"
    )
    bucket = models.ForeignKey("compliance.HoursBucket", on_delete=models.PROTECT, related_name="+", db_index=False)
    texter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="text_conversations")
    state = models.CharField(max_length=8, choices=ConversationState.choices, default=ConversationState.QUIET)
    started_at = models.DateTimeField()
    last_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField()
    # When whoever has it last looked at it.
    seen_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="", db_default="")
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    handed_at = models.DateTimeField(null=True)
    handed_note = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="conversation_once", fields=["contact_point", "text_bank"]),
            models.CheckConstraint(name="conversation_state_known", condition=Q(state__in=ConversationState.values)),
            models.CheckConstraint(
                name="conversation_waits_whole",
                condition=Q(
                    state=ConversationState.WAITING,
                    waiting_since__isnull=False,
                    held_until__isnull=False,
                    last_in_at__isnull=False,
                )
                | (~Q(state=ConversationState.WAITING) & Q(waiting_since__isnull=True, held_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="conversation_handed_whole",
                condition=(Q(state=ConversationState.REVIEW, handed_at__isnull=False) & ~Q(handed_note=""))
                | (~Q(state=ConversationState.REVIEW) & Q(handed_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["texter", "state", "waiting_since"], name="conversation_of_texter"),
            models.Index(
                fields=["text_bank", "held_until"],
                name="conversation_waiting",
                condition=Q(state=ConversationState.WAITING),
            ),
            models.Index(fields=["text_bank", "state"], name="conversation_standing"),
        ]

    def __str__(self) -> str:
        return f"{self.text_bank}: {self.get_state_display()}"

    @property
    def is_unread(self) -> bool:
        """Whether something came in since whoever has it last looked."""
        return self.last_in_at is not None and (self.seen_at is None or self.seen_at < self.last_in_at)


class AnswerSheet(models.Model):
    """A line of the ledger: answers noted from a conversation, once for each press. The answers carry its `client_uuid`."""

    client_uuid = models.UUIDField(unique=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="answer_sheets")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.client_uuid)
