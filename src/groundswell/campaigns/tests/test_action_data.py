"""Actions and links under erasure, access request and retention."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from groundswell.accounts.models import User
from groundswell.campaigns.enums import AskKind, ShareChannel
from groundswell.campaigns.models import Action, Campaign, PendingConsent, ShareLink
from groundswell.campaigns.operations.asks import create_ask, link_for, publish_ask, take_action
from groundswell.compliance.enums import Channel
from groundswell.compliance.operations import delete_expired, erase_person, expiring, held_on
from groundswell.people.models import ContactPoint, Person


@pytest.fixture
def action(campaign: Campaign, person: Person, organiser: User) -> Action:
    now = timezone.now()
    ask = create_ask(campaign=campaign, kind=AskKind.ATTEND, title="Monday calls", by=organiser)
    link = link_for(ask=publish_ask(ask=ask, by=organiser, now=now), channel=ShareChannel.X, person=person)
    done, _new = take_action(ask=link.ask, person=person, dedupe_key="one", now=now, source=link)
    point = ContactPoint.objects.create(kind="email", value="sian@example.org", address_hash=b"x")
    PendingConsent.objects.create(
        action=done, contact_point=point, channel=Channel.EMAIL, wording="Write to me.", ticked_at=now
    )
    return done


def test_what_somebody_did_is_handed_over_and_forgotten(action: Action, person: Person, organiser: User) -> None:
    held = str(held_on(person, now=timezone.now()))
    assert "Monday calls" in held
    assert "Write to me." in held
    erase_person(person=person, by=organiser)
    assert not Action.objects.exists()
    assert not ShareLink.objects.exists()
    assert not PendingConsent.objects.exists()


def test_what_is_too_old_goes(action: Action, organiser: User) -> None:
    later = timezone.now() + timedelta(days=25 * 31)
    [actions] = [expiry for expiry in expiring(now=later) if expiry.category.key == "actions"]
    assert actions.rows == 1
    delete_expired(category_key="actions", by=organiser, now=later)
    assert not Action.objects.exists()


def test_what_is_young_stays(action: Action, organiser: User) -> None:
    now: datetime = timezone.now()
    delete_expired(category_key="actions", by=organiser, now=now)
    assert Action.objects.count() == 1
