"""The content-security policy: the same words on every page, written once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from csp.constants import HEADER
from csp.decorators import csp_update
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory

from groundswell.config.content_policy import ContentPolicyMiddleware


def answer(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponseBase:
    answered = ContentPolicyMiddleware(view)(request)
    assert isinstance(answered, HttpResponse)
    return answered


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/privacy/", "/nowhere/"])
def test_every_page_carries_the_policy_of_the_settings(client: Client, address: str) -> None:
    assert client.get(address).headers[HEADER] == build_policy()


def test_a_page_may_have_a_policy_of_its_own(rf: RequestFactory) -> None:
    @csp_update({"img-src": ["https://maps.example"]})
    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("map")

    assert "https://maps.example" in answer(rf.get("/"), view).headers[HEADER]
