"""Rules that the product keeps by what it cannot do, and by what it tells callers (C4, C7, C8, C9, D1); and its guide."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.template.loader import render_to_string

import groundswell
from groundswell.compliance.rule_texts import RULES
from groundswell.people.models import DataSource

ROOT = Path(groundswell.__file__).parent
REPOSITORY = ROOT.parent.parent
GUIDE = REPOSITORY / "docs" / "law.md"
# What would let a program place or record a call.
TELEPHONY = re.compile(r"\b(twilio|vonage|nexmo|plivo|sinch|telnyx|asterisk|pjsip|pjsua|freeswitch|sip)\b", re.I)
IMPORTED = re.compile(r"^\s*(?:import|from) (?!groundswell\.)(?:\w+\.)*" + TELEPHONY.pattern, re.I | re.M)
# The last: where a company that carries our texts takes calls to be placed.
RECORDING = re.compile(r"getUserMedia|RTCPeerConnection|speechSynthesis|MediaRecorder|Calls\.json|TwiML", re.I)


def test_callers_are_told() -> None:
    """C4: their number shows. C8: no message on an answerphone."""
    told = render_to_string("phonebank/caller/about.html", {"plan": None, "says": ""})
    assert "Let your own number show" in told
    assert "Leave no message on an answerphone" in told


def test_nothing_here_can_place_a_call() -> None:
    """C7, C9: a person presses a `tel:` link; no code of ours or of a dependency dials, plays or records anything."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [d for d in project["dependencies"] if TELEPHONY.search(d)] == []
    sources = [p for kind in ("*.py", "*.js") for p in ROOT.rglob(kind) if "tests" not in p.parts]
    texts = {path: path.read_text(encoding="utf-8") for path in sources}
    assert [path.name for path, text in texts.items() if IMPORTED.search(text) or RECORDING.search(text)] == []
    pages = {path: path.read_text(encoding="utf-8") for path in ROOT.rglob("*.html")}
    # The caller's page, and for an organiser the numbers that people gave when they signed up for an evening.
    linked = {path.relative_to(ROOT).parts[0] for path, text in pages.items() if 'href="tel:' in text}
    assert linked == {"phonebank", "events"}


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["lawful_basis", "purpose"])
def test_a_source_without_lawful_basis_or_purpose_cannot_be_kept(missing: str) -> None:
    """D1: by the database itself."""
    said = {"lawful_basis": "legitimate interests", "purpose": "campaigning", missing: ""}
    with pytest.raises(IntegrityError):
        DataSource.objects.create(name="A list", **said)


@pytest.mark.skipif(not GUIDE.exists(), reason="the guide is not part of an installed package")
def test_the_guide_names_every_rule_and_only_tests_that_there_are() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for rule in RULES.values():
        if rule.id[0] in "CDRXA":
            assert f"| {rule.id} " in guide, f"docs/law.md says nothing of {rule.id}"
    suites = [p for folder in (ROOT, REPOSITORY / "tests") for p in folder.rglob("test_*.py")]
    code = "\n".join(p.read_text(encoding="utf-8") for p in suites)
    named = set(re.findall(r"`(test_\w+)`", guide))
    assert len(named) > 40
    assert {name for name in named if f"def {name}(" not in code} == set()
    files = set(re.findall(r"`((?:\w+/)*test_\w+\.py)`", guide))
    known = [str(p) for p in suites]
    assert {f for f in files if not any(path.endswith("/" + f) for path in known)} == set()
