"""What tests of the evening's pages share: who asks, for what, and what came back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import sign_in
from groundswell.phonebank.models import (
    PhoneBank,
)
from groundswell.phonebank.session_numbers import forget_numbers
from groundswell.phonebank.tests.session_world import Evening

MINUTE = timedelta(minutes=1)
FRAGMENT = {"HTTP_X_GROUNDSWELL": "fragment"}


def url(name: str, evening: Evening, *more: int) -> str:
    return reverse(f"phonebank:{name}", args=[evening.session.pk, *more])


def as_user(user: User) -> Client:
    return sign_in(Client(), user)


def as_host(evening: Evening) -> Client:
    return as_user(evening.host)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def forget() -> None:
    """As if the seconds had passed for which parts are kept."""
    cache.clear()
    forget_numbers()


def hidden(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def result_data(page: str, outcome: str = "no_answer", **more: str) -> dict[str, str]:
    names = ("client_uuid", "entry", "lease_key", "person")
    data = {name: hidden(page, name) for name in names}
    return {**data, "outcome": outcome, **more}


def call_url(bank: PhoneBank) -> str:
    return reverse("phonebank:call", args=[bank.pk])


def line_url(bank: PhoneBank) -> str:
    return reverse("phonebank:session_line", args=[bank.pk])
