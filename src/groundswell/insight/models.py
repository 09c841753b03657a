"""Totals by area, counted from the ledgers and rebuildable from them: what a map of 650 seats reads in one query."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class CampaignCount(models.Model):
    """When a campaign's areas were counted last, and whether a count is under way."""

    campaign = models.OneToOneField(
        "campaigns.Campaign", on_delete=models.CASCADE, primary_key=True, related_name="area_count"
    )
    counted_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.campaign} at {self.counted_at}"


class KeptCount(models.Model):
    """What the worker counted over whole ledgers for a page: rebuildable, and not waited for. `figures` are as the one who
    counts wants them back."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="kept_counts")
    subject = models.CharField(max_length=80)
    figures = models.JSONField(null=True)
    counted_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="kept_count_once", fields=["campaign", "subject"])]

    def __str__(self) -> str:
        return f"{self.campaign}, {self.subject}"


class IssueTally(models.Model):
    """How many people of an area named an issue, by channel (empty: any): by their newest answer if it is at most `span`
    weeks old (0: of any age), or in one `week`. Issue '' is whoever named one at all. Counted by the worker, rebuildable."""

    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.CASCADE, related_name="issue_tallies", db_index=False
    )
    span = models.PositiveSmallIntegerField(null=True)
    week = models.DateField(null=True)
    issue = models.CharField(max_length=120)
    label = models.CharField(max_length=120)
    channel = models.CharField(max_length=16)
    seat = models.ForeignKey("places.Area", on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    area = models.ForeignKey("places.Area", on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    people = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="issue_tally_span_or_week",
                condition=Q(span__isnull=False, week__isnull=True) | Q(span__isnull=True, week__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "channel", "span"], name="issue_tally_read"),
            models.Index(fields=["seat"], name="issue_tally_seat"),
            models.Index(fields=["area"], name="issue_tally_area"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.people}"


class AreaTally(models.Model):
    """One campaign's work in one area: a seat, or the ward or branch a household lies in.

    `electors` have a telephone number that works; `identified` told a caller how they mean to vote, of whom `ours`,
    `undecided` and `others` (rule E1: for the authorised team). `callers` rang here; `helpers` live here and said they
    would help, or signed up for an evening.
    """

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="area_tallies")
    area = models.ForeignKey("places.Area", on_delete=models.CASCADE, related_name="+")
    electors = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    contacts = models.PositiveIntegerField(default=0)
    identified = models.PositiveIntegerField(default=0)
    ours = models.PositiveIntegerField(default=0)
    undecided = models.PositiveIntegerField(default=0)
    others = models.PositiveIntegerField(default=0)
    callers = models.PositiveIntegerField(default=0)
    helpers = models.PositiveIntegerField(default=0)
    last_call_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="area_tally_once", fields=["campaign", "area"]),
            models.CheckConstraint(name="area_tally_contacts_are_calls", condition=Q(contacts__lte=F("calls"))),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}, {self.area}"
