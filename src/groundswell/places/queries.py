"""Reads across places: where a postcode lies."""

from __future__ import annotations

from groundswell.places.enums import PARLIAMENT_2024
from groundswell.places.models import Area
from groundswell.places.postcodes import Answer, Reason, Unknown, compact, look_up


def find_area(postcode: str, *, boundary_set: str = PARLIAMENT_2024) -> Area | Unknown:
    """The area of a postcode in a boundary set: from somebody's own imported look-up first, then from the packaged one.

    `Unknown` with its reason where neither knows; never a guess.
    """
    area = Area.objects.filter(postcodes__boundary_set=boundary_set, postcodes__postcode=compact(postcode)[:40]).first()
    if area is not None:
        return area
    if boundary_set != PARLIAMENT_2024:
        return Unknown(postcode[:40], Reason.NOT_LISTED)
    answer: Answer = look_up(postcode)
    if isinstance(answer, Unknown):
        return answer
    known = Area.objects.filter(boundary_set=boundary_set, code=answer.area_code).first()
    return known or Unknown(answer.postcode, Reason.NO_AREA)
