"""The charities' soft opt-in (rule M3): what they are told, the box to say no, and for whom it is there at all (M2)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groundswell.accounts.models import Organisation
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.compliance.contact import message_refusal
from groundswell.compliance.enums import Channel, MessageRefusal
from groundswell.compliance.models import Consent
from groundswell.joining.models import SignUp, SignUpPage
from groundswell.joining.operations.pages import PageDetails, change_page
from groundswell.joining.operations.sign_ups import confirm_sign_up
from groundswell.messaging.operations.preferences import say_no
from groundswell.messaging.preference_queries import choices_of
from groundswell.messaging.preferences import Recipient

BEA = {"name": "Bea Lindqvist", "email": "bea@example.org"}
SOFT = PageDetails(title="Stand with the buses", soft_opt_in=True)


@pytest.fixture
def soft_page(page: SignUpPage) -> SignUpPage:
    Organisation.objects.update(kind="charity")
    return change_page(page=page, details=SOFT, by=None)


def signed_up(client: Client, page: SignUpPage, **typed: str) -> SignUp:
    client.post(reverse("joining:page", args=[page.ask.slug]), BEA | typed)
    return SignUp.objects.get()


def refusal(made: SignUp, now: datetime) -> MessageRefusal | None:
    return message_refusal(
        person_id=made.person_id, contact_point_id=made.email_id, channel=Channel.EMAIL, now=now + timedelta(minutes=1)
    )


@pytest.mark.parametrize("kind", ["party", "candidate", "registered_non_party", "union", "other"])
def test_nobody_else_has_it(page: SignUpPage, client: Client, now: datetime, kind: str) -> None:
    Organisation.objects.update(kind=kind)
    with pytest.raises(CampaignRuleError, match="Only a charity"):
        change_page(page=page, details=SOFT, by=None)
    SignUpPage.objects.update(soft_opt_in=True)  # of a charity that is none any more
    body = client.get(reverse("joining:page", args=[page.ask.slug])).content.decode()
    assert "no_email" not in body
    assert "agree_email" in body


def test_a_charity_may_email_who_left_the_box_empty_and_confirmed(
    soft_page: SignUpPage, client: Client, now: datetime
) -> None:
    body = client.get(reverse("joining:page", args=[soft_page.ask.slug])).content.decode()
    assert "Tick this box if you would rather not" in body
    assert "agree_email" not in body
    made = signed_up(client, soft_page)
    assert refusal(made, now) == MessageRefusal.NO_CONSENT
    confirm_sign_up(sign_up=made, now=made.signed_up_at)
    confirm_sign_up(sign_up=made, now=made.signed_up_at)

    line = Consent.objects.get()
    assert (line.state, line.channel) == ("soft_opt_in", "email")
    assert "would rather not" in line.wording
    assert "left empty" in line.evidence
    assert refusal(made, now) is None


def test_who_said_no_is_not_written_to(soft_page: SignUpPage, client: Client, now: datetime) -> None:
    made = signed_up(client, soft_page, no_email="on")
    confirm_sign_up(sign_up=made, now=made.signed_up_at)
    assert not Consent.objects.exists()
    assert refusal(made, now) == MessageRefusal.NO_CONSENT


def test_it_counts_no_more_once_the_organisation_is_no_charity(
    soft_page: SignUpPage, client: Client, now: datetime
) -> None:
    made = signed_up(client, soft_page)
    Organisation.objects.update(kind="union")
    confirm_sign_up(sign_up=made, now=made.signed_up_at)
    assert not Consent.objects.exists()


def test_it_is_seen_and_ended_on_the_preference_page(soft_page: SignUpPage, client: Client, now: datetime) -> None:
    made = signed_up(client, soft_page)
    confirm_sign_up(sign_up=made, now=made.signed_up_at)
    recipient = Recipient(made.person, made.email)
    [address] = choices_of(recipient, organisation="Fairer Walthamstow", now=now)
    [choice] = address.choices
    assert choice.is_on
    assert "would rather not" in choice.wording
    assert say_no(recipient=recipient, point=made.email, channel=Channel.EMAIL, by=None)
    assert refusal(made, now) == MessageRefusal.NO_CONSENT
    assert not choices_of(recipient, organisation="Fairer Walthamstow", now=now)[0].choices[0].is_on
