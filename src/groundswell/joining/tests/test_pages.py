"""The pages of sign-up as a visitor's browser asks for them, on our site and in the frame of another; the organiser's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from groundswell.accounts.models import Organisation, User
from groundswell.accounts.tests.builders import sign_in
from groundswell.campaigns.enums import ShareChannel
from groundswell.campaigns.models import Action, Campaign, PendingConsent, Question
from groundswell.campaigns.operations.asks import link_for
from groundswell.compliance.models import Consent
from groundswell.joining.links import confirm_token
from groundswell.joining.models import Letter, SignUp, SignUpPage
from groundswell.joining.operations.pages import PageDetails, create_page
from groundswell.joining.operations.sign_ups import confirm_sign_up
from groundswell.people.models import Person
from groundswell.places.enums import PARLIAMENT_2024
from groundswell.places.models import Area

Join = Callable[..., SignUp]
BEA = {"name": "Bea Lindqvist", "email": "bea@example.org"}
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


def address(page: SignUpPage, name: str = "page") -> str:
    return reverse(f"joining:{name}", args=[page.ask.slug])


def plain(response: Any) -> str:
    """The words of a page, without what each visit has of its own."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"', "", response.content.decode())


def test_no_box_is_ticked_beforehand(page: SignUpPage, client: Client) -> None:
    body = client.get(address(page)).content.decode()
    boxes = re.findall(r"<input[^>]+name=\"agree_[^>]*>", body)
    assert len(boxes) == 3
    assert not [box for box in boxes if "checked" in box or "required" in box]
    assert "<strong>matter</strong>" in body
    assert "Promoted by A. Test" in body


def test_signing_up_without_a_script(page: SignUpPage, issues: Question, client: Client) -> None:
    option = issues.options.get(label="Rents")
    typed = BEA | {"agree_email": "on", "interests": [option.pk], "postcode": "e174aa", "phone": ""}
    response = client.post(address(page), typed)
    assert (response.status_code, response["Location"]) == (302, address(page, "thanks"))
    made = SignUp.objects.get()
    assert (made.postcode, list(made.options.all())) == ("E17 4AA", [option])
    assert PendingConsent.objects.get().channel == "email"
    assert "Now look at your email" in client.get(response["Location"]).content.decode()


def test_the_postcode_says_the_constituency(page: SignUpPage, client: Client) -> None:
    from groundswell.places.postcodes import Found, look_up

    found = look_up("E17 4AA")
    assert isinstance(found, Found)
    seat = Area.objects.get_or_create(
        boundary_set=PARLIAMENT_2024, code=found.area_code, defaults={"kind": "constituency", "name": "Walthamstow"}
    )[0]
    client.post(address(page), BEA | {"postcode": "E17 4AA"})
    assert SignUp.objects.get().constituency == seat


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Tell us your name"),
        ({"email": "bea"}, "is not an email address"),
        ({"phone": "12"}, "12"),
        ({"postcode": "nowhere"}, "look like a UK postcode"),
        ({"agree_sms": "on"}, "Give us the number"),
        ({"interests": ["999999"]}, "999999"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    page: SignUpPage, client: Client, typed: dict[str, Any], said: str
) -> None:
    response = client.post(address(page), BEA | typed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not SignUp.objects.exists()


def test_whoever_is_known_is_told_nothing(page: SignUpPage, client: Client) -> None:
    first = client.post(address(page), BEA | {"agree_email": "on"}, follow=True)
    again = client.post(address(page), BEA | {"agree_email": "on"}, follow=True)
    assert plain(first) == plain(again)


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(page: SignUpPage, client: Client) -> None:
    assert client.post(address(page), BEA | {"website": "http://spam.example"}).status_code == 302
    assert not Person.objects.exists()


def test_one_address_is_not_typed_endlessly(page: SignUpPage, client: Client) -> None:
    for _time in range(6):
        assert client.post(address(page), BEA).status_code == 302
    response = client.post(address(page), BEA)
    assert response.status_code == 422
    assert "Wait a while" in response.content.decode()
    assert client.post(address(page), BEA | {"email": "tom@example.org"}).status_code == 302


def test_a_draft_is_not_there(campaign: Campaign, client: Client) -> None:
    draft = create_page(campaign=campaign, details=PageDetails(title="Draft"), by=None)
    for name in ("page", "thanks", "embedded", "embedded_thanks"):
        assert client.get(address(draft, name)).status_code == 404


def test_the_tracked_link_is_the_source(page: SignUpPage, client: Client) -> None:
    link = link_for(ask=page.ask, channel=ShareChannel.WHATSAPP)
    response = client.get(reverse("tracked_link", args=[link.code]), headers={"user-agent": FIREFOX}, follow=True)
    assert response.status_code == 200
    client.post(address(page), BEA)
    assert Action.objects.get().source == link


def test_looking_at_the_link_confirms_nothing(join: Join, client: Client) -> None:
    made = join(channels=("email",))
    url = reverse("joining:confirm", args=[confirm_token(made)])
    for _time in range(2):
        body = client.get(url).content.decode()
        client.head(url)
    assert "may email me" in body
    assert Action.objects.get().state == "pending"
    assert not Consent.objects.exists()


def test_pressing_the_button_confirms_and_may_be_pressed_again(join: Join, client: Client) -> None:
    url = reverse("joining:confirm", args=[confirm_token(join(channels=("email",)))])
    for _time in range(2):
        body = client.post(url, follow=True).content.decode()
        assert "You are signed up" in body
    assert "<em>ring a friend</em>" in body
    assert "/preferences/" in body
    assert Consent.objects.count() == 1


def test_a_changed_link_confirms_nothing(join: Join, client: Client) -> None:
    token = confirm_token(join())
    forged = token[:-1] + ("a" if token[-1] != "a" else "b")
    assert client.post(reverse("joining:confirm", args=[forged])).status_code == 404


def test_only_the_named_sites_may_frame_it_and_only_this_page(page: SignUpPage, client: Client) -> None:
    framed = client.get(address(page, "embedded"))
    policy = framed["Content-Security-Policy"]
    assert "frame-ancestors https://www.example.org" in policy
    assert "script-src 'self'" in policy
    assert "X-Frame-Options" not in framed
    for url in (address(page), address(page, "thanks"), reverse("home")):
        response = client.get(url)
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"
    SignUpPage.objects.update(embedded_on=[])
    assert "frame-ancestors 'none'" in client.get(address(page, "embedded"))["Content-Security-Policy"]


def test_the_framed_form_works_without_a_cookie(page: SignUpPage) -> None:
    stranger = Client(enforce_csrf_checks=True)
    response = stranger.post(address(page, "embedded"), BEA)
    assert (response.status_code, response["Location"]) == (302, address(page, "embedded_thanks"))
    assert Letter.objects.exists()
    refused = stranger.post(address(page, "embedded"), BEA | {"email": "x"})
    assert refused.status_code == 422
    assert "frame-ancestors https://www.example.org" in refused["Content-Security-Policy"]
    assert stranger.post(address(page), BEA).status_code == 403


def test_an_organiser_makes_publishes_and_closes_one(
    campaign: Campaign, organiser: User, issues: Question, client: Client
) -> None:
    sign_in(client, organiser)
    typed = {"title": "Rents now", "question": issues.pk, "asks_postcode": "on", "sites": "example.org", "tag": "Rents"}
    response = client.post(reverse("joining:new", args=[campaign.slug]), typed)
    made = SignUpPage.objects.get()
    assert response["Location"] == reverse("joining:manage", args=[campaign.slug, made.pk])
    assert (made.embedded_on, made.tag, made.asks_phone) == (["https://example.org"], "rents", False)
    args = [campaign.slug, made.pk]
    body = client.post(reverse("joining:publication", args=args), follow=True).content.decode()
    assert "&lt;iframe src=" in body
    assert "Stand" not in client.get(address(made)).content.decode()
    assert 'name="phone"' not in client.get(address(made)).content.decode()
    client.post(reverse("joining:edit", args=args), typed | {"title": "Rents today"})
    made.ask.refresh_from_db()
    assert (made.ask.title, made.ask.slug) == ("Rents today", "rents-now")
    client.post(reverse("joining:closing", args=args))
    assert "This page is closed" in client.get(address(made)).content.decode()
    assert client.post(address(made), BEA).status_code == 200
    assert not SignUp.objects.exists()


def test_a_stray_site_is_told(campaign: Campaign, organiser: User, client: Client) -> None:
    sign_in(client, organiser)
    response = client.post(reverse("joining:new", args=[campaign.slug]), {"title": "X", "sites": "*"})
    assert response.status_code == 422
    assert "is not the address of a site" in response.content.decode()


def test_what_came_of_it_is_counted(
    page: SignUpPage, join: Join, campaign: Campaign, organiser: User, issues: Question, client: Client, now: datetime
) -> None:
    rents = issues.options.get(label="Rents").pk
    confirm_sign_up(sign_up=join(options=(rents,)), now=now)
    join(name="Tom Okoro", email="tom@example.org", options=(rents,))
    sign_in(client, organiser)
    body = client.get(reverse("joining:manage", args=[campaign.slug, page.pk])).content.decode()
    assert re.search(r"To be confirmed</dt><dd>1<", body)
    assert re.search(r"Confirmed</dt><dd>1<", body)
    assert re.search(r'Rents</span>\s*<span class="figure">1<', body)
    assert "Bea" not in body
    assert page.ask.title in client.get(reverse("joining:list", args=[campaign.slug])).content.decode()


def test_who_opens_a_page_without_an_imprint_is_told_so(client, page: SignUpPage, organiser: User) -> None:
    user, manage = sign_in(client, organiser), reverse("joining:manage", args=[page.ask.campaign.slug, page.pk])
    public = reverse("joining:page", args=[page.ask.slug])
    assert "There is no imprint yet" not in user.get(manage).content.decode()
    for address, is_there in (("", False), ("12 Hoe Street\nLondon", True)):
        Organisation.objects.update(imprint="", contact_address=address)
        cache.delete("web.identity")
        assert ("There is no imprint yet" in user.get(manage).content.decode()) != is_there
        # Made of name and postal address where it was not entered in words.
        assert (
            "Promoted by Fairer Walthamstow, 12 Hoe Street, London" in user.get(public).content.decode()
        ) == is_there
    cache.delete("web.identity")
