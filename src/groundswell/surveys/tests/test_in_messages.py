"""A message that leads on to a survey carries everybody's own link."""

from __future__ import annotations

import re

import pytest

from groundswell.campaigns.models import Campaign, ShareLink
from groundswell.messaging.composed import same_for_all
from groundswell.messaging.models import Message, Sender
from groundswell.messaging.outgoing import Leased, Letterhead
from groundswell.people.models import ContactPoint, Person
from groundswell.surveys.links import Invited, invited_by
from groundswell.surveys.models import Survey

LINK = re.compile(r"/q/([^/]+)/")


@pytest.fixture
def message(campaign: Campaign, survey: Survey, link: ShareLink) -> Message:
    sender = Sender.objects.create(channel="sms", address="+447700900001", name="Fairer", provider="console")
    return Message.objects.create(
        campaign=campaign,
        channel="sms",
        name="Ask",
        sender=sender,
        body="Tell us: {{ link }}",
        ask=survey.ask,
        link=link,
    )


def test_everybody_gets_a_link_of_their_own(message: Message, bea: Person, link: ShareLink, survey: Survey) -> None:
    point = ContactPoint.objects.filter(people=bea)[0]
    leased = Leased(1, bea.pk, point.pk, 1, 0, 0, "", "+447700900002", {})
    text = Letterhead(message).outgoing(leased, valid_until=None).text
    found = LINK.search(text)
    assert found is not None
    assert invited_by(found[1]) == Invited(survey, bea, point, link)
    # So that with a few words it stays one text.
    assert len(found[0]) < 45


def test_what_organisers_see_in_its_place_is_nobodys_and_as_long(message: Message, survey: Survey) -> None:
    found = LINK.search(same_for_all(message)["link"])
    assert found is not None
    assert invited_by(found[1]) == survey
