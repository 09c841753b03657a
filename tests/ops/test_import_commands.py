"""`groundswell import`, whole: a file on disk, an installation, one JSON object on stdout and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Installation

pytestmark = pytest.mark.slow

REGISTER = (
    "Elector Number Prefix,Elector Number,Elector Number Suffix,Elector Surname,Elector Forename,PostCode,Address1\n"
    "AA,1,0,Smith,Ann,E17 9AA,1 High Road\n"
    "AA,2,0,Smith,Ben,E17 9AA,1 High Road\n"
    "AA,x,0,Smith,Cem,E17 9AA,1 High Road\n"
)
DECLARED = ("--entitlement", "Registered party", "--purpose", "Electoral purposes", "--register-date", "2026-11-01")


def counts(answer: dict, *names: str) -> list[int]:
    return [answer[name] for name in names]


def test_from_the_register_to_the_screening(installation: Installation, tmp_path: Path):
    def file(name: str, content: str) -> str:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return str(path)

    seat = ("--constituency", "Walthamstow")
    register = file("register.csv", REGISTER)
    tried = installation.json("import", "register", register, *seat, *DECLARED, "--dry-run")
    assert (tried["created"], tried["batch"]) == (2, None)
    done = installation.json("import", "register", register, *seat, *DECLARED)
    assert counts(done, "rows", "created", "updated", "unchanged", "deleted", "rejected") == [3, 2, 0, 0, 0, 1]
    assert "is not an elector number" in Path(done["rejects_file"]).read_text(encoding="utf-8-sig")
    again = installation.json("import", "register", register, *seat, *DECLARED)
    assert counts(again, "created", "updated", "unchanged", "deleted") == [0, 0, 2, 0]

    # What the seat is, its postcodes tell; the purpose has a default.
    shortest = ("--entitlement", "Registered party", "--register-date", "2026-11-01")
    told_by_postcodes = installation.json("import", "register", register, "--layout", "auto", *shortest)
    assert told_by_postcodes["constituency"] == "Walthamstow"
    assert counts(told_by_postcodes, "created", "unchanged") == [0, 2]
    torn = file("two-seats.csv", REGISTER.replace("AA,2,0,Smith,Ben,E17 9AA", "AA,2,0,Smith,Ben,BL9 6QA"))
    refused = installation.do("import", "register", torn, *shortest, "--json")
    assert "Bury North" in json.loads(refused.stdout)["error"]
    assert "several constituencies" in json.loads(refused.stdout)["error"]

    phones = file("phones.csv", "Elector Number,Phone\nAA1,01632960001\nAA9,01632960002\n")
    told = ("--source", "Members", "--lawful-basis", "Legitimate interests", "--purpose", "Campaigning")
    given = installation.json("import", "phones", phones, *told, *seat)
    assert counts(given, "created", "numbers", "unmatched") == [1, 1, 1]

    tps = file("tps.csv", "01632960001\n02079460000\n")
    screened = installation.json("import", "screening", tps, "--date", "2026-11-01")
    assert counts(screened, "screened", "listed", "created", "rejected") == [1, 1, 1, 0]
    closed = installation.json("import", "screening", tps, "--kind", "do-not-call")
    assert counts(closed, "created", "unchanged") == [2, 0]
    twice = installation.json("import", "screening", tps, "--kind", "do-not-call")
    assert counts(twice, "created", "unchanged") == [0, 2]


REFUSALS = [
    (("screening",), "Say with --date"),
    (("screening", "--date", "2126-01-01"), "in the future"),
    (("register", "--constituency", "Walthamstowe", *DECLARED), "Did you mean Walthamstow?"),
    (("register", "--constituency", "Walthamstow", *DECLARED), "not those of an electoral register"),
    (("phones", "--source", "S", "--lawful-basis", "B", "--purpose", "P"), "No column holds telephone numbers"),
    (("screening", "--date", "2026-11-01"), "No telephone number was found"),
    (("areas", "--boundary-set", "mine"), "code"),
]


def test_a_refusal_is_one_object_too(installation: Installation, tmp_path: Path):
    path = tmp_path / "other.csv"
    path.write_text("payee,amount\nPrinters,twelve\nBakers,nine\n", encoding="utf-8")
    for (kind, *options), sentence in REFUSALS:
        result = installation.do("import", kind, str(path), *options, "--json")
        assert result.returncode != 0, kind
        assert sentence in json.loads(result.stdout)["error"]
