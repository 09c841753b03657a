"""Keeps the hexagon map of every set of areas with centres: drawn once, stored, drawn anew when a centre changes."""

from __future__ import annotations

import hashlib

from django.db import connection, transaction

from groundswell.places.cartogram import Hex, Place, hexagons
from groundswell.places.enums import PACKAGED
from groundswell.places.models import Area, HexMap, HexPlace

# Beyond these no map is drawn: a hexagon would be a speck, and the drawing take minutes. The table shows every area.
MOST_AREAS = 4000
_LOCK = 7_100_317_002


def draw_hex_maps(boundary_set: str) -> list[HexMap]:
    """Draws the maps of a boundary set that are missing or out of date, one for each kind of area; those it drew."""
    kinds = Area.objects.filter(boundary_set=boundary_set, latitude__isnull=False).order_by("kind")
    drawn = (_draw(boundary_set, kind) for kind in kinds.values_list("kind", flat=True).distinct())
    return [hex_map for hex_map in drawn if hex_map is not None]


def _draw(boundary_set: str, kind: str) -> HexMap | None:
    places = _places(boundary_set, kind)
    digest = _digest(places)
    known = HexMap.objects.filter(boundary_set=boundary_set, kind=kind).first()
    if len(places) > MOST_AREAS or (known and _stands(known, places, digest)):
        return None
    # Seconds of work, and no lock held meanwhile.
    found = hexagons(places)
    return _keep(boundary_set, kind, digest, found)


def _stands(known: HexMap, places: list[Place], digest: str) -> bool:
    """Whether a map shows these places: ours is packaged without a digest, and stands while its centres are ours."""
    if known.source == PACKAGED:
        own = Area.objects.filter(boundary_set=known.boundary_set, kind=known.kind, latitude__isnull=False)
        return known.places.count() == len(places) and not own.exclude(source=PACKAGED).exists()
    return known.centres == digest


@transaction.atomic
def _keep(boundary_set: str, kind: str, digest: str, found: dict[str, Hex]) -> HexMap:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    hex_map, _ = HexMap.objects.update_or_create(
        boundary_set=boundary_set, kind=kind, defaults={"centres": digest, "source": ""}
    )
    hex_map.places.all().delete()
    # An area that is gone since the drawing began has no hexagon; its job draws the map once more.
    ids = dict(Area.objects.filter(boundary_set=boundary_set, kind=kind).values_list("code", "pk"))
    HexPlace.objects.bulk_create(
        HexPlace(area_id=ids[code], hex_map=hex_map, q=q, r=r) for code, (q, r) in found.items() if code in ids
    )
    return hex_map


def _places(boundary_set: str, kind: str) -> list[Place]:
    areas = Area.objects.filter(boundary_set=boundary_set, kind=kind, latitude__isnull=False, longitude__isnull=False)
    return [
        Place(code, latitude, longitude, region or nation or (str(parent) if parent else ""))
        for code, latitude, longitude, region, nation, parent in areas.order_by("code").values_list(
            "code", "latitude", "longitude", "region", "nation", "parent_id"
        )
        if latitude is not None and longitude is not None
    ]


def _digest(places: list[Place]) -> str:
    lines = (f"{place.key}\t{place.latitude!r}\t{place.longitude!r}\t{place.group}\n" for place in places)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
