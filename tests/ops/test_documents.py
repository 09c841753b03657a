"""What the documents say of settings and commands is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundswell.cli.doctor import variable_of
from groundswell.cli.main import BENCHES, COMMANDS, IMPORTS, SIMULATIONS
from groundswell.config.environment import Environment
from groundswell.places.imports import LAYOUTS

DOCS = Path(__file__).parents[2] / "docs"
README = DOCS.parent / "README.md"


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
