"""Every address of the site is asked for as every kind of visitor, and answers as table.py says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from groundswell.accounts.tests.builders import sign_in
from permissions.table import STEPS, TABLE, Row
from permissions.viewers import VIEWERS
from permissions.world import World

pytestmark = pytest.mark.django_db
# With "?next=": the plain sign-in page is where one lands after signing out.
WAYS_OUT = ("/accounts/login/?", "/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/", "/second-factor/")

LEAD_TO_PHONE_BANKS = {"home", "campaigns:campaign"}


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """The name of every address that Django would answer, Django's own admin apart (see test_admin)."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}"
        elif pattern.app_name != "admin":
            yield from routes(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


def test_every_address_is_in_the_table_once_and_the_table_holds_no_other():
    listed = [row.name for row in TABLE] + STEPS
    assert sorted(set(listed)) == sorted(listed)
    assert sorted(listed) == sorted(set(routes(get_resolver()))), "say in tests/permissions/table.py who may see it"


def is_refused(response: Any) -> bool:
    """Sent away: to sign in, to the second factor, or told that there is nothing or nothing for them."""
    if response.status_code in (301, 302):
        return response["Location"].startswith(WAYS_OUT)
    return response.status_code in (401, 403, 404)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_address_answers_those_and_only_those_who_may_see_it(row: Row):
    if row.name in LEAD_TO_PHONE_BANKS and "phonebank" not in (get_resolver().app_dict):
        pytest.skip("leads to the phone banks' pages, of which this site has none")
    world = World()
    arguments = {name: value(world) if callable(value) else value for name, value in row.arguments.items()}
    url = reverse(row.name, kwargs=arguments)
    data = row.data(world) if row.data else None
    seen = set()
    for viewer in VIEWERS:
        with transaction.atomic():
            client, user = Client(raise_request_exception=True), world.user(viewer)
            if user is not None:
                sign_in(client, user)
            response = getattr(client, row.method)(url, data)
            assert response.status_code < 500, (viewer, response.status_code)
            assert response.status_code != 405, f"ask for {row.name} by another method"
            if not is_refused(response):
                seen.add(viewer)
            transaction.set_rollback(True)
    assert seen == set(row.who)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_without_the_one_before_tells_a_stranger_nothing(name: str):
    arguments = {"pk": 1} if name in {"mfa_remove_webauthn", "mfa_edit_webauthn"} else {}
    response = Client().get(reverse(name, kwargs=arguments))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("viewer", [v for v in VIEWERS if v != "anonymous"])
def test_admin_is_for_superusers_alone(viewer: str):
    world, client = World(), Client()
    sign_in(client, world.user(viewer))
    response = client.get("/admin/")
    assert response.status_code == 302
    assert response["Location"].startswith(("/admin/login/", *WAYS_OUT))
