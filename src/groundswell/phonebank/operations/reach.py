"""How many households a phone bank would ring, and by reason how many not: for pages, which never wait for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from groundswell.campaigns.segments import check_expression
from groundswell.phonebank.enums import ReckoningKind
from groundswell.phonebank.limits import Limits
from groundswell.phonebank.operations.lists import Meant, Preview, count_reach, preview
from groundswell.phonebank.operations.reckoning import Question, ask_for


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of it: the count and when it was made, or none yet; since when a new one is awaited, if one is."""

    preview: Preview | None
    counted_at: datetime | None
    awaited_since: datetime | None


def reach_of(
    campaign_id: int,
    meant: Meant,
    *,
    now: datetime,
    limits: Limits,
    enqueue: Callable[[int], Any],
    after: datetime | None = None,
) -> Reach:
    """The reach of a phone bank, saved or still being built, at once. Raises SegmentError for an expression of no sense.

    Some thousand people are counted now; of more, the figures of the last count are given with its time, and the worker
    counts again: `enqueue` gives it the reckoning's id. `after`: as for `ask_for`.
    """
    if meant.expression is not None:
        check_expression(meant.expression)
    question = Question(campaign_id, ReckoningKind.REACH, asdict(meant), meant.area_ids)
    found = ask_for(
        question,
        now=now,
        count=lambda cursor, areas: count_reach(cursor, meant, areas, now=now, limits=limits),
        enqueue=enqueue,
        after=after,
    )
    figures = found.figures
    kept = figures if figures is None or isinstance(figures, Preview) else Preview.from_figures(figures)
    return Reach(kept, found.counted_at, found.awaited_since)


def count_meant(asked: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The worker's count of what a page asked for."""
    return preview(Meant(**{**asked, "area_ids": tuple(asked["area_ids"])}), now=now).as_figures()
