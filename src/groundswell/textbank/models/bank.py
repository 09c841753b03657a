"""A text bank, whom it texts, and the volunteers who press."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from groundswell.textbank.enums import EntryState, TextBankStatus

MOST_AT_ONCE = 200
MOST_A_DAY = 5_000


class TextBank(models.Model):
    """A list to text, a person at a time by a volunteer's press. Its `message` holds sender, first words and segment.

    All that it says is a delivery of that message: the first text with an empty key, so that nobody gets it twice
    whatever happens; every reply with the key of its press.
    """

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="text_banks")
    name = models.CharField(_("name"), max_length=120)
    message = models.OneToOneField("messaging.Message", on_delete=models.CASCADE, related_name="text_bank")
    # What volunteers note of answers: the questions of calls.
    script = models.ForeignKey("campaigns.Script", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What volunteers may put on people.
    tags = models.ManyToManyField("people.Tag", blank=True, related_name="+")
    status = models.CharField(max_length=12, choices=TextBankStatus.choices, default=TextBankStatus.DRAFT)
    batch_size = models.PositiveSmallIntegerField(_("people in a batch"), default=25)
    # First texts one volunteer may send in a day (rule D12).
    daily_limit = models.PositiveIntegerField(_("first texts for each volunteer a day"), default=500)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Why its list could not be made.
    problem = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="text_bank_name", fields=["campaign", "name"]),
            models.CheckConstraint(name="text_bank_status_known", condition=Q(status__in=TextBankStatus.values)),
            models.CheckConstraint(
                name="text_bank_batch_range", condition=Q(batch_size__gte=1, batch_size__lte=MOST_AT_ONCE)
            ),
            models.CheckConstraint(
                name="text_bank_limit_range", condition=Q(daily_limit__gte=1, daily_limit__lte=MOST_A_DAY)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CannedReply(models.Model):
    """Words a volunteer can take for a reply. `after`: offered first once the person has given this answer."""

    text_bank = models.ForeignKey(TextBank, on_delete=models.CASCADE, related_name="canned_replies")
    title = models.CharField(_("title"), max_length=60)
    body = models.TextField(_("words"), max_length=1600)
    after = models.ForeignKey("campaigns.Option", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(name="canned_reply_title", fields=["text_bank", "title"]),
            models.CheckConstraint(name="canned_reply_says_something", condition=~Q(body="")),
        ]

    def __str__(self) -> str:
        return self.title


class Entry(models.Model):
    """One person on a text bank's list, at one number; each number once. Those left out are there with the reason."""

    campaign_id = models.BigIntegerField()
    text_bank = models.ForeignKey(TextBank, on_delete=models.CASCADE, related_name="entries", db_index=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="text_entries", db_index=False)
    contact_point = models.ForeignKey(
        "people.ContactPoint", on_delete=models.CASCADE, null=True, related_name="text_entries", db_index=False
    )
    bucket = models.ForeignKey("compliance.HoursBucket", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.PositiveSmallIntegerField(choices=EntryState.choices, default=EntryState.READY)
    # Random at first, so that a list is not gone through by street; behind all others when passed over.
    position = models.IntegerField(default=0)
    leased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    leased_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=32, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="text_entry_person_once", fields=["person", "text_bank"]),
            models.UniqueConstraint(
                name="text_entry_number_once",
                fields=["contact_point", "text_bank"],
                condition=Q(contact_point__isnull=False),
            ),
            models.CheckConstraint(name="text_entry_state_known", condition=Q(state__in=EntryState.values)),
            models.CheckConstraint(
                name="text_entry_lease_whole",
                condition=Q(state=EntryState.LEASED, leased_by__isnull=False, leased_until__isnull=False)
                | (~Q(state=EntryState.LEASED) & Q(leased_by__isnull=True, leased_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="text_entry_out_has_reason",
                condition=(Q(state=EntryState.OUT) & ~Q(reason="")) | (~Q(state=EntryState.OUT) & Q(reason="")),
            ),
            models.CheckConstraint(
                name="text_entry_has_number", condition=Q(state=EntryState.OUT) | Q(contact_point__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                fields=["text_bank", "bucket", "position", "id"],
                name="text_entry_ready",
                condition=Q(state=EntryState.READY),
            ),
            models.Index(
                fields=["leased_by", "text_bank", "position", "id"],
                name="text_entry_leased",
                condition=Q(state=EntryState.LEASED),
            ),
            models.Index(fields=["leased_until"], name="text_entry_lapses", condition=Q(state=EntryState.LEASED)),
            models.Index(fields=["text_bank", "state", "reason"], name="text_entry_standing"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.text_bank_id}: {self.get_state_display()}"


class TexterStatus(models.Model):
    """A volunteer in a text bank. Locked while a batch is leased, so that two presses at once get one batch."""

    text_bank = models.ForeignKey(TextBank, on_delete=models.CASCADE, related_name="texter_statuses")
    texter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="texter_statuses", db_index=False
    )
    joined_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    day = models.DateField(null=True)
    texts_today = models.PositiveIntegerField(default=0, db_default=0)
    # Of the batch in hand: how many it was.
    batch = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="texter_status_once", fields=["texter", "text_bank"])]

    def __str__(self) -> str:
        return f"{self.texter} in {self.text_bank}"
