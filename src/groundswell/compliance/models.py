"""What the law needs remembered: consent, suppression, screening, and the dated figures the rules are read from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.enums import OrganisationKind
from groundswell.compliance.enums import (
    FINAL_REASONS,
    Channel,
    ConsentState,
    DataRequestKind,
    ScreeningList,
    SuppressionReason,
    SuppressionScope,
)
from groundswell.compliance.figure_names import FIXED_FIGURES, figure_name, in_order, part_name


class Figure(models.Model):
    """One figure of a jurisdiction pack: value, from when, from which source, for which kind of organisation.

    `packaged` rows come with the product and follow its pack; the others are the owner's own and never touched by it.
    """

    jurisdiction = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    organisation_kind = models.CharField(
        max_length=32, blank=True, choices=[("", _("every organisation")), *OrganisationKind.choices]
    )
    value = models.JSONField()
    valid_from = models.DateField()
    source = models.CharField(max_length=300)
    packaged = models.BooleanField(default=False, db_default=False)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="figure_once", fields=["jurisdiction", "key", "organisation_kind", "valid_from"]
            ),
            models.CheckConstraint(name="figure_has_source", condition=~Q(source="")),
        ]

    def __str__(self) -> str:
        return f"{self.key} from {self.valid_from}"

    @property
    def name(self) -> str:
        """What it is called on a page."""
        return figure_name(self.key)

    @property
    def shown(self) -> list[tuple[str, str]]:
        """A value of several parts as names and texts; empty for a plain one."""
        if not isinstance(self.value, dict):
            return []
        return [
            (part_name(name), "–".join(part) if isinstance(part, list) else str(part))
            for name, part in ((name, self.value[name]) for name in in_order(self.value))
        ]

    @property
    def is_fixed(self) -> bool:
        """Whether the product can do nothing but what it says, so that changing it would change nothing."""
        return self.key in FIXED_FIGURES


class HoursBucket(models.Model):
    """People who share contact hours: a named time zone and a bank-holiday calendar (rules C10, M9).

    It leads the indexes of what waits for a good hour, so that a claim looks only into the buckets that are open now.
    """

    id = models.SmallAutoField(primary_key=True)
    time_zone = models.CharField(max_length=64)
    holiday_region = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="hours_bucket", fields=["time_zone", "holiday_region"])]

    def __str__(self) -> str:
        return f"{self.time_zone} {self.holiday_region}".strip()


class Consent(models.Model):
    """One line of the consent ledger, per address, channel and purpose (rule M4).

    Append-only: a trigger refuses update and delete. A consent holds until a withdrawal of the same day or later by
    `given_at`, whichever was recorded first. The address is kept as its keyed hash, so that the line outlives erasure.
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, related_name="consents")
    address_hash = models.BinaryField(max_length=32)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    purpose = models.CharField(max_length=64, default="campaigning")
    state = models.CharField(max_length=16, choices=ConsentState.choices)
    wording = models.TextField()
    wording_version = models.CharField(max_length=32)
    source = models.CharField(max_length=200)
    evidence = models.TextField()
    captured_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Of a withdrawal: when it was withdrawn.
    given_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="consent_channel_known", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(name="consent_state_known", condition=Q(state__in=ConsentState.values)),
            models.CheckConstraint(
                # An import without evidence gives no consent; a withdrawal needs no evidence.
                name="consent_needs_evidence",
                condition=Q(state=ConsentState.WITHDRAWN) | (~Q(evidence="") & ~Q(wording="")),
            ),
            models.CheckConstraint(
                name="consent_soft_to_messages",
                condition=~Q(state=ConsentState.SOFT) | Q(channel__in=[Channel.EMAIL, Channel.SMS]),
            ),
        ]
        indexes = [
            models.Index(fields=["address_hash", "channel", "purpose", "given_at"], name="consent_current"),
            models.Index(fields=["person"], name="consent_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_state_display()}"


class Suppression(models.Model):
    """An address closed to calls, messages or everything, by keyed hash, across the organisation (rules C3, M5).

    Outlives erasure, re-import and a change of provider. Lifting needs a reason and leaves the row.
    """

    address_hash = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=8)
    scope = models.CharField(max_length=16, choices=SuppressionScope.choices)
    reason = models.CharField(max_length=16, choices=SuppressionReason.choices)
    source = models.CharField(max_length=200, blank=True)
    # The do-not-call file that closed it, for taking that back.
    batch = models.ForeignKey("people.ImportBatch", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    lifted_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="suppression_once", fields=["address_hash", "scope"], condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(name="suppression_scope_known", condition=Q(scope__in=SuppressionScope.values)),
            models.CheckConstraint(name="suppression_reason_known", condition=Q(reason__in=SuppressionReason.values)),
            models.CheckConstraint(
                name="suppression_lifted_with_reason",
                condition=Q(lifted_at__isnull=True) | ~Q(lifted_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.get_reason_display()}"

    @property
    def is_final(self) -> bool:
        """Whether nobody may lift it: who asked for it is never asked again (rules D4, D5)."""
        return self.reason in FINAL_REASONS


class ScreeningFile(models.Model):
    """One screening of our numbers against a preference list: when, and the hash of the file (rule C2)."""

    list = models.CharField(max_length=8, choices=ScreeningList.choices)
    screened_on = models.DateField()
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    numbers_in_file = models.PositiveIntegerField()
    numbers_screened = models.PositiveIntegerField()
    numbers_listed = models.PositiveIntegerField()
    batch = models.ForeignKey("people.ImportBatch", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    imported_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="screening_list_known", condition=Q(list__in=ScreeningList.values)),
        ]
        indexes = [models.Index(fields=["file_sha256"], name="screening_file_hash")]

    def __str__(self) -> str:
        return f"{self.get_list_display()} {self.screened_on}"


class Screening(models.Model):
    """What the newest screening against one list said of one number. An older screening never overwrites a newer."""

    contact_point = models.ForeignKey(
        "people.ContactPoint", on_delete=models.CASCADE, related_name="screenings", db_index=False
    )
    list = models.CharField(
        max_length=8, choices=ScreeningList.choices, default=ScreeningList.TPS, db_default=ScreeningList.TPS
    )
    file = models.ForeignKey(ScreeningFile, on_delete=models.PROTECT, related_name="+")
    screened_on = models.DateField()
    listed = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="screening_newest_per_list", fields=["contact_point", "list"]),
            models.CheckConstraint(name="screening_of_known_list", condition=Q(list__in=ScreeningList.values)),
        ]

    def __str__(self) -> str:
        return f"screened {self.screened_on}"


class Pause(models.Model):
    """Somebody wants a break from our messages at an address: none is written there before `until`."""

    address_hash = models.BinaryField(max_length=32, unique=True)
    until = models.DateTimeField()
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="pause_ends_later", condition=Q(until__gt=F("asked_at")))]

    def __str__(self) -> str:
        return f"until {self.until:%Y-%m-%d}"


class DataRequest(models.Model):
    """A person asks for a copy of what is held on them, or to be forgotten (rules D5, D6). One of each is open at most."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=8, choices=DataRequestKind.choices)
    source = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="data_request_open_once", fields=["person", "kind"], condition=Q(handled_at__isnull=True)
            ),
            models.CheckConstraint(name="data_request_kind_known", condition=Q(kind__in=DataRequestKind.values)),
            models.CheckConstraint(
                name="data_request_handled_after",
                condition=Q(handled_at__isnull=True) | Q(handled_at__gte=F("asked_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.asked_at:%Y-%m-%d}"
