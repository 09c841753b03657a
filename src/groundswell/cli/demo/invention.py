"""The invented voters of one seat: streets, households, people and numbers. Pure: the same seed, the same town."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from groundswell.cli.demo import names
from groundswell.cli.demo.names import Origin

# Numbers that Ofcom keeps for drama: nobody has them. Each prefix is followed by three more digits.
MOBILES = "+447700900"
NUMBERS_ANYWHERE = "+441632960"
STALL_NUMBERS = "+441154960"


@dataclass(frozen=True, slots=True)
class Town:
    """What makes one seat different from the other."""

    code: str
    letters: str
    wards: tuple[str, ...]
    landlines: tuple[str, ...]
    mobiles: range
    anywhere: range
    flats: float
    origins: tuple[tuple[Origin, int], ...]


WALTHAMSTOW = Town(
    code="E14001563",
    letters="W",
    wards=("Lamplight", "Ferry Marsh", "Old Brewery", "Coppermill East", "Forest Gate Field", "Hoe Corner"),
    landlines=("+442079460", "+443069990"),
    mobiles=range(500),
    anywhere=range(500),
    flats=0.38,
    origins=(
        (names.BRITISH, 44),
        (names.PAKISTANI, 12),
        (names.EASTERN_EUROPEAN, 9),
        (names.WEST_AFRICAN, 7),
        (names.CARIBBEAN, 7),
        (names.TURKISH, 4),
        (names.INDIAN, 4),
        (names.BANGLADESHI, 3),
        (names.WESTERN_EUROPEAN, 4),
        (names.IRISH, 3),
        (names.EAST_AFRICAN, 2),
        (names.CHINESE, 2),
        (names.IRANIAN_ARAB, 1),
        (names.JEWISH, 1),
    ),
)
BURY_NORTH = Town(
    code="E14001144",
    letters="B",
    wards=("Bobbin Bank", "Tottle Brook", "Peelside", "Ramsfold", "Elm Clough", "Moorgate Top"),
    landlines=("+441614960", "+441134960"),
    mobiles=range(500, 1000),
    anywhere=range(500, 1000),
    flats=0.12,
    origins=(
        (names.BRITISH, 74),
        (names.PAKISTANI, 10),
        (names.IRISH, 4),
        (names.EASTERN_EUROPEAN, 4),
        (names.JEWISH, 3),
        (names.INDIAN, 2),
        (names.WEST_AFRICAN, 1),
        (names.CARIBBEAN, 1),
        (names.CHINESE, 1),
    ),
)


@dataclass(slots=True)
class Voter:
    """One entry on the register."""

    title: str
    given: str
    family: str
    number: int
    suffix: str = "0"
    markers: str = ""
    attains_on: date | None = None
    anonymous: bool = False
    opted_out: bool = False
    phones: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Home:
    """One address and who is registered there."""

    district: int
    lines: tuple[str, ...]
    postcode: str
    voters: list[Voter]


DISTRICTS_A_WARD = 3
SIZES = ((1, 30), (2, 36), (3, 17), (4, 11), (5, 4), (6, 2))
WITH_A_NUMBER = 0.45
TAGS = (("Poster site (demo)", 0.012), ("Has helped before (demo)", 0.01), ("Community group (demo)", 0.006))


def invent(town: Town, *, electors: int, postcodes: list[str], today: date, rng: random.Random) -> list[Home]:
    """About `electors` voters of the town (never fewer), in homes on invented streets with postcodes of the seat."""
    districts = len(town.wards) * DISTRICTS_A_WARD
    addresses = _addresses(town, districts, postcodes, rng)
    origins, weights = zip(*town.origins, strict=True)
    numbers = [0] * districts
    homes: list[Home] = []
    invented = 0
    while invented < electors:
        district, lines, postcode = next(addresses)
        size = rng.choices([n for n, _ in SIZES], [w for _, w in SIZES])[0]
        origin = rng.choices(origins, weights)[0]
        voters = [
            _voter(given, family, origin, today, rng) for given, family in _names(origin, size, origins, weights, rng)
        ]
        for voter in voters:
            # One in a hundred was added between two others, and bears the number before with a suffix.
            if numbers[district] and rng.random() < 0.01:
                voter.suffix = "1"
            else:
                numbers[district] += 1
            voter.number = numbers[district]
        _number_once(voters, homes, district)
        homes.append(Home(district, lines, postcode, voters))
        invented += size
    for home in rng.sample(homes, 3):
        _make_anonymous(home)
    _give_phones(town, homes, rng)
    return homes


def _number_once(voters: list[Voter], homes: list[Home], district: int) -> None:
    """Two inserted after the same elector are /1 and /2."""
    taken = {(v.number, v.suffix) for home in homes[-40:] if home.district == district for v in home.voters}
    for voter in voters:
        while (voter.number, voter.suffix) in taken:
            voter.suffix = str(int(voter.suffix) + 1)
        taken.add((voter.number, voter.suffix))


def _names(
    origin: Origin, size: int, origins: tuple[Origin, ...], weights: tuple[int, ...], rng: random.Random
) -> Iterator[tuple[str, str]]:
    """A family mostly shares a name; one home in ten is shared by people who do not."""
    sharers = size > 1 and rng.random() < 0.1
    family = rng.choice(origin.family)
    taken: set[str] = set()
    turn = rng.randrange(2)
    for nth in range(size):
        if sharers:
            origin = rng.choices(origins, weights)[0]
            family = rng.choice(origin.family)
        # The first two of a home are more often than not a couple.
        turn = 1 - turn if nth == 1 and rng.random() < 0.9 else rng.randrange(2)
        first, middle = rng.sample(origin.given[turn], 2)
        while first in taken:
            first = rng.choice(origin.given[turn])
        taken.add(first)
        name = f"{first} {middle}" if rng.random() < 0.35 else first
        yield name, family if nth == 0 or rng.random() < origin.shared else rng.choice(origin.family)


def _voter(given: str, family: str, origin: Origin, today: date, rng: random.Random) -> Voter:
    voter = Voter("", given, family, 0, opted_out=rng.random() < 0.55)
    if rng.random() < 0.03:
        voter.title = "Dr"
    if rng.random() < 0.012:
        voter.attains_on = today + timedelta(days=rng.randrange(5, 360))
        voter.markers = "N"
    elif origin in (names.EASTERN_EUROPEAN, names.WESTERN_EUROPEAN) and rng.random() < 0.5:
        voter.markers = rng.choice(("G", "G", "B"))
    elif rng.random() < 0.006:
        voter.markers = "F"
    for tag, share in TAGS:
        if rng.random() < share:
            voter.tags.append(tag)
    return voter


def _make_anonymous(home: Home) -> None:
    """An anonymous entry has a number and nothing else."""
    voter = home.voters[0]
    voter.given = voter.family = voter.title = voter.markers = ""
    voter.anonymous, voter.attains_on = True, None
    voter.tags = []


def _addresses(
    town: Town, districts: int, postcodes: list[str], rng: random.Random
) -> Iterator[tuple[int, tuple[str, ...], str]]:
    """District by district, street by street, in walking order; some fifteen doors to a postcode, as in life."""
    streets = sorted({f"{first} {way}" for first in names.FLOWERS_AND_BIRDS + names.TRADES for way in names.WAYS})
    rng.shuffle(streets)
    stride = len(postcodes) // districts
    turn = 0
    while True:
        for district in range(districts):
            street = streets[(turn * districts + district) % len(streets)]
            here = postcodes[district * stride : (district + 1) * stride]
            yield from _street(town, district, street, here[(2 * turn) % len(here) :] or here, rng)
        turn += 1


def _street(
    town: Town, district: int, street: str, postcodes: list[str], rng: random.Random
) -> Iterator[tuple[int, tuple[str, ...], str]]:
    houses = rng.randrange(18, 34)
    place = "London" if town is WALTHAMSTOW else "Bury"
    for door in range(1, houses + 1):
        postcode = postcodes[min((door - 1) // 15, len(postcodes) - 1)]
        if rng.random() < 0.06:
            continue  # nobody is registered there
        if rng.random() < town.flats / 3:
            for flat in range(1, rng.randrange(2, 5)):
                yield district, (f"Flat {flat}", f"{door} {street}", place), postcode
        else:
            yield district, (f"{door} {street}", place), postcode


def _give_phones(town: Town, homes: list[Home], rng: random.Random) -> None:
    landlines = [f"{prefix}{n:03}" for prefix in town.landlines for n in range(1000)]
    landlines += [f"{NUMBERS_ANYWHERE}{n:03}" for n in town.anywhere]
    mobiles = [f"{MOBILES}{n:03}" for n in town.mobiles]
    rng.shuffle(landlines)
    rng.shuffle(mobiles)
    for home in homes:
        people = [voter for voter in home.voters if not voter.anonymous and voter.markers != "F"]
        if not people or rng.random() >= WITH_A_NUMBER:
            continue
        # There are only a thousand such mobiles: a home has a number of its own, a few of its people one more.
        if landlines:
            number = landlines.pop()
            for voter in people[: rng.randrange(1, len(people) + 1)]:
                voter.phones.append(number)
        for voter in people:
            if mobiles and rng.random() < 0.17:
                voter.phones.append(mobiles.pop())
