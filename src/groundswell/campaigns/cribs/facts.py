"""What a crib sheet can have filled in: the facts of a seat, from data, in the reader's language. Never typed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundswell.accounts.models import Organisation
from groundswell.campaigns.cribs.chart import chart_of
from groundswell.campaigns.cribs.deadlines import working_days_before, working_days_of
from groundswell.campaigns.models import Campaign, Candidate
from groundswell.places.models import Area
from groundswell.places.queries import seat_facts
from groundswell.places.seats import ContestFacts, PartyResult, SeatFacts

# In the order in which the editor offers them.
LINE_FACTS: Final[Mapping[str, Promise]] = {
    "seat": gettext_lazy("the seat"),
    "candidate": gettext_lazy("our candidate there"),
    "party": gettext_lazy("our party"),
    "organisation": gettext_lazy("who we are"),
    "mp": gettext_lazy("who holds the seat"),
    "last_result": gettext_lazy("the last result, first and second"),
    "majority": gettext_lazy("by how much it was won"),
    "swing_needed": gettext_lazy("the swing we need"),
    "turnout": gettext_lazy("how many of a hundred voted"),
    "electorate": gettext_lazy("how many could vote"),
    "polling_day": gettext_lazy("the day of the poll"),
    "register_by": gettext_lazy("until when people can register to vote"),
    "postal_vote_by": gettext_lazy("until when a postal vote must be asked for"),
    "proxy_vote_by": gettext_lazy("until when a proxy must be named"),
}
BLOCK_FACTS: Final[Mapping[str, Promise]] = {
    "result_history": gettext_lazy("all results we have, as a picture and a table"),
}
ELECTIONS_SHOWN = 6


@dataclass(frozen=True)
class HistoryRow:
    """One election as a line of the table: texts, ready to show."""

    election: str
    won: str
    second: str
    majority: str
    earlier_boundaries: bool


@dataclass(frozen=True)
class CribFacts:
    """The facts for one seat; `seat` is None where a sheet is read apart from any."""

    seat: SeatFacts | None = None
    lines: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def line(self, name: str) -> str:
        """A fact in words. What is not known says so; what is no fact stays as it was written."""
        if name not in LINE_FACTS:
            return f"{{{{ {name} }}}}"
        return self.lines.get(name, "") or (_("(not known)") if self.seat else _("(of the seat)"))

    def block(self, name: str) -> SafeString:
        """A block of facts as HTML: the result history with its picture."""
        if name not in BLOCK_FACTS:
            return SafeString("")
        chart = chart_of(self.seat) if self.seat else None
        context = {"seat": self.seat, "rows": self.history_rows(), "chart": chart}
        # The template's own markup and escaped texts.
        return mark_safe(render_to_string("campaigns/cribs/history.html", context))  # noqa: S308

    def history_rows(self) -> list[HistoryRow]:
        """The elections with known votes, newest first."""
        return [_row(contest) for contest in elections_of(self.seat)] if self.seat else []


NO_FACTS = CribFacts()


def facts_for(campaign: Campaign, area: Area | None) -> CribFacts:
    """What is known of the seat for this campaign. About six queries: keep what you make of it."""
    organisation = Organisation.objects.filter(pk=1).first()
    lines = {
        "party": campaign.own_party or (organisation.name if organisation else ""),
        "organisation": organisation.name if organisation else "",
        "candidate": candidates_of(campaign, area),
        **_poll_lines(campaign, area),
    }
    if area is None:
        return CribFacts(lines=MappingProxyType(lines))
    seat = seat_facts(area, own_party=campaign.own_party)
    return CribFacts(seat=seat, lines=MappingProxyType({**lines, "seat": area.name, **_seat_lines(seat)}))


def _poll_lines(campaign: Campaign, area: Area | None) -> dict[str, str]:
    """The day of the poll and what must be done before it; where no day is fixed, how the law counts."""
    rule = working_days_of(area.nation if area else "")
    ends = {"register_by": rule.register, "postal_vote_by": rule.postal_vote, "proxy_vote_by": rule.proxy_vote}
    if campaign.poll_closes_at is None:
        counted = _("%(count)s working days before the poll (no day is fixed)")
        return {"polling_day": _("(no day is fixed)")} | {name: counted % {"count": n} for name, n in ends.items()}
    poll = timezone.localtime(campaign.poll_closes_at).date()
    days = {name: formats.date_format(working_days_before(poll, n), "l j F Y") for name, n in ends.items()}
    at_five = _("5 pm on %(day)s")
    return {
        "polling_day": formats.date_format(poll, "l j F Y"),
        "register_by": days["register_by"],
        **{name: at_five % {"day": days[name]} for name in ("postal_vote_by", "proxy_vote_by")},
    }


def candidates_of(campaign: Campaign, area: Area | None) -> str:
    """Who stands for us there; with a single candidate in the whole campaign, they. Empty if nobody is named."""
    named = list(Candidate.objects.filter(campaign=campaign).order_by("pk").values_list("area_id", "name"))
    there = [name for area_id, name in named if area is not None and area_id == area.pk]
    if not there and len(named) == 1:
        there = [named[0][1]]
    return _(" and ").join(there)


def elections_of(seat: SeatFacts) -> tuple[ContestFacts, ...]:
    """The elections that the history shows, newest first."""
    return tuple(contest for contest in seat.history if contest.rows)[:ELECTIONS_SHOWN]


def percent(share: float) -> str:
    """A share from 0 to 1 as people write it: 43.5%."""
    return f"{_rounded(share * 100, 1)}%"


def whole(number: int) -> str:
    """A number with its thousands apart: 6,944."""
    return formats.number_format(number, 0, force_grouping=True)


def _rounded(number: float, places: int) -> str:
    # number_format by itself cuts what is behind the last place.
    return formats.number_format(round(number, places), places)


def _seat_lines(seat: SeatFacts) -> dict[str, str]:
    return {
        "mp": _member(seat),
        "last_result": _last_result(seat),
        "majority": _majority(seat),
        "swing_needed": swing_of(seat),
        "turnout": percent(seat.latest.turnout) if seat.latest and seat.latest.turnout is not None else "",
        "electorate": whole(seat.electorate) if seat.electorate is not None else "",
    }


def _member(seat: SeatFacts) -> str:
    if seat.mp is None:
        return ""
    return f"{seat.mp.name}, {seat.mp.party}" if seat.mp.party else seat.mp.name


def _last_result(seat: SeatFacts) -> str:
    if seat.latest is None or seat.winner is None:
        return ""
    placed = [seat.winner, *([seat.runner_up] if seat.runner_up else [])]
    said = ", ".join(f"{row.party} {percent(row.share)}" for row in placed)
    return f"{said} ({seat.latest.election if not seat.notional else seat.latest.title})"


def _majority(seat: SeatFacts) -> str:
    if seat.majority is None:
        return ""
    said = _("%(votes)s votes") % {"votes": whole(seat.majority)}
    return f"{said} ({percent(seat.majority_share)})" if seat.majority_share is not None else said


def swing_of(seat: SeatFacts) -> str:
    """The swing we need; that none is needed where we won last."""
    if seat.is_held:
        return _("none: we won it last time")
    if seat.latest and seat.own_party and seat.own is None:
        return _("not known: we did not stand last time")
    # In points of share: as small as seats are won by, so one figure more than a share has.
    return f"{_rounded(seat.swing_needed, 2)}%" if seat.swing_needed is not None else ""


def _row(contest: ContestFacts) -> HistoryRow:
    return HistoryRow(
        election=contest.title,
        won=_placed(contest.winner),
        second=_placed(contest.runner_up),
        majority=whole(contest.majority) if contest.majority is not None else "",
        earlier_boundaries=contest.earlier_boundaries,
    )


def _placed(row: PartyResult | None) -> str:
    return f"{row.short} {percent(row.share)}" if row else ""
