"""On a page that is being abused a sign-up needs a proof of work; on any other day nobody hears of it."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from groundswell.joining.models import SignUp, SignUpPage
from groundswell.joining.proofs import is_proven, new_challenge
from groundswell.joining.views import public
from groundswell.messaging.tests.at_once import at_once


def solved(challenge: str, **other: Any) -> str:
    """What the page's script answers."""
    asked = json.loads(challenge)
    number = next(
        n
        for n in range(asked["most"] + 1)
        if hashlib.sha256(f"{asked['salt']}{n}".encode()).hexdigest() == asked["challenge"]
    )
    said = {"algorithm": "SHA-256", "number": number, **{k: asked[k] for k in ("challenge", "salt", "signature")}}
    return base64.b64encode(json.dumps({**said, **other}).encode()).decode()


def test_a_challenge_is_solved_once(db: None) -> None:
    answer = solved(new_challenge(now=timezone.now()))
    assert is_proven(answer)
    assert not is_proven(answer)


@pytest.mark.parametrize("text", ["", "x", "e30=", base64.b64encode(b"[]").decode(), "A" * 3000])
def test_nonsense_proves_nothing(db: None, text: str) -> None:
    assert not is_proven(text)


def test_neither_a_wrong_number_nor_an_old_or_foreign_challenge_proves_anything(db: None) -> None:
    assert not is_proven(solved(new_challenge(now=timezone.now()), number=1))
    assert not is_proven(solved(new_challenge(now=timezone.now() - timedelta(hours=1))))
    assert not is_proven(solved(new_challenge(now=timezone.now()), signature="0" * 64))


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_is_taken() -> None:
    caches["shared"].clear()
    answer = solved(new_challenge(now=timezone.now()))
    assert sorted(at_once(lambda: is_proven(answer)), key=bool) == [False, False, False, True]


def test_a_page_asks_for_it_only_when_abused(client: Any, page: SignUpPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public, "USUAL", {"usual": "2/h/ip"})
    address = reverse("joining:page", args=[page.ask.slug])

    def press(nth: int, **other: str) -> Any:
        return client.post(address, {"name": "Bea Lind", "email": f"bea{nth}@example.org", **other})

    assert [press(nth).status_code for nth in range(2)] == [302, 302]
    refused = press(2)
    assert refused.status_code == 422
    assert "press “Sign me up” once more" in refused.content.decode()
    assert "bea2@example.org" in refused.content.decode()
    assert SignUp.objects.count() == 2
    assert press(2, proof=solved(refused.context["form"].challenge)).status_code == 302
    assert SignUp.objects.count() == 3
    assert "data-proof" not in client.get(address).content.decode()
