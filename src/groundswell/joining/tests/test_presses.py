"""A form of a sign-up page that is pressed twice makes one page."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import sign_in
from groundswell.campaigns.models import Campaign
from groundswell.joining.models import SignUpPage
from groundswell.joining.operations.pages import PageDetails, create_page
from groundswell.messaging.tests.at_once import at_once


@pytest.mark.django_db(transaction=True)
def test_presses_at_once_make_one_page(campaign: Campaign, organiser: User) -> None:
    key = uuid4()
    details = PageDetails(title="Buses")
    made = at_once(lambda: create_page(campaign=campaign, details=details, by=organiser, press=key).pk)
    assert made == [SignUpPage.objects.get().pk] * 4
    assert campaign.asks.count() == 1


def test_pressed_twice_the_form_leads_to_the_same_page(client, campaign: Campaign, organiser: User) -> None:
    user = sign_in(client, organiser)
    new = reverse("joining:new", args=[campaign.slug])
    said = {"title": "Stand with us", "press": str(uuid4())}
    first = user.post(new, said).url
    assert user.post(new, {**said, "title": "Stand by us"}).url == first
    assert SignUpPage.objects.get().ask.title == "Stand by us"
