"""What a visitor sees when something is wrong: plain words and a way on, and never what is inside."""

from __future__ import annotations

import logging
import sys

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client, override_settings
from django.urls import include, path, reverse

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation
from groundswell.accounts.tests.builders import make_campaign, make_member, sign_in
from groundswell.campaigns.models import Question, Script
from groundswell.config.logs import RefusalsInOneLine

pytestmark = pytest.mark.django_db
SECRET_OF_THE_HOUSE = "the database password"


def broken(_request):
    raise RuntimeError(SECRET_OF_THE_HOUSE)


def garbled(_request):
    raise SuspiciousOperation(SECRET_OF_THE_HOUSE)


def closed(_request):
    raise PermissionDenied(SECRET_OF_THE_HOUSE)


urlpatterns = [
    path("broken/", broken),
    path("garbled/", garbled),
    path("closed/", closed),
    path("", include("groundswell.config.urls")),
]


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/broken/", 500, "Something broke on our side"),
        ("/garbled/", 400, "That request was garbled"),
        ("/closed/", 403, "This page is not open to you"),
        ("/nowhere/", 404, "We cannot find that page"),
    ],
)
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_what_went_wrong_is_told_with_a_way_on_and_without_a_word_of_the_inside(address, status, words, is_signed_in):
    client = Client(raise_request_exception=False)
    if is_signed_in:
        sign_in(client, make_member(Role.OWNER).user)
    with override_settings(ROOT_URLCONF=__name__, DEBUG=False):
        answer = client.get(address)
    page = answer.content.decode()
    assert answer.status_code == status
    assert words in page
    assert 'href="/"' in page
    assert SECRET_OF_THE_HOUSE not in page
    assert "Traceback" not in page


def test_a_broken_page_needs_no_database(monkeypatch):
    def no_database(*_args, **_kwargs):
        raise RuntimeError("no database")

    client = Client(raise_request_exception=False)
    monkeypatch.setattr(Organisation.objects, "first", no_database)
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", no_database)
    with override_settings(ROOT_URLCONF=__name__, DEBUG=False):
        answer = client.get("/broken/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


def test_a_null_byte_is_a_garbled_request_and_changes_nothing(client):
    campaign = make_campaign()
    question = Question.objects.create(campaign=campaign, key="q", text="Which party?", kind="text")
    sign_in(client, make_member(Role.ORGANISER, campaign).user)
    answer = client.post(reverse("campaigns:question", args=[campaign.slug, question.pk]), {"text": "Who\0?"})
    assert answer.status_code == 400
    assert "That request was garbled" in answer.content.decode()
    question.refresh_from_db()
    assert question.text == "Which party?"


def test_a_fault_of_ours_stays_ours_whatever_was_sent():
    client = Client(raise_request_exception=False)
    with override_settings(ROOT_URLCONF=__name__, DEBUG=False):
        assert client.get("/broken/", {"q": "\0"}).status_code == 500


def test_the_address_of_a_button_shows_the_way_back_to_it(client):
    campaign = make_campaign()
    sign_in(client, make_member(Role.OWNER).user)
    caller = make_member(Role.CALLER, campaign)
    address = reverse("accounts:revoke_membership", args=[caller.pk])
    answer = client.get(address)
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "This address belongs to a button" in answer.content.decode()
    assert client.put(address).content == b""
    caller.refresh_from_db()
    assert caller.revoked_at is None


@pytest.mark.parametrize("number", ["²", "٣", "9" * 30, "9" * 5000, "-1"])
def test_numbers_of_no_sense_are_nothing_that_is_there(client, number):
    campaign = make_campaign()
    script = Script.objects.create(campaign=campaign, name="Monday")
    sign_in(client, make_member(Role.OWNER).user)
    slug = campaign.slug
    asked = [
        client.get(reverse("campaigns:new_question", args=[slug]), {"script": number}),
        client.post(reverse("campaigns:steps", args=[slug, script.pk]), {"question": number}),
        client.get(reverse("accounts:audit"), {"before": number}),
        client.get(reverse("person:search"), {"q": "Thompson", "after": f"thompson~{number}"}),
        client.post(reverse("phonebank:new_bank", args=[slug]), {"areas": [number], "answered": [number]}),
    ]
    assert all(answer.status_code in {200, 302, 404, 422} for answer in asked), [a.status_code for a in asked]
    assert not script.steps.exists()


def test_the_terminal_tells_of_a_refused_page_in_one_line_and_of_a_fault_in_full(capsys):
    console = logging.StreamHandler(sys.stdout)
    console.addFilter(RefusalsInOneLine())
    log = logging.getLogger("django.request")
    log.addHandler(console)
    try:
        client = sign_in(Client(raise_request_exception=False), make_member(Role.CALLER, make_campaign()).user)
        assert client.get("/audit/").status_code == 403
        assert capsys.readouterr().out.splitlines() == ["Forbidden (Permission denied): /audit/"]
        try:
            raise RuntimeError("broken")
        except RuntimeError:
            log.exception("Internal Server Error", extra={"status_code": 500})
        assert "RuntimeError: broken" in capsys.readouterr().out
    finally:
        log.removeHandler(console)
