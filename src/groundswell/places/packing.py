"""Makes the packaged data from plain source files: `python -m groundswell.places.packing SOURCE_FOLDER`.

Run by whoever brings the data up to date, never by the product. What it reads and where it comes from is described in
`data/README.md`. The same sources give the same bytes, so that a change of data is a change one can review.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from groundswell.places.cartogram import Place, hexagons
from groundswell.places.enums import PARLIAMENT_2010, PARLIAMENT_2024, UK
from groundswell.places.postcodes import unit_number

DATA = Path(__file__).parent / "data"

BOUNDARY_SETS = {"2010": PARLIAMENT_2010, "2024": PARLIAMENT_2024}
POLLING_DAYS = {
    "2024": "2024-07-04",
    "2015": "2015-05-07",
    "2010": "2010-05-06",
    # Votes of 2005 as they would have fallen on the boundaries of 2010.
    "2005-notional": "2005-05-05",
}
NATIONS = {
    "England": "E92000001",
    "Northern Ireland": "N92000002",
    "Scotland": "S92000003",
    "Wales": "W92000004",
}
REGIONS = {
    "North East": "E12000001",
    "North West": "E12000002",
    "Yorkshire and The Humber": "E12000003",
    "East Midlands": "E12000004",
    "West Midlands": "E12000005",
    "East of England": "E12000006",
    "London": "E12000007",
    "South East": "E12000008",
    "South West": "E12000009",
}

AREA_COLUMNS = (
    *("boundary_set", "kind", "code", "name", "parent_set", "parent_code", "nation", "region"),
    *("latitude", "longitude"),
)
CONTEST_COLUMNS = (*("boundary_set", "code", "election", "held_on", "electorate", "valid_votes", "majority", "result"),)
RESULT_COLUMNS = ("boundary_set", "code", "election", "party", "party_abbreviation", "candidate", "votes", "sitting")
HEXAGON_COLUMNS = ("boundary_set", "kind", "code", "q", "r")
HOLDER_COLUMNS = ("boundary_set", "code", "office", "name", "party", "email")

Row = tuple[str, ...]


def areas(constituencies: Iterable[dict[str, str]]) -> Iterator[Row]:
    """Nations, the regions of England, then constituencies below them."""
    for nation, code in NATIONS.items():
        yield (UK, "nation", code, nation, "", "", nation, "", "", "")
    for region, code in REGIONS.items():
        yield (UK, "region", code, region, UK, NATIONS["England"], "England", region, "", "")
    for row in constituencies:
        nation, region = row["nation"].strip(), row["region"].strip()
        parent = REGIONS[region] if nation == "England" else NATIONS[nation]
        yield (
            *(BOUNDARY_SETS[row["boundary_set"]], "constituency", row["code"], row["name"].strip(), UK, parent),
            *(nation, region, row["latitude"], row["longitude"]),
        )


def results(rows: Iterable[dict[str, str]]) -> Iterator[Row]:
    """Candidates' votes, most votes first within a contest."""
    for row in rows:
        yield (
            *(BOUNDARY_SETS[row["boundary_set"]], row["code"], row["election"], row["party"].strip()),
            *(row["party_abbreviation"].strip(), row["candidate"].strip(), row["votes"]),
            "t" if row["sitting_mp"] == "Yes" else "f",
        )


def contests(turnout: Iterable[dict[str, str]], votes: Iterable[Row]) -> Iterator[Row]:
    """Turnout where it was published; for notional results the sum of the votes and the lead of the first."""
    published = {(row["boundary_set"], row["code"], row["election"]): row for row in turnout}
    known = {(BOUNDARY_SETS[boundaries], code, election) for boundaries, code, election in published}
    for (boundaries, code, election), row in published.items():
        yield (
            *(BOUNDARY_SETS[boundaries], code, election, POLLING_DAYS[election]),
            *(row["electorate"], row["valid_votes"], row["majority"], row["result"]),
        )
    counted: dict[tuple[str, str, str], list[tuple[int, str]]] = defaultdict(list)
    for boundary_set, code, election, _party, abbreviation, _candidate, number, _sitting in votes:
        if (boundary_set, code, election) not in known:
            counted[boundary_set, code, election].append((int(number), abbreviation))
    for (boundary_set, code, election), polled in counted.items():
        first, second, *_ = sorted(polled, reverse=True)
        total = sum(number for number, _ in polled)
        yield (
            *(boundary_set, code, election, POLLING_DAYS[election], "", str(total)),
            *(str(first[0] - second[0]), f"{first[1]} (notional)"),
        )


def office_holders(rows: Iterable[dict[str, str]]) -> Iterator[Row]:
    """Members of Parliament. A seat that is missing is vacant."""
    for row in rows:
        yield (PARLIAMENT_2024, row["code"], "MP", row["name"].strip(), row["party"].strip(), row["email"].strip())


def hexagon_rows(constituencies: Iterable[dict[str, str]]) -> Iterator[Row]:
    """The hexagon map of the constituencies of 2024. The same centres give the same map."""
    places = [
        Place(
            row["code"], float(row["latitude"]), float(row["longitude"]), row["region"].strip() or row["nation"].strip()
        )
        for row in constituencies
        if row["boundary_set"] == "2024"
    ]
    for code, (q, r) in hexagons(places).items():
        yield (PARLIAMENT_2024, "constituency", code, str(q), str(r))


def postcodes(lines: Iterable[str]) -> bytes:
    """`SECTOR:units run together:indexes` as one line of JSON, the units and the seats as 16-bit little-endian."""
    rows = iter(lines)
    next(rows)
    codes = next(rows).rstrip("\n").split(",")
    sectors, counts = [], []
    units, seats = array("H"), array("H")
    for line in rows:
        sector, letters, indexes = line.rstrip("\n").split(":")
        numbers = [unit_number(letters[at : at + 2]) for at in range(0, len(letters), 2)]
        seat = [int(index) for index in indexes.split(",")]
        sectors.append(sector)
        counts.append(len(numbers))
        units.extend(numbers)
        seats.extend(seat * len(numbers) if len(seat) == 1 else seat)
    if len(units) != len(seats):
        raise ValueError(f"{len(units)} postcodes but {len(seats)} seats")
    if sys.byteorder == "big":
        units.byteswap()
        seats.byteswap()
    head = json.dumps({"codes": codes, "sectors": sectors, "counts": counts}, separators=(",", ":"))
    return head.encode() + b"\n" + units.tobytes() + seats.tobytes()


def pack(source: Path, target: Path = DATA) -> None:
    """Reads the plain files of `source`, writes the packaged ones."""
    votes = list(results(_read(source / "results.csv")))
    _write(target / "areas.csv.gz", AREA_COLUMNS, areas(_read(source / "constituencies.csv")))
    _write(target / "contests.csv.gz", CONTEST_COLUMNS, contests(_read(source / "turnout.csv"), votes))
    _write(target / "results.csv.gz", RESULT_COLUMNS, votes)
    _write(target / "hexagons-2024.csv.gz", HEXAGON_COLUMNS, hexagon_rows(_read(source / "constituencies.csv")))
    _write(target / "mps-2026-06-27.csv.gz", HOLDER_COLUMNS, office_holders(_read(source / "mps-2026-06.csv")))
    with gzip.open(source / "postcode-sectors-2024.txt.gz", "rt", encoding="ascii") as lines:
        _compress(target / "postcodes-2024.gz", postcodes(lines))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(sorted(rows) if path.name != "areas.csv.gz" else rows)
    _compress(path, text.getvalue().encode())


def _compress(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
