"""Places: areas by boundary set, how they voted, who holds office now, and imported postcodes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Case, DecimalField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from groundswell.places.enums import AreaKind

_SHARE: DecimalField[Decimal, Decimal] = DecimalField(max_digits=7, decimal_places=6)


def _share_of_votes() -> Case:
    """The majority of a contest as a share of its valid votes; null where no votes are known."""
    share = F("majority") * Value(Decimal(1), output_field=_SHARE) / F("valid_votes")
    return Case(When(valid_votes__gt=0, then=share), default=None, output_field=_SHARE)


class AreaQuerySet(models.QuerySet["Area"]):
    """Areas, filtered by the questions a campaign asks of them."""

    def within(self, areas: Iterable[Area | int]) -> Self:
        """These areas and everything below them, however deep.

        Walks `parent` in the database: a few thousand areas at most, so no path column has to be kept true.
        """
        ids = [area.pk if isinstance(area, Area) else int(area) for area in areas]
        below = RawSQL(
            """
            WITH RECURSIVE below (id) AS (
                SELECT unnest(%s::bigint[])
                UNION
                SELECT child.id FROM places_area child JOIN below ON child.parent_id = below.id
            )
            SELECT id FROM below
            """,
            [ids],
        )
        return self.filter(pk__in=below)

    def with_marginality(self, election: str | None = None) -> Self:
        """Adds `latest_election`, `latest_result`, `electorate`, `valid_votes`, `majority` and `marginality`.

        Marginality is the majority as a share of the valid votes (0.05 = five in a hundred), null where no
        votes are known. `election` picks one ("2015"); without it the newest with known votes counts.
        """
        contests = Contest.objects.filter(area=OuterRef("pk"), valid_votes__gt=0)
        if election is not None:
            contests = contests.filter(election=election)
        newest = contests.order_by(F("held_on").desc(nulls_last=True), "-election")
        return self.annotate(
            latest_election=Subquery(newest.values("election")[:1]),
            latest_result=Subquery(newest.values("result")[:1]),
            electorate=Subquery(newest.values("electorate")[:1]),
            valid_votes=Subquery(newest.values("valid_votes")[:1]),
            majority=Subquery(newest.values("majority")[:1]),
            marginality=Subquery(newest.annotate(share=_share_of_votes()).values("share")[:1]),
        )

    def marginals(self, under: float, election: str | None = None) -> Self:
        """Areas last won by less than this share of the valid votes (0.05: under 5%), closest first."""
        return self.with_marginality(election).filter(marginality__lt=under).order_by("marginality", "name", "pk")


class Area(models.Model):
    """One place of one boundary set: a seat as drawn in 2024 is another row than the one drawn in 2010."""

    kind = models.CharField(_("kind"), max_length=20, choices=AreaKind)
    boundary_set = models.CharField(_("boundary set"), max_length=60, help_text=_("For example uk-parliament-2024."))
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    nation = models.CharField(_("nation"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/London")
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.UniqueConstraint(fields=("boundary_set", "code"), name="area_code_once_per_boundary_set"),
            models.CheckConstraint(condition=Q(kind__in=AreaKind.values), name="area_kind_known"),
            models.CheckConstraint(condition=~(Q(code="") | Q(name="") | Q(boundary_set="")), name="area_named"),
            models.CheckConstraint(condition=~Q(time_zone=""), name="area_has_time_zone"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("pk")), name="area_not_its_own_parent"),
            models.CheckConstraint(
                # Said of nulls too: a comparison with null would let half a centre pass.
                condition=Q(latitude=None, longitude=None)
                | Q(
                    Q(latitude__isnull=False, latitude__gte=-90, latitude__lte=90),
                    Q(longitude__isnull=False, longitude__gte=-180, longitude__lte=180),
                ),
                name="area_centre_on_earth",
            ),
        ]
        indexes = [
            models.Index(fields=("kind", "boundary_set", "name"), name="area_listed"),
        ]

    def __str__(self) -> str:
        return self.name


class ContestQuerySet(models.QuerySet["Contest"]):
    """Elections held in areas."""

    def with_marginality(self) -> Self:
        """Adds `marginality`: the majority as a share of the valid votes, null where no votes are known."""
        return self.annotate(marginality=_share_of_votes())


class Contest(models.Model):
    """One election in one area: who could vote, who did, and by how much it was won."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="contests")
    election = models.CharField(_("election"), max_length=60, help_text=_("For example 2024."))
    held_on = models.DateField(_("held on"), null=True, blank=True)
    electorate = models.PositiveIntegerField(_("electorate"), null=True, blank=True)
    valid_votes = models.PositiveIntegerField(_("valid votes"), null=True, blank=True)
    majority = models.PositiveIntegerField(_("majority"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=100, blank=True, help_text=_("For example Lab gain from Con."))
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = ContestQuerySet.as_manager()

    class Meta:
        ordering = ("area", "-election")
        verbose_name = _("election result")
        verbose_name_plural = _("election results")
        constraints = [
            models.UniqueConstraint(fields=("area", "election"), name="contest_once_per_area_and_election"),
            models.CheckConstraint(condition=~Q(election=""), name="contest_names_its_election"),
            models.CheckConstraint(
                condition=Q(majority=None) | Q(valid_votes=None) | Q(majority__lte=F("valid_votes")),
                name="contest_majority_within_votes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.election}"


class Result(models.Model):
    """The votes of one candidate in one contest."""

    contest = models.ForeignKey(Contest, models.CASCADE, related_name="results")
    party = models.CharField(_("party"), max_length=200)
    party_abbreviation = models.CharField(_("party in short"), max_length=40, blank=True)
    candidate = models.CharField(_("candidate"), max_length=200, blank=True)
    votes = models.PositiveIntegerField(_("votes"))
    sitting = models.BooleanField(_("held the seat before"), default=False)

    class Meta:
        ordering = ("contest", "-votes", "party", "candidate")
        verbose_name = _("candidate's result")
        verbose_name_plural = _("candidates' results")
        constraints = [
            models.UniqueConstraint(
                fields=("contest", "party", "candidate"), name="result_once_per_party_and_candidate"
            ),
            models.CheckConstraint(condition=~Q(party=""), name="result_names_its_party"),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.votes}"


class OfficeHolderQuerySet(models.QuerySet["OfficeHolder"]):
    """Who holds, or held, an office."""

    def current(self) -> Self:
        """Those in office: no end recorded. An area without one is vacant."""
        return self.filter(ends_on=None)


class OfficeHolder(models.Model):
    """One person's term in one office of one area. A vacancy is the absence of a current row."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="office_holders")
    office = models.CharField(_("office"), max_length=60, default="MP")
    name = models.CharField(_("name"), max_length=200)
    party = models.CharField(_("party"), max_length=200, blank=True)
    email = models.EmailField(_("official email"), blank=True)
    starts_on = models.DateField(_("in office since"), null=True, blank=True)
    ends_on = models.DateField(_("left office on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = OfficeHolderQuerySet.as_manager()

    class Meta:
        ordering = ("area", "office", "-starts_on", "pk")
        verbose_name = _("office-holder")
        verbose_name_plural = _("office-holders")
        constraints = [
            models.UniqueConstraint(
                fields=("area", "office"), condition=Q(ends_on=None), name="office_holder_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(office=""), name="office_holder_named"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="office_holder_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.office})"


class Postcode(models.Model):
    """A postcode of somebody's own look-up. Great Britain's packaged postcodes are no rows: see `postcodes`."""

    boundary_set = models.CharField(_("boundary set"), max_length=60)
    postcode = models.CharField(_("postcode"), max_length=16, help_text=_("Capitals and digits, without spaces."))
    area = models.ForeignKey(Area, models.CASCADE, related_name="postcodes")

    class Meta:
        ordering = ("boundary_set", "postcode")
        verbose_name = _("postcode")
        verbose_name_plural = _("postcodes")
        constraints = [
            models.UniqueConstraint(fields=("boundary_set", "postcode"), name="postcode_once_per_boundary_set"),
            models.CheckConstraint(
                condition=Q(postcode__regex=r"^[A-Z0-9]{1,16}$"), name="postcode_in_capitals_without_spaces"
            ),
        ]

    def __str__(self) -> str:
        return self.postcode


class ReferenceSet(models.Model):
    """Which version of a packaged data set is in the database: a restart does nothing unless it changed."""

    name = models.CharField(max_length=40, primary_key=True)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("packaged data set")
        verbose_name_plural = _("packaged data sets")

    def __str__(self) -> str:
        return self.name


class HexMap(models.Model):
    """The hexagon map of one boundary set's areas of one kind, drawn once (see `cartogram`).

    `centres` tells what it was drawn from: another digest, and it is drawn anew.
    """

    boundary_set = models.CharField(_("boundary set"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20, choices=AreaKind)
    centres = models.CharField(max_length=64)
    source = models.CharField(_("source"), max_length=200, blank=True)
    drawn_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("hexagon map")
        verbose_name_plural = _("hexagon maps")
        constraints = [
            models.UniqueConstraint(fields=("boundary_set", "kind"), name="hex_map_once_per_set_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=AreaKind.values), name="hex_map_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.boundary_set} {self.kind}"


class HexPlace(models.Model):
    """The hexagon of an area: column and row in axial coordinates, points of the hexagons up, rows to the south."""

    area = models.OneToOneField(Area, models.CASCADE, primary_key=True, related_name="hexagon")
    hex_map = models.ForeignKey(HexMap, models.CASCADE, related_name="places", db_index=False)
    q = models.SmallIntegerField()
    r = models.SmallIntegerField()

    class Meta:
        verbose_name = _("hexagon")
        verbose_name_plural = _("hexagons")
        constraints = [
            models.UniqueConstraint(fields=("hex_map", "q", "r"), name="hex_place_no_two_on_one"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} at {self.q}, {self.r}"
