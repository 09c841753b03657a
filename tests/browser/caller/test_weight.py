"""What a slow phone has to fetch before the first call: few files, little of each (docs/architecture.md)."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from groundswell.phonebank.tests.caller_world import CallerWorld

pytestmark = pytest.mark.django_db

FILES = re.compile(r'(?:<link rel="stylesheet" href|<script src)="/static/([^"]+)"')


def zipped(data: bytes) -> int:
    return len(gzip.compress(data))


def test_the_callers_page_is_small_and_its_next_household_smaller():
    world = CallerWorld()
    for _ in range(2):
        world.household("Siân Wyllt", "Tom Okafor")
    page = world.client().get(reverse("phonebank:call", args=[world.bank.pk])).content
    names = FILES.findall(page.decode())
    files = {name: zipped(Path(finders.find(name)).read_bytes()) for name in names}
    assert len(files) == 10
    assert sum(files.values()) < 18_000, files
    assert len(page) < 32_000
    assert zipped(page) < 7_000
