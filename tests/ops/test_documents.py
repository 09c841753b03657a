"""What the documents say of settings and commands is what there is."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from groundswell.cli.doctor import variable_of
from groundswell.cli.main import BENCHES, COMMANDS, IMPORTS, SIMULATIONS
from groundswell.config.environment import Environment
from groundswell.joining.rules import CODE_DIGITS, CODE_HOLDS, CODES_IN, MOST_CODES, MOST_WRONG
from groundswell.places.imports import LAYOUTS

DOCS = Path(__file__).parents[2] / "docs"
README = DOCS.parent / "README.md"
SOURCE = DOCS.parent / "src" / "groundswell"


def test_settings_table_is_that_of_the_program() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (.+) \|$", (DOCS / "operators.md").read_text(), re.MULTILINE)
    expected = []
    for name, field in Environment.model_fields.items():
        default = "none" if field.default in ("", None) or name == "secret_key" else f"`{field.default}`"
        expected.append((variable_of(name), default, field.description))
    assert rows == expected


@pytest.mark.parametrize("path", [README, *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_every_command_that_is_named_exists(path: Path) -> None:
    code = re.findall(r"`[^`\n]*`|^    .*$", path.read_text(), re.MULTILINE)
    named = {
        (group, name)
        for text in code
        for group, name in re.findall(r"(?:^|[`/ ])groundswell (import |bench |simulate |)([a-z][a-z-]+)\b", text)
    }
    known = (
        {("", name) for name in (*COMMANDS, "import", "bench", "simulate")}
        | {("import ", name) for name in IMPORTS}
        | {("bench ", name) for name in BENCHES}
        | {("simulate ", name) for name in SIMULATIONS}
    )
    assert named - known == set()


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_every_file_that_is_linked_exists(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_picture_is_drawn_by_the_script_and_shown_somewhere() -> None:
    """Whoever draws them anew draws all; those of a session are on the front page, for light and for dark screens."""
    shots = re.findall(r'^    Shot\("([a-z-]+)"', (DOCS / "screenshots.py").read_text(), re.MULTILINE)
    drawn = {path.name for path in (DOCS / "images").iterdir()}
    assert drawn == {f"{name}-{scheme}.png" for name in shots for scheme in ("light", "dark")}
    pages = {
        path.name: set(re.findall(r"images/([\w-]+\.png)", path.read_text())) for path in (README, *DOCS.glob("*.md"))
    }
    shown = set().union(*pages.values())
    assert shown <= drawn
    assert {name for name in shots if f"{name}-light.png" not in shown} == set()
    session = {"lobby", "caller-phone", "board", "report", "map"}
    assert {f"{name}-{scheme}.png" for name in session for scheme in ("light", "dark")} <= pages["README.md"]


def test_columns_of_place_files_are_those_that_are_read() -> None:
    text = (DOCS / "operators.md").read_text()
    rows = {
        name: (tuple(re.findall(r"`(\w+)`", required)), tuple(re.findall(r"`(\w+)`", optional)))
        for name, required, optional in re.findall(r"^\| ([a-z-]+) \| (`.+?) \|(.*)\|$", text, re.MULTILINE)
    }
    assert rows == {name.replace("_", "-"): (layout.required, layout.optional) for name, layout in LAYOUTS.items()}


def test_stay_inside_the_law_names_the_figures_and_words_that_hold() -> None:
    guide = " ".join((DOCS / "stay-inside-the-law.md").read_text().split())
    pack = json.loads((SOURCE / "compliance" / "data" / "uk.json").read_text())["figures"]
    figures = {(row["key"], row.get("organisation_kind", "")): row["value"] for row in pack}
    hours = {"message_hours_email", "message_hours_sms"}
    said = {
        "six figures that hold for half an hour": (6, timedelta(minutes=30)) == (CODE_DIGITS, CODE_HOLDS),
        "five wrong ones and it is of no use": MOST_WRONG == 5,
        "three codes to a number in a day": (3, timedelta(days=1)) == (MOST_CODES, CODES_IN),
        "to more than five hundred people": figures["two_person_messages", ""] == 500,
        "goes by itself after three months": figures["retention_months_unconfirmed", ""] == 3,
        "9 to 9, not on Sundays": all(
            set(map(tuple, figures[key, ""].values())) == {("09:00", "21:00")} and "sun" not in figures[key, ""]
            for key in hours
        ),
    }
    assert {words: words in guide and holds for words, holds in said.items()} == dict.fromkeys(said, True)
    sources = "".join(path.read_text() for kind in ("html", "py") for path in SOURCE.rglob(f"*.{kind}"))
    for label in (
        "Look at it",
        "They want no more texts",
        "They object to marketing",
        "Say that we shall email them",
        "A number typed on a page is confirmed by a code",
        "Sign-ups that nobody confirmed",
        "Inbox",
        "Senders",
        "Screening",
        "Figures",
        "Organisation",
    ):
        assert label in guide
        assert f'"{label}' in sources, f"{label} stands on no page"
