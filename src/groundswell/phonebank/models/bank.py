"""Calling: phone bank, its queue of households, the holds that keep two banks apart, and the ledger of calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from groundswell.phonebank.enums import (
    HoldKind,
    OutcomeEffect,
    OutcomeNext,
    PhoneBankStatus,
    PriorityOrder,
    QueueState,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundswell.accounts.models import Membership


class Outcome(models.Model):
    """How a call ended, and its effect. Seeded with the usual sixteen; the organisation may relabel, add, retire."""

    code = models.SlugField(max_length=32, unique=True)
    label = models.CharField(_("label"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    effect = models.CharField(max_length=24, choices=OutcomeEffect.choices, default=OutcomeEffect.NONE)
    next = models.CharField(max_length=16, choices=OutcomeNext.choices)
    retry_after_minutes = models.PositiveIntegerField(null=True, blank=True)
    is_dial = models.BooleanField(default=True)
    is_contact = models.BooleanField(default=False)
    takes_answers = models.BooleanField(default=False)
    icon = models.CharField(max_length=40, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(name="outcome_effect_known", condition=Q(effect__in=OutcomeEffect.values)),
            models.CheckConstraint(name="outcome_next_known", condition=Q(next__in=OutcomeNext.values)),
            models.CheckConstraint(
                name="outcome_retry_has_wait",
                condition=~Q(next=OutcomeNext.RETRY) | Q(retry_after_minutes__gt=0),
            ),
            models.CheckConstraint(name="outcome_contact_is_dial", condition=Q(is_contact=False) | Q(is_dial=True)),
        ]

    def __str__(self) -> str:
        return self.label


class PhoneBankQuerySet(models.QuerySet["PhoneBank"]):
    """Phone banks by who may work with them."""

    def for_member(self, membership: Membership) -> Self:
        """All, for a member who is limited to no areas; else those that ring nowhere but in the member's areas.

        The same rule as `phonebank_may_call` (sql/install/20_who_may_be_called.sql).
        """
        if not membership.is_limited():
            return self
        rung = PhoneBank.areas.through._default_manager.filter(phonebank_id=OuterRef("pk"))
        theirs = RawSQL("SELECT accounts_areas_of(%s)", [membership.pk])
        return self.filter(Exists(rung), ~Exists(rung.exclude(area_id__in=theirs)))

    def of_memberships(self, memberships: Iterable[Membership]) -> Self:
        """Those of the campaigns and areas of any of these memberships."""
        found = self.none()
        for membership in memberships:
            theirs = self.for_member(membership)
            found |= theirs if membership.campaign_id is None else theirs.filter(campaign=membership.campaign_id)
        return found


class PhoneBank(models.Model):
    """A list to ring: who, what to say, when, how often, in which order."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.CASCADE, related_name="phone_banks")
    name = models.CharField(_("name"), max_length=120)
    script = models.ForeignKey("campaigns.Script", on_delete=models.PROTECT, related_name="+")
    areas = models.ManyToManyField("places.Area", blank=True, related_name="+")
    segment = models.ForeignKey("people.Segment", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=8, choices=PhoneBankStatus.choices, default=PhoneBankStatus.DRAFT)
    # {"mon": ["09:00", "21:00"], ...}: inside the jurisdiction's hours, never wider. Empty: those of the jurisdiction.
    hours = models.JSONField(default=dict, blank=True)
    attempt_cap = models.PositiveSmallIntegerField(_("attempts for each number"), default=3)
    cooldown_minutes = models.PositiveIntegerField(_("minutes between attempts"), default=24 * 60)
    priority_order = models.CharField(max_length=16, choices=PriorityOrder.choices, default=PriorityOrder.RANDOM)
    electoral_purpose = models.BooleanField(_("for an election"), default=True)
    # Once one person of a household is done, ring again another day for the others?
    ask_everyone = models.BooleanField(_("ask everyone in a household"), default=True)
    # Households one volunteer may see in a day (rule D12).
    daily_limit = models.PositiveIntegerField(_("households for each caller a day"), default=150)
    # Rises with every change of hours, status or limits: a process whose cached copy is older is told so by the claim.
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PhoneBankQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="phone_bank_name", fields=["campaign", "name"]),
            models.CheckConstraint(name="phone_bank_status_known", condition=Q(status__in=PhoneBankStatus.values)),
            models.CheckConstraint(name="phone_bank_cap_range", condition=Q(attempt_cap__gte=1, attempt_cap__lte=10)),
            models.CheckConstraint(name="phone_bank_limit_range", condition=Q(daily_limit__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class QueueEntry(models.Model):
    """One household in one phone bank's queue. Claimed and returned only by sql/ (see `operations`).

    `campaign_id` is carried by every row that is queued or counted, so that the tables can be spread by it; a phone
    bank belongs to one campaign, so indexes that lead with the phone bank need not repeat it.
    `position` is random at first, and rises by `rules.PASS` with every attempt or skip: fresh households come first
    within a priority, then those tried once.
    """

    campaign_id = models.BigIntegerField()
    phone_bank = models.ForeignKey(PhoneBank, on_delete=models.CASCADE, related_name="queue", db_index=False)
    household = models.ForeignKey(
        "people.Household", on_delete=models.CASCADE, null=True, related_name="queue_entries", db_index=False
    )
    # A person without an address is a household of one.
    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, null=True, related_name="queue_entries", db_index=False
    )
    bucket = models.ForeignKey("compliance.HoursBucket", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.PositiveSmallIntegerField(choices=QueueState.choices, default=QueueState.READY)
    priority = models.SmallIntegerField(default=0)
    position = models.IntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    # An agreed call-back; for one caller, or for anyone.
    is_call_back = models.BooleanField(default=False)
    call_back_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # Something was learnt about these people since they were queued: the claim has the segment asked again first.
    recheck = models.BooleanField(default=False)
    leased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    leased_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    lease_key = models.UUIDField(null=True)
    done_reason = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="queue_household_once",
                fields=["household", "phone_bank"],
                condition=Q(household__isnull=False),
            ),
            models.UniqueConstraint(
                name="queue_person_once", fields=["person", "phone_bank"], condition=Q(person__isnull=False)
            ),
            models.CheckConstraint(
                name="queue_household_or_person",
                condition=Q(household__isnull=True, person__isnull=False)
                | Q(household__isnull=False, person__isnull=True),
            ),
            models.CheckConstraint(name="queue_state_known", condition=Q(state__in=QueueState.values)),
            models.CheckConstraint(
                name="queue_lease_whole",
                condition=Q(
                    state=QueueState.LEASED,
                    leased_by__isnull=False,
                    leased_at__isnull=False,
                    leased_until__isnull=False,
                    lease_key__isnull=False,
                )
                | (
                    ~Q(state=QueueState.LEASED)
                    & Q(
                        leased_by__isnull=True,
                        leased_at__isnull=True,
                        leased_until__isnull=True,
                        lease_key__isnull=True,
                    )
                ),
            ),
            models.CheckConstraint(
                name="queue_waiting_is_due", condition=~Q(state=QueueState.WAITING) | Q(due_at__isnull=False)
            ),
            models.CheckConstraint(
                name="queue_done_has_reason", condition=~Q(state=QueueState.DONE) | ~Q(done_reason="")
            ),
            # One household at a time in one caller's hands, whatever the race.
            models.UniqueConstraint(
                name="queue_one_lease_per_caller", fields=["leased_by"], condition=Q(state=QueueState.LEASED)
            ),
        ]
        indexes = [
            models.Index(
                name="queue_ready",
                fields=["phone_bank", "bucket", "priority", "position", "id"],
                condition=Q(state=QueueState.READY),
            ),
            models.Index(
                name="queue_waiting",
                fields=["phone_bank", "bucket", "due_at", "id"],
                condition=Q(state=QueueState.WAITING),
            ),
            models.Index(
                name="queue_call_backs",
                fields=["phone_bank", "due_at", "id"],
                condition=Q(state=QueueState.WAITING, is_call_back=True),
            ),
            models.Index(name="queue_leases", fields=["leased_until"], condition=Q(state=QueueState.LEASED)),
        ]

    def __str__(self) -> str:
        return f"household {self.household_id} in bank {self.phone_bank_id}"


class Hold(models.Model):
    """A household, person or number in somebody's hands, whichever phone bank it came from: the lock two banks share."""

    pk = models.CompositePrimaryKey("subject_kind", "subject_id")
    subject_kind = models.PositiveSmallIntegerField(choices=HoldKind.choices)
    subject_id = models.BigIntegerField()
    entry = models.ForeignKey(QueueEntry, on_delete=models.CASCADE, related_name="holds")

    class Meta:
        constraints = [models.CheckConstraint(name="hold_kind_known", condition=Q(subject_kind__in=HoldKind.values))]

    def __str__(self) -> str:
        return f"{self.get_subject_kind_display()} {self.subject_id}"


class Call(models.Model):
    """The ledger: one line a result. `client_uuid` makes it once, however often the phone retries."""

    client_uuid = models.UUIDField(unique=True)
    campaign_id = models.BigIntegerField()
    phone_bank = models.ForeignKey(PhoneBank, on_delete=models.CASCADE, related_name="calls", db_index=False)
    entry = models.ForeignKey(QueueEntry, on_delete=models.SET_NULL, null=True, related_name="calls")
    household = models.ForeignKey(
        "people.Household", on_delete=models.SET_NULL, null=True, related_name="calls", db_index=False
    )
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="calls")
    contact_point = models.ForeignKey(
        "people.ContactPoint", on_delete=models.SET_NULL, null=True, related_name="calls", db_index=False
    )
    caller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calls", db_index=False)
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_dial = models.BooleanField()
    is_contact = models.BooleanField()
    is_identified = models.BooleanField(default=False)
    # The person needs no further call in this phone bank, as the outcome said when it was recorded.
    finishes_person = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    # What the queue entry was before, so that the caller's undo puts it back. Null: the entry was not touched, as the
    # result came after somebody else had taken or rung the household.
    before = models.JSONField(null=True)
    claimed_at = models.DateTimeField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="call_contact_is_dial", condition=Q(is_contact=False) | Q(is_dial=True)),
            models.CheckConstraint(
                name="call_identified_is_contact", condition=Q(is_identified=False) | Q(is_contact=True)
            ),
        ]
        indexes = [
            models.Index(fields=["phone_bank", "recorded_at"], name="call_bank_time"),
            models.Index(fields=["caller", "recorded_at"], name="call_caller_time"),
            models.Index(fields=["contact_point", "occurred_at"], name="call_number_time"),
            models.Index(fields=["household", "-occurred_at"], name="call_household_time"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} at {self.occurred_at:%Y-%m-%d %H:%M}"


class Skip(models.Model):
    """A household passed over, by whom and why; it goes behind its priority."""

    entry = models.ForeignKey(QueueEntry, on_delete=models.CASCADE, related_name="skips")
    caller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    skipped_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="skip_has_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return self.reason


class Flag(models.Model):
    """Something only an organiser can put right; the household is not rung until it is solved."""

    entry = models.ForeignKey(QueueEntry, on_delete=models.CASCADE, related_name="flags")
    phone_bank = models.ForeignKey(PhoneBank, on_delete=models.CASCADE, related_name="flags")
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(db_default=Now())
    note = models.TextField()
    solved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    solved_at = models.DateTimeField(null=True)
    solution = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="flag_one_open_per_entry", fields=["entry"], condition=Q(solved_at__isnull=True)
            ),
            models.CheckConstraint(name="flag_has_note", condition=~Q(note="")),
        ]

    def __str__(self) -> str:
        return self.note[:60]


class CallerStatus(models.Model):
    """Where a caller is in a phone bank: last seen, paused, and what they have done today.

    One row a caller, which nobody else writes: its counters cost no waiting. They are for the caller's own eyes and
    the daily limit (rule D12); what is reported comes from the ledger.
    """

    phone_bank = models.ForeignKey(PhoneBank, on_delete=models.CASCADE, related_name="caller_statuses")
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="caller_statuses", db_index=False
    )
    joined_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    paused_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    households_today = models.PositiveIntegerField(default=0, db_default=0)
    calls_today = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="caller_status_once", fields=["caller", "phone_bank"])]

    def __str__(self) -> str:
        return f"{self.caller} in {self.phone_bank}"


class Tally(models.Model):
    """Counts per bank, caller and hour, rolled up in batches from the ledger and rebuildable from it."""

    phone_bank = models.ForeignKey(PhoneBank, on_delete=models.CASCADE, related_name="tallies")
    caller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    dials = models.PositiveIntegerField(default=0)
    contacts = models.PositiveIntegerField(default=0)
    identified = models.PositiveIntegerField(default=0)
    # When a run of conversations faster than anybody talks (`rules.ODDITY_CALLS`) was last at it in this hour, and the
    # most conversations within `rules.ODDITY_WINDOW`.
    odd_until = models.DateTimeField(null=True)
    odd_calls = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="tally_once", fields=["phone_bank", "caller", "hour"])]

    def __str__(self) -> str:
        return f"{self.phone_bank} {self.hour:%Y-%m-%d %H}h"
