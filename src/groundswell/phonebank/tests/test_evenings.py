"""An event of the kind phone bank gets its list and its session with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import sign_in
from groundswell.campaigns.models import Script
from groundswell.events.enums import EventKind
from groundswell.events.extensions import extension_of
from groundswell.events.models import Event
from groundswell.events.operations.events import cancel_event, move_event
from groundswell.events.operations.series import Week, repeat_weekly
from groundswell.events.rules import EventRuleError, Window
from groundswell.phonebank.evenings import PhoneBankEvening
from groundswell.phonebank.models import PhoneBank, Session
from groundswell.phonebank.operations import close_phone_bank
from groundswell.phonebank.tests.session_world import make_event, make_host
from groundswell.phonebank.tests.world import World

DAY = timedelta(days=1)


@pytest.fixture
def host(live: World) -> User:
    return make_host(live.campaign)


@pytest.fixture
def event(live: World) -> Event:
    return make_event(live.campaign, starts_at=timezone.now() + DAY, area=live.area)


def extension() -> PhoneBankEvening:
    found = extension_of(EventKind.PHONE_BANK)
    assert isinstance(found, PhoneBankEvening)
    return found


def save(event: Event, by: User, **data: Any) -> None:
    form = extension().form(campaign=event.campaign, event=event, data={f"calls-{k}": v for k, v in data.items()})
    assert form.is_valid(), form.errors
    extension().save(event=event, form=form, by=by)


def test_without_a_list_it_is_not_ready(event, live, host):
    assert "Choose the list" in extension().missing(event)
    assert extension().panel_context(event) == {"session": None, "has_script": True}
    save(event, host, phone_bank="")
    assert not Session.objects.exists()
    bank = live.bank()
    save(event, host, phone_bank=f"bank:{bank.pk}", show_leaders="on")
    assert extension().missing(event) == ""
    assert extension().panel_context(event)["bank"] == bank
    close_phone_bank(bank, by=host, now=timezone.now())
    assert "another one" in extension().missing(event)


def test_the_way_on_from_an_event_without_a_list(event, live, host):
    page = sign_in(Client(), host)
    address = reverse("events:manage", args=[live.campaign.slug, event.pk])
    assert "Choose the list" in page.get(address).content.decode()
    Script.objects.all().delete()
    assert reverse("campaigns:new_script", args=[live.campaign.slug]) in page.get(address).content.decode()


def test_the_form_shows_what_is_so_and_changes_it(event, live, host):
    first, second = live.bank(), live.bank()
    save(event, host, phone_bank=f"bank:{first.pk}", show_leaders="on")
    form = extension().form(campaign=live.campaign, event=event, data=None)
    assert form["phone_bank"].value() == f"bank:{first.pk}"
    assert form["show_leaders"].value() is True
    save(event, host, phone_bank=f"bank:{second.pk}")
    session = Session.objects.get()
    assert session.banks.get().phone_bank == second
    assert not session.show_leaders


def test_a_new_list_of_the_seat_is_made_with_it(event, live, host):
    save(event, host, phone_bank=f"new:{live.script.pk}")
    bank = Session.objects.get().banks.get().phone_bank
    assert (bank.name, bank.status, list(bank.areas.all())) == (event.title, "draft", [live.area])


def test_lists_of_other_campaigns_and_nonsense_are_refused(event, live, host):
    other = World(timezone.now())
    for value in (f"bank:{other.bank().pk}", "bank:x", "anything"):
        form = extension().form(campaign=live.campaign, event=event, data={"calls-phone_bank": value})
        assert not form.is_valid()


def test_what_a_session_refuses_is_said_in_its_words(event, live, host):
    save(event, host, phone_bank=f"bank:{live.bank().pk}")
    Session.objects.update(started_at=timezone.now())
    with pytest.raises(EventRuleError, match="move it"):
        save(event, host, phone_bank=f"bank:{live.bank().pk}")


def test_each_week_has_its_own_session_and_another_seat_another_list(event, live, host):
    bank = live.bank()
    save(event, host, phone_bank=f"bank:{bank.pk}")
    known, new = live.new_area("Leyton", "England"), live.new_area("Chingford", "England")
    live.campaign.areas.add(known, new)
    leyton = live.bank(build=False)
    leyton.areas.add(known)
    first = event.starts_at.date()
    weeks = [Week(first + 7 * DAY, live.area), Week(first + 14 * DAY, known), Week(first + 21 * DAY, new)]
    made = repeat_weekly(event=event, weeks=weeks, by=host, now=timezone.now())
    rung = [Session.objects.get(event=one).banks.get().phone_bank for one in made]
    assert rung[:2] == [bank, leyton]
    assert list(rung[2].areas.all()) == [new]
    assert rung[2].script == bank.script
    assert Session.objects.count() == 4
    assert len(set(Session.objects.values_list("invitation", flat=True))) == 4


def test_an_event_without_a_list_repeats_without(event, live, host):
    repeat_weekly(event=event, weeks=[Week(event.starts_at.date() + 7 * DAY, live.area)], by=host, now=timezone.now())
    assert not Session.objects.exists()
    assert not PhoneBank.objects.exists()


def test_the_link_for_walk_ins_goes_with_the_event(event, live, host):
    save(event, host, phone_bank=f"bank:{live.bank().pk}")
    later = Window(event.starts_at + 7 * DAY, event.ends_at + 7 * DAY, event.time_zone)
    moved = move_event(event=event, window=later, by=host, now=timezone.now())
    link = Session.objects.get().invitation
    assert link is not None
    assert link.expires_at > moved.ends_at + timedelta(hours=3)
    cancel_event(event=moved, reason="Snow", by=host, now=timezone.now())
    link.refresh_from_db()
    assert link.revoked_at is not None
