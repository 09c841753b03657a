"""What templates name exists: a wrong name under `{% url ... as %}` is silently nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.urls import get_resolver

import groundswell
from permissions.test_table import routes

ROOT = Path(groundswell.__file__).parent
TEMPLATES = sorted(ROOT.rglob("*.html"))
URL = re.compile(r"""{%\s*url\s+["']([\w:]+)["']""")
OTHER = re.compile(r"""{%\s*(?:include|extends)\s+["']([\w./-]+)["']""")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_address_and_template_that_a_template_names_exists(path: Path):
    text = path.read_text(encoding="utf-8")
    known = {*routes(get_resolver())}
    assert {*URL.findall(text)} <= known
    for name in OTHER.findall(text):
        get_template(name)
