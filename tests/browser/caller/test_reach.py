"""What a caller can get at, by following every link and reading every page: their own household, and no list."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from groundswell.phonebank.tests.caller_world import CallerWorld

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a [^>]*href="([^"#]+)"|<form [^>]*method="get"[^>]*action="([^"]*)"')
SEARCHES = re.compile(r'type="search"|role="search"|name="(q|search)"')


def test_no_search_no_list_and_no_export_within_a_callers_reach():
    world = CallerWorld()
    for _ in range(12):
        world.household()
    client = world.client()
    waiting = ["/", reverse("phonebank:call", args=[world.bank.pk]), reverse("phonebank:calling") + "?all"]
    seen, names = {}, set()
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(("mailto:", "tel:")):
            continue
        answer = client.get(address)
        seen[address] = answer.status_code
        if answer.status_code in (301, 302):
            waiting.append(answer["Location"])
        if answer.status_code != 200:
            continue
        assert "attachment" not in answer.get("Content-Disposition", ""), address
        assert answer["Content-Type"].startswith("text/html"), address
        page = answer.content.decode()
        assert not SEARCHES.search(page), address
        names |= set(re.findall(r"Voter Number\d+", page))
        found = (one or two for one, two in LINK.findall(page))
        waiting += [link for link in found if not urlsplit(link).netloc]
    assert names == {"Voter Number1"}
    assert sum(status == 200 for status in seen.values()) >= 3
    assert not [address for address, status in seen.items() if status >= 400], seen
