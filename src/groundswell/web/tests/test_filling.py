"""Markup drawn once for each shape and then filled in is the markup that the template gives."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, override
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.config.filling import fill

HOUSEHOLD = "phonebank/caller/household.html"
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
markup = words.map(lambda text: SafeString(f"<b>{text}</b>"))
numbers = st.fixed_dictionaries({"id": words, "value": words, "shown": words})
people = st.fixed_dictionaries(
    {
        "id": words,
        "name": words,
        "short": words,
        "chosen": st.booleans(),
        "several": st.booleans(),
        "numbers": st.lists(numbers, max_size=2),
        "opening": words,
        "closing": words,
        "steps": markup | words,
    }
)
contexts = st.fixed_dictionaries(
    {
        "household": st.fixed_dictionaries(
            {"entry": words, "lease_key": words, "is_call_back": st.booleans(), "script_version": words}
        ),
        "client_uuid": words,
        "people": st.lists(people, max_size=3),
        "people_many": st.booleans(),
        "says": words,
        "before_line": words,
        "where": words,
        "call_number": words,
        "show_tip": st.booleans(),
        "outcomes": markup,
        "skip_reasons": markup,
        "about": markup,
        "crib": markup | st.just(""),
        "note": words,
        "call_back_at": words,
        "zone": words,
        "now_local": words,
        "saved": st.none() | st.fixed_dictionaries({"label": words, "client_uuid": words, "undo_url": words}),
        "notice": words,
        "notice_tone": words,
        "errors": st.lists(words, max_size=2),
        "urls": st.fixed_dictionaries({"result": words, "skip": words, "flag": words}),
        "csrf_field": markup | st.just(""),
    }
)


@settings(max_examples=60, deadline=None)
@given(contexts)
def test_a_caller_s_page_is_filled_in_as_it_would_be_rendered(context: dict[str, Any]) -> None:
    assert fill(HOUSEHOLD, context) == render_to_string(HOUSEHOLD, context)


def test_the_words_of_one_page_do_not_stay_for_the_next() -> None:
    one = {"title": "Ada", "text": "", "urls": {"calling": "/a/", "sign_out": "/b/"}}
    other = {"title": "Bea <b>", "text": "", "urls": {"calling": "/c/", "sign_out": "/d/"}}
    template = "phonebank/caller/pause.html"
    fill(template, one)
    assert "Bea &lt;b&gt;" in fill(template, other)
    assert fill(template, other) == render_to_string(template, other)


def test_each_language_is_drawn_for_itself() -> None:
    loader = ("django.template.loaders.locmem.Loader", {"yes.html": "{% load i18n %}{% translate 'Yes' %} {{ name }}"})
    engine = {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": [loader]}}
    with override_settings(TEMPLATES=[engine]):
        with override("en-gb"):
            assert fill("yes.html", {"name": "Ada"}) == "Yes Ada"
        with override("fr"):
            assert fill("yes.html", {"name": "Bea"}) == "Oui Bea"


def test_a_lazy_translation_is_text() -> None:
    context = {"title": gettext_lazy("Sign out"), "urls": {"calling": "", "sign_out": ""}}
    assert "<h1>Sign out</h1>" in fill("phonebank/caller/pause.html", context)


def test_what_is_neither_text_nor_truth_is_refused() -> None:
    with pytest.raises(TypeError, match="A int cannot be filled in"):
        fill("phonebank/caller/pause.html", {"title": 7})
