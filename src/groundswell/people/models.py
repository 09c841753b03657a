"""The one record of a supporter or voter: person, household, contact points, register entry, tags, segments, imports."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundswell.people.enums import ContactKind, Franchise, ImportKind, ImportStage, ImportStatus
from groundswell.places.models import Area


class DataSource(models.Model):
    """Where data came from, on what lawful basis and for what purpose (rule D1: none, no export and no send)."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    lawful_basis = models.CharField(_("lawful basis"), max_length=200)
    purpose = models.CharField(_("purpose"), max_length=200)
    is_register = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="data_source_says_why", condition=~Q(lawful_basis="") & ~Q(purpose="")),
        ]

    def __str__(self) -> str:
        return self.name


class Imported(models.Model):
    """A row that an import may have made: `batch` says which, for its undo; empty if none did."""

    batch = models.ForeignKey(
        "people.ImportBatch",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True


class Household(Imported):
    """The people at one address; one row of the queue. `address_key` is the address folded for comparison."""

    # Checked once a statement (sql/install/10_references.sql), not once a row: a load is twice as fast.
    area = models.ForeignKey(
        "places.Area", on_delete=models.PROTECT, related_name="households", db_index=False, db_constraint=False
    )
    constituency = models.ForeignKey(
        "places.Area", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    address_lines = models.TextField()
    postcode = models.CharField(max_length=10, blank=True)
    address_key = models.CharField(max_length=400)
    uprn = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="household_address", fields=["constituency", "postcode", "address_key"]),
        ]
        indexes = [
            models.Index(fields=["area"], name="household_area"),
            BrinIndex(fields=["batch"], name="household_batch"),
        ]

    def __str__(self) -> str:
        return ", ".join(self.address_lines.splitlines()[:2])


class Person(Imported):
    """A human being known to the organisation. Erasure empties the row but keeps it, so that ledgers stay whole."""

    household = models.ForeignKey(
        Household,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="people",
        db_index=False,
        db_constraint=False,
    )
    source = models.ForeignKey(
        DataSource, on_delete=models.PROTECT, related_name="people", db_index=False, db_constraint=False
    )
    # Where they told us that they live, by a postcode; `seat` says which counts.
    constituency = models.ForeignKey(
        "places.Area",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    title = models.CharField(max_length=35, blank=True)
    given_names = models.CharField(max_length=150, blank=True)
    family_name = models.CharField(max_length=150, blank=True)
    # Lower case, accents folded, no punctuation: what a re-import and a phone file match on.
    name_key = models.CharField(max_length=300, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    deceased_at = models.DateTimeField(null=True, blank=True)
    objected_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="person_erased_is_empty",
                condition=Q(erased_at__isnull=True)
                | Q(
                    title="",
                    given_names="",
                    family_name="",
                    name_key="",
                    household__isnull=True,
                    constituency__isnull=True,
                    date_of_birth__isnull=True,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["household"], name="person_household"),
            models.Index(fields=["constituency"], name="person_constituency", condition=Q(constituency__isnull=False)),
            models.Index(fields=["name_key"], name="person_name", opclasses=["varchar_pattern_ops"]),
            BrinIndex(fields=["batch"], name="person_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.given_names} {self.family_name}".strip() or gettext("name withheld")

    @property
    def seat(self) -> Area | None:
        """The constituency they live in: of their address on the register, else as they told us; None: not known."""
        return self.household.constituency if self.household is not None else self.constituency


class ContactPoint(Imported):
    """A number, email address or handle; several people may share it. The number is retired, never the person.

    `address_hash` is the keyed hash (HMAC-SHA256 under a key derived from the secret) by which suppression knows it
    after everything else is erased.
    """

    kind = models.CharField(max_length=8, choices=ContactKind.choices)
    value = models.CharField(max_length=254)
    address_hash = models.BinaryField(max_length=32)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.CharField(max_length=32, blank=True)
    people: models.ManyToManyField[Person, PersonContact] = models.ManyToManyField(
        Person, through="PersonContact", related_name="contact_points"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="contact_point_value", fields=["kind", "value"]),
            models.CheckConstraint(name="contact_point_kind_known", condition=Q(kind__in=ContactKind.values)),
            models.CheckConstraint(
                name="contact_point_phone_e164",
                condition=~Q(kind=ContactKind.PHONE) | Q(value__regex=r"^\+[1-9][0-9]{6,14}$"),
            ),
            models.CheckConstraint(
                name="contact_point_retired_with_reason",
                condition=Q(retired_at__isnull=True, retired_reason="")
                | (Q(retired_at__isnull=False) & ~Q(retired_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=["address_hash"], name="contact_point_hash"),
            BrinIndex(fields=["batch"], name="contact_point_batch"),
        ]

    def __str__(self) -> str:
        return self.value


class PersonContact(Imported):
    """That a person can be reached at a contact point, and who told us."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="person_contacts")
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.CASCADE, related_name="person_contacts")
    source = models.ForeignKey(DataSource, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="person_contact_once", fields=["person", "contact_point"]),
        ]
        indexes = [BrinIndex(fields=["batch"], name="person_contact_batch")]

    def __str__(self) -> str:
        return f"{self.person} at {self.contact_point}"


class Register(models.Model):
    """The electoral register of one seat, and the entitlement under which the organisation holds it (rule R1)."""

    constituency = models.OneToOneField("places.Area", on_delete=models.PROTECT, related_name="register")
    source = models.ForeignKey(DataSource, on_delete=models.PROTECT, related_name="registers")
    entitlement = models.CharField(_("entitlement"), max_length=300)
    purpose = models.CharField(_("permitted purpose"), max_length=300)
    register_date = models.DateField(_("register date"))

    class Meta:
        constraints = [
            models.CheckConstraint(name="register_entitled", condition=~Q(entitlement="") & ~Q(purpose="")),
        ]

    def __str__(self) -> str:
        return f"{self.constituency} {self.register_date:%d %B %Y}"


class Elector(Imported):
    """A person's entry on a register. Numbers keep their leading zeros; an entry is removed, never deleted."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="electors", db_index=False, db_constraint=False
    )
    register = models.ForeignKey(
        Register, on_delete=models.PROTECT, related_name="electors", db_index=False, db_constraint=False
    )
    area = models.ForeignKey(
        "places.Area", on_delete=models.PROTECT, related_name="electors", db_index=False, db_constraint=False
    )
    prefix = models.CharField(max_length=16)
    number = models.CharField(max_length=12)
    suffix = models.CharField(max_length=8, default="0")
    markers = models.CharField(max_length=16, blank=True)
    franchise = models.CharField(max_length=16, choices=Franchise.choices, default=Franchise.FULL)
    # The 18th birthday (16th in Scotland and Wales) of those who turn it during the register; not a birth date (R5).
    attainment_date = models.DateField(null=True, blank=True)
    anonymous = models.BooleanField(default=False)
    opted_out_of_open_register = models.BooleanField(default=False)
    # Of the register that made or last changed the entry: one that only repeats it writes nothing.
    register_date = models.DateField()
    removed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="elector_number_once",
                fields=["register", "prefix", "number", "suffix"],
                condition=Q(removed_on__isnull=True),
            ),
            models.CheckConstraint(name="elector_franchise_known", condition=Q(franchise__in=Franchise.values)),
        ]
        indexes = [
            models.Index(fields=["person"], name="elector_person"),
            # Few, and asked for by every import: who was on this register before.
            models.Index(fields=["register"], name="elector_removed", condition=Q(removed_on__isnull=False)),
            BrinIndex(fields=["batch"], name="elector_batch"),
        ]

    def __str__(self) -> str:
        return self.full_number

    @property
    def full_number(self) -> str:
        """As the register prints it: prefix and number, and the suffix unless it is 0."""
        tail = "" if self.suffix in {"", "0"} else f"/{self.suffix}"
        return f"{self.prefix}{self.number}{tail}"


class MarkedRegister(models.Model):
    """Whether an elector voted, and whether by post, at one election: never how (rule R8). A purpose of its own."""

    elector = models.ForeignKey(Elector, on_delete=models.CASCADE, related_name="marks")
    election = models.CharField(max_length=64)
    voted = models.BooleanField(null=True)
    postal_voter = models.BooleanField(null=True)
    purpose = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="marked_register_once", fields=["elector", "election"]),
        ]

    def __str__(self) -> str:
        return f"{self.elector} at {self.election}"


class Tag(models.Model):
    """A word the organisation puts on people: member, volunteer, poster."""

    name = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.name


class PersonTag(models.Model):
    """One tag on one person; a join table, (tag, person) first, beats an array for one tag (measured)."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="person_tags")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="person_tag_once", fields=["tag", "person"])]

    def __str__(self) -> str:
        return f"{self.tag} on {self.person}"


class Segment(models.Model):
    """A saved question about people: an expression tree (`people.segments`), never raw SQL."""

    name = models.CharField(_("name"), max_length=120)
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.CASCADE, null=True, blank=True, related_name="segments"
    )
    expression = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="segment_name", fields=["campaign", "name"], nulls_distinct=False)]

    def __str__(self) -> str:
        return self.name


class ImportBatch(models.Model):
    """One file, what was declared about it, and exactly what it did. Undo reads the changes it kept."""

    kind = models.CharField(max_length=16, choices=ImportKind.choices)
    status = models.CharField(max_length=16, choices=ImportStatus.choices, default=ImportStatus.UPLOADED)
    file = models.FileField(upload_to="imports/", blank=True)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    layout = models.CharField(max_length=40, blank=True)
    mapping = models.JSONField(default=dict)
    # What was asked for beside the file: `force`, `part`; of a screening its list and day.
    wishes = models.JSONField(default=dict, db_default=Value({}, output_field=models.JSONField()))
    constituency = models.ForeignKey("places.Area", on_delete=models.PROTECT, null=True, related_name="+")
    source = models.ForeignKey(DataSource, on_delete=models.PROTECT, null=True, related_name="batches")
    entitlement = models.CharField(max_length=300, blank=True)
    purpose = models.CharField(max_length=300, blank=True)
    register_date = models.DateField(null=True)
    counts = models.JSONField(default=dict)
    rejects_file = models.FileField(upload_to="imports/", blank=True)
    refusal = models.TextField(blank=True)
    stage = models.CharField(max_length=16, choices=ImportStage.choices, blank=True)
    progress_rows = models.PositiveIntegerField(default=0)
    total_rows = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="import_kind_known", condition=Q(kind__in=ImportKind.values)),
            models.CheckConstraint(name="import_status_known", condition=Q(status__in=ImportStatus.values)),
            models.CheckConstraint(
                name="import_register_declared",
                condition=~Q(kind=ImportKind.REGISTER)
                | Q(status__in=[ImportStatus.UPLOADED, ImportStatus.REFUSED])
                | (~Q(entitlement="") & ~Q(purpose="") & Q(register_date__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["file_sha256"], name="import_file_hash")]

    def __str__(self) -> str:
        return self.file_name


class ImportChange(models.Model):
    """What one row was before a batch changed it, as far as it did. What undo puts back; rows made name their batch."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="changes", db_index=False)
    table = models.CharField(max_length=64)
    row_id = models.BigIntegerField()
    before = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["batch", "table"], name="import_change_batch"),
            models.Index(fields=["table", "row_id"], name="import_change_row"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
