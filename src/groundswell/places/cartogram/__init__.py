"""Hexagon maps ("cartograms"): every area the same size, each near its neighbours, whatever ground it covers."""

from groundswell.places.cartogram.grid import Hex, Point, around, centre, steps
from groundswell.places.cartogram.layout import Place, hexagons, surroundings

__all__ = ["Hex", "Place", "Point", "around", "centre", "hexagons", "steps", "surroundings"]
