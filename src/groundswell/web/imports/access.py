"""Which imports, and the registers of which seats, a data manager may handle."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import Q, QuerySet
from django.http import Http404

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership
from groundswell.compliance.operations.number_imports import KINDS as NUMBER_KINDS
from groundswell.people.models import ImportBatch
from groundswell.people.queries import constituencies
from groundswell.places.enums import PARLIAMENT_2010
from groundswell.places.models import Area
from groundswell.web.person.access import allowed_areas, is_limited

if TYPE_CHECKING:
    from django.http import HttpRequest

MAY = (Role.OWNER, Role.DATA_MANAGER)


def membership_of(request: HttpRequest) -> Membership:
    """The membership that `require_role` found."""
    return cast(Membership, request.membership)  # type: ignore[attr-defined]


def visible_imports(membership: Membership) -> QuerySet[ImportBatch]:
    """The imports a member may see: of their seats, their own, and the lists of numbers, which hold for everybody."""
    batches = ImportBatch.objects.select_related("constituency", "source", "created_by")
    if is_limited(membership):
        batches = batches.filter(
            Q(constituency__in=allowed_areas(membership)) | Q(created_by=membership.user_id) | Q(kind__in=NUMBER_KINDS)
        )
    return batches


def access_import(request: HttpRequest, pk: int) -> ImportBatch:
    """The import, for a member who may see it. Raises Http404, which does not say whether there is such an import."""
    batch = visible_imports(membership_of(request)).filter(pk=pk).first()
    if batch is None:
        raise Http404("no such import")
    return batch


def importable_seats(membership: Membership) -> QuerySet[Area]:
    """The seats whose register the member may import: every one, or those within the areas they are limited to.

    Not those of 2010, which come along for the comparison of results: they stood in the list under the same names.
    """
    seats = constituencies().filter(~Q(boundary_set=PARLIAMENT_2010) | Q(register__isnull=False))
    if is_limited(membership):
        seats = seats.filter(pk__in=allowed_areas(membership))
    return seats
