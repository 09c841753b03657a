"""One definition of "may we contact them, now?": whoever counts, builds, hands out or explains asks the same function.

Twice proven: by the source (nobody else reads the ledgers that decide), and by a population with every reason, every pair
of reasons and mixed households, over which the person's page, the builder's counts, the queue and the claims must agree.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

import groundswell
from groundswell.compliance.contact import counts_by_refusal, statuses_of_people
from groundswell.compliance.enums import Refusal
from groundswell.compliance.models import Consent, Screening, Suppression
from groundswell.people.models import ContactPoint, Elector, Person, Register
from groundswell.phonebank.enums import ClaimStatus
from groundswell.phonebank.models import Call, Outcome, PhoneBank, QueueEntry
from groundswell.phonebank.operations import build_queue, claim_next, preview
from groundswell.phonebank.operations.lists import REASON_ORDER
from groundswell.phonebank.tests.world import NOON, World
from groundswell.web.person.queries import history_of

ROOT = Path(groundswell.__file__).parent
DEFINITION = "compliance/sql/install/20_call_status.sql"

# Who asks the function. Another file that needs an answer asks one of these.
ASKS = {
    "compliance/contact.py": "its face in Python",
    "phonebank/sql/install/20_who_may_be_called.sql": "claims and the person's page: with the ledger of calls on top",
    "phonebank/sql/listed.sql": "counts and queues: over everybody meant",
    "phonebank/sql/install/50_record.sql": "who of a household is left to ring after a result",
    "cli/demo/calling.py": "the demo's invented calls are made only where they may be",
}
# Who reads the ledgers that decide, other than compliance itself, and what for: none of them to decide.
LEDGERS = re.compile(
    r"compliance_(suppression|screening|consent)\b|\b(Suppression|Screening|Consent)\b(?=\.objects)"
    r"|import [^\n]*\b(Suppression|Screening|Consent)\b"
)
READS = {
    "web/person/queries.py": "shows the lines beside the answer",
    "web/person/sql/addresses.sql": "shows the day of screening beside the answer",
    "web/person/sql/timeline.sql": "shows who closed an address",
    "web/person/views/actions.py": "finds the consent that is taken back",
    "phonebank/operations/effects.py": "writes down what was said on the telephone",
    "cli/demo/": "invents them for the demo, and removes them",
    "cli/benching/": "a scratch database for benchmarks",
    "cli/bench_sending.py": "counts whom a measurement should have written to, and whom it must not",
}


def sources() -> Iterator[tuple[str, str]]:
    """Every source file of the product and its text without comments in SQL."""
    for path in sorted([*ROOT.rglob("*.py"), *ROOT.rglob("*.sql")]):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        yield str(path.relative_to(ROOT)), re.sub(r"--[^\n]*", "", text) if path.suffix == ".sql" else text


def test_one_function_answers_and_these_ask_it() -> None:
    asking = {name for name, text in sources() if re.search(r"\bcompliance_call_status\s*\(", text)}
    assert asking == {DEFINITION, *ASKS}


def test_nobody_else_reads_what_decides() -> None:
    reading = {n for n, text in sources() if not n.startswith("compliance/") and LEDGERS.search(text)}
    unknown = {name for name in reading if not name.startswith(tuple(READS))}
    assert unknown == set(), "ask groundswell.compliance.contact instead, or say here what it is read for"
    stale = {name for name in READS if not any(reader.startswith(name) for reader in reading)}
    assert stale == set(), "strike what reads nothing any more"


@dataclass
class Subject:
    """One person with one number, to have things happen to them."""

    world: World
    person: Person
    number: ContactPoint
    bank: PhoneBank

    def elector(self, **fields: object) -> None:
        register, _ = Register.objects.get_or_create(
            constituency=self.world.area,
            defaults={
                "source": self.world.source,
                "entitlement": "party",
                "purpose": "elections",
                "register_date": NOON.date(),
            },
        )
        Elector.objects.create(
            person=self.person,
            register=register,
            area=self.world.area,
            prefix="KD",
            number=str(Elector.objects.count() + 1),
            register_date=NOON.date(),
            **fields,
        )

    def since(self, field: str) -> None:
        Person.objects.filter(pk=self.person.pk).update(**{field: NOON - timedelta(days=2)})

    def erase(self) -> None:
        Person.objects.filter(pk=self.person.pk).update(
            erased_at=NOON, title="", given_names="", family_name="", name_key="", household=None, date_of_birth=None
        )

    def close(self, scope: str, *, lifted: bool = False) -> None:
        Suppression.objects.get_or_create(
            address_hash=self.number.address_hash,
            kind="phone",
            scope=scope,
            reason="asked",
            lifted_at=NOON if lifted else None,
            lifted_reason="asked again" if lifted else "",
        )

    def screened(self, **fields: object) -> None:
        Screening.objects.update_or_create(
            contact_point=self.number,
            list=fields.pop("list", "tps"),
            defaults={"file": self.world.file, "screened_on": self.world.file.screened_on, "listed": False, **fields},
        )

    def consent(self, state: str, days_ago: int) -> None:
        Consent.objects.create(
            person=self.person,
            address_hash=self.number.address_hash,
            channel="call",
            state=state,
            wording="You may ring me.",
            evidence="form",
            source="stall",
            given_at=NOON - timedelta(days=days_ago),
        )

    def called(self, hours_ago: int) -> None:
        Call.objects.create(
            client_uuid=uuid4(),
            campaign_id=self.world.campaign.pk,
            phone_bank=self.bank,
            person=self.person,
            contact_point=self.number,
            caller=self.world.organiser,
            outcome=Outcome.objects.get(code="no_answer"),
            is_dial=True,
            is_contact=False,
            occurred_at=NOON - timedelta(hours=hours_ago),
        )


TRAITS: dict[str, Callable[[Subject], object]] = {
    "no number": lambda s: s.person.person_contacts.all().delete(),
    "erased": lambda s: s.erase(),
    "anonymous": lambda s: s.elector(anonymous=True),
    "removed": lambda s: s.elector(removed_on=NOON.date()),
    "on a register": lambda s: s.elector(),
    "fifteen": lambda s: Person.objects.filter(pk=s.person.pk, erased_at=None).update(
        date_of_birth=NOON.date() - timedelta(days=15 * 365)
    ),
    "comes of age in three years": lambda s: s.elector(attainment_date=NOON.date() + timedelta(days=3 * 365)),
    "comes of age in a year": lambda s: s.elector(attainment_date=NOON.date() + timedelta(days=365)),
    "deceased": lambda s: s.since("deceased_at"),
    "moved": lambda s: s.since("moved_at"),
    "objected": lambda s: s.since("objected_at"),
    "asked not to be called": lambda s: s.close("calls"),
    "closed for everything": lambda s: s.close("all"),
    "closed to messages": lambda s: s.close("messages"),
    "opened again": lambda s: s.close("calls", lifted=True),
    "retired": lambda s: ContactPoint.objects.filter(pk=s.number.pk).update(retired_at=NOON, retired_reason="dead"),
    "on the TPS": lambda s: s.screened(listed=True),
    "on the CTPS": lambda s: s.screened(list="ctps", listed=True),
    "screened long ago": lambda s: s.screened(screened_on=NOON.date() - timedelta(days=29)),
    "never screened": lambda s: Screening.objects.filter(contact_point=s.number).delete(),
    "consented": lambda s: s.consent("given", 5),
    "consented and took it back": lambda s: (s.consent("given", 5), s.consent("withdrawn", 3)),
    "called today elsewhere": lambda s: s.called(1),
    "called yesterday elsewhere": lambda s: s.called(30),
}


@pytest.fixture
def population(db: None) -> tuple[World, PhoneBank]:
    """Every trait, every pair of traits, and households of two to four with whatever chance gives them."""
    world = World()
    elsewhere = world.bank(build=False, name="Elsewhere")
    chance = random.Random(20261118)
    cases: list[list[tuple[str, ...]]] = [[()]]
    cases += [[pair] for size in (1, 2) for pair in itertools.combinations(TRAITS, size)]
    cases += [
        [tuple(chance.sample(sorted(TRAITS), chance.choice((0, 0, 1, 1, 2, 3)))) for _ in range(chance.randint(2, 4))]
        for _ in range(120)
    ]
    by_size: dict[int, list[list[tuple[str, ...]]]] = {}
    for case in cases:
        by_size.setdefault(len(case), []).append(case)
    for size, same in by_size.items():
        for home, case in zip(world.households(len(same), people=size), same, strict=True):
            for person, number, traits in zip(home.people, home.numbers, case, strict=True):
                for trait in traits:
                    TRAITS[trait](Subject(world, person, number, elsewhere))
    return world, elsewhere


@pytest.mark.slow
def test_page_counts_queue_and_claims_agree(population: tuple[World, PhoneBank]) -> None:
    world, _elsewhere = population
    # As each person's page says it.
    by_home: dict[object, list[Refusal | None]] = {}
    may_be_rung: set[tuple[int, int]] = set()
    on_pages: Counter[Refusal | None] = Counter()
    for person in Person.objects.select_related("household__constituency", "source").order_by("pk"):
        history = history_of(person, now=NOON)
        said = [address.verdict.refusal for address in history.addresses if address.is_phone] or [Refusal.NO_NUMBER]
        assert (history.verdict.refusal is None) == (None in said)
        by_home.setdefault(person.household_id or f"lone {person.pk}", []).extend(said)
        on_pages.update(said)
        may_be_rung |= {(person.pk, a.id) for a in history.addresses if a.verdict.refusal is None}
    assert set(Refusal) - set(on_pages) == {Refusal.ATTEMPTS_USED}, "every reason occurs, but that of one phone bank"
    assert len(may_be_rung) > 100

    # The one definition itself; only the ledger of calls comes on top.
    statuses = statuses_of_people(Person.objects.values_list("pk", flat=True), now=NOON)
    assert {(s.person_id, s.contact_point_id) for s in statuses if s.may_call} >= may_be_rung
    called_today = on_pages.pop(Refusal.CALLED_TODAY)
    on_pages[None] += called_today
    assert counts_by_refusal(now=NOON) == on_pages
    on_pages[None] -= called_today

    # The builder's counts, in households: rung, or left out for the reason nearest to calling.
    bank = world.bank(build=False)
    counts = preview(bank, now=NOON)
    assert counts.households == sum(None in said for said in by_home.values())
    assert dict(counts.refused) == Counter(
        Refusal(max((str(r) for r in said), key=REASON_ORDER.index)) for said in by_home.values() if None not in said
    )

    # The queue, and what is handed out of it.
    build_queue(bank, by=world.organiser, now=NOON)
    waits_until_tomorrow = counts.refused[Refusal.CALLED_TODAY]
    assert QueueEntry.objects.filter(phone_bank=bank).count() == counts.households + waits_until_tomorrow
    handed_out: set[tuple[int, int]] = set()
    for _ in range(counts.households):
        household = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).household
        assert household is not None
        handed_out |= {(person.id, number.id) for person in household.people for number in person.numbers}
    assert claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).status == ClaimStatus.EMPTY
    assert handed_out == may_be_rung
