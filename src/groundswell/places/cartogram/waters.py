"""Seas, firths and estuaries that nobody walks across: lines of (longitude, latitude), drawn by hand and roughly.

Places on two shores are no neighbours, so that a map keeps its bays, and its islands stay islands. They hold for any set of
areas; where a set has no place near one, it does nothing.
"""

from __future__ import annotations

WATERS: dict[str, tuple[tuple[float, float], ...]] = {
    "North Channel and Irish Sea": (
        *((-7.6, 56.3), (-6.35, 55.55), (-5.6, 55.15), (-5.2, 54.6), (-4.9, 54.2), (-4.5, 53.6)),
        *((-5.3, 52.7), (-6.0, 51.6)),
    ),
    "Isle of Man and Solway Firth": ((-5.2, 54.55), (-4.0, 54.68), (-3.5, 54.88), (-3.1, 54.97)),
    "The Minch": ((-7.9, 56.5), (-6.9, 57.2), (-6.2, 58.0), (-5.8, 58.8)),
    "Pentland Firth": ((-5.8, 58.8), (-3.1, 58.7), (-2.0, 58.6)),
    "Moray Firth": ((-4.0, 57.62), (-3.2, 57.85), (-2.0, 57.95)),
    "Firth of Forth": ((-3.3, 56.02), (-2.9, 56.08), (-2.2, 56.15)),
    "Liverpool Bay": ((-4.4, 53.6), (-3.2, 53.45), (-3.03, 53.42)),
    "Morecambe Bay": ((-3.4, 53.95), (-3.0, 54.12)),
    "Cardigan Bay": ((-5.2, 52.1), (-4.5, 52.4), (-4.75, 52.75)),
    "Bristol Channel": ((-5.6, 51.35), (-4.2, 51.35), (-3.1, 51.33), (-2.75, 51.55)),
    "Solent": ((-1.62, 50.68), (-1.3, 50.775), (-1.0, 50.72), (-0.9, 50.55)),
    "Lyme Bay": ((-3.4, 50.45), (-2.5, 50.45)),
    "Thames estuary": ((0.5, 51.475), (0.8, 51.49), (1.6, 51.5)),
    "The Wash": ((0.1, 52.87), (0.35, 53.0), (0.6, 53.2)),
    "Humber": ((-0.62, 53.71), (-0.3, 53.7), (0.05, 53.62), (0.4, 53.5)),
}
