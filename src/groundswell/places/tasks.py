"""Jobs of places."""

from __future__ import annotations

from groundswell.config.jobs import task
from groundswell.places.hexmaps import draw_hex_maps


@task(queue="places", retry=2)
def draw_maps_of(*, boundary_set: str) -> None:
    """After an import of areas: the hexagon maps of their set."""
    draw_hex_maps(boundary_set)
