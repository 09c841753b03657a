"""How a seat stands: its elections as people speak of them (who won, by how much, what swing it takes)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from groundswell.places.models import Area, OfficeHolder


@dataclass(frozen=True, slots=True)
class PartyResult:
    """One candidate's votes in one contest. `share` of the valid votes, from 0 to 1."""

    party: str
    abbreviation: str
    candidate: str
    votes: int
    share: float

    @property
    def short(self) -> str:
        """The party in a few letters where there are such, else its name."""
        return self.abbreviation or self.party


@dataclass(frozen=True)
class ContestFacts:
    """One election in one seat; `rows` have the most votes first and may be empty where only totals are known.

    `earlier_boundaries`: held in the seat of the same name as it was drawn before, so not quite the same streets.
    """

    election: str
    held_on: date | None
    electorate: int | None
    valid_votes: int | None
    majority: int | None
    rows: tuple[PartyResult, ...]
    earlier_boundaries: bool = False

    @property
    def notional(self) -> bool:
        """Votes as they would have fallen on other boundaries, not as they were cast in this seat."""
        return "notional" in self.election.casefold()

    @property
    def title(self) -> str:
        """The election as a heading: "2005 (notional)"."""
        if not self.notional:
            return self.election
        return _("%(year)s (notional)") % {"year": self.election.split("-")[0].strip()}

    @property
    def turnout(self) -> float | None:
        """Valid votes as a share of those who could vote, from 0 to 1."""
        return _share(self.valid_votes, self.electorate)

    @property
    def winner(self) -> PartyResult | None:
        """Who had most votes."""
        return self.rows[0] if self.rows else None

    @property
    def runner_up(self) -> PartyResult | None:
        """Who came second."""
        return self.rows[1] if len(self.rows) > 1 else None

    @property
    def majority_share(self) -> float | None:
        """The winner's lead as a share of the valid votes, from 0 to 1."""
        return _share(self.majority, self.valid_votes)

    def result_of(self, party: str) -> PartyResult | None:
        """The best result of a party, by its name or abbreviation; None if it did not stand."""
        return next((row for row in self.rows if is_party(party, row.party, row.abbreviation)), None)


@dataclass(frozen=True)
class SeatFacts:
    """What is known of a seat from election results. `history` has the newest election first."""

    area: Area
    history: tuple[ContestFacts, ...]
    mp: OfficeHolder | None = None
    own_party: str = ""

    @property
    def latest(self) -> ContestFacts | None:
        """The newest election with known votes."""
        return next((contest for contest in self.history if contest.valid_votes), None)

    @property
    def electorate(self) -> int | None:
        """How many could vote at the newest election."""
        return self.latest.electorate if self.latest else None

    @property
    def winner(self) -> PartyResult | None:
        """Who won last."""
        return self.latest.winner if self.latest else None

    @property
    def runner_up(self) -> PartyResult | None:
        """Who came second last."""
        return self.latest.runner_up if self.latest else None

    @property
    def majority(self) -> int | None:
        """By how many votes it was won last."""
        return self.latest.majority if self.latest else None

    @property
    def majority_share(self) -> float | None:
        """By what share of the valid votes it was won last, from 0 to 1."""
        return self.latest.majority_share if self.latest else None

    @property
    def notional(self) -> bool:
        """Whether the newest result is notional."""
        return self.latest is not None and self.latest.notional

    @cached_property
    def own(self) -> PartyResult | None:
        """The own party's newest result; None without an own party or if it did not stand."""
        return self.latest.result_of(self.own_party) if self.latest and self.own_party else None

    @property
    def is_held(self) -> bool:
        """Whether the own party won last."""
        return self.own is not None and self.own == self.winner

    @property
    def challenger(self) -> PartyResult | None:
        """Whose swing counts: the own party, or the runner-up where there is none. None where it did not stand."""
        return self.own if self.own_party else self.runner_up

    @property
    def swing_needed(self) -> float | None:
        """The swing from the winner that the challenger needs to win, in points of share (3.2 = 3.2 of a hundred).

        Half the gap, as every vote that changes sides counts twice. None if the own party holds the seat or did not
        stand in it, and where the votes are not known.
        """
        winner, challenger = self.winner, self.challenger
        if winner is None or challenger is None or challenger == winner:
            return None
        return (winner.share - challenger.share) * 100 / 2


def is_party(wanted: str, party: str, abbreviation: str = "") -> bool:
    """Whether a result's party is the one meant: "Labour" also wins as "Labour and Co-operative", "Green" as
    "Green Party", "Con" as "Conservative"."""
    name = _plain(wanted)
    if not name:
        return False
    listed = _plain(party)
    return name in (listed, _plain(abbreviation)) or listed.startswith(f"{name} and ")


def contest_rows(rows: Iterable[tuple[str, str, str, int]], valid_votes: int | None) -> tuple[PartyResult, ...]:
    """Results from (party, abbreviation, candidate, votes), most votes first, with their share of the valid votes."""
    listed = sorted(rows, key=lambda row: (-row[3], row[0], row[2]))
    total = valid_votes or sum(row[3] for row in listed)
    return tuple(PartyResult(*row, share=row[3] / total if total else 0.0) for row in listed)


def _plain(name: str) -> str:
    return name.strip().casefold().removeprefix("the ").removesuffix(" party")


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None
