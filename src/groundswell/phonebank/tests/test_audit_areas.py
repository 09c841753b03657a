"""Who is limited to areas reads of the audit log what is about these, and what they did themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.models import Membership
from groundswell.accounts.tests.builders import make_campaign, make_member, sign_in
from groundswell.compliance.models import HoursBucket
from groundswell.people.models import ImportBatch
from groundswell.phonebank.models import PhoneBank, QueueEntry
from groundswell.phonebank.tests.world import Home, World
from groundswell.places.models import Area

Read = Callable[..., set[str]]


@pytest.fixture
def live(db: None) -> World:
    return World(timezone.now())


@pytest.fixture
def east(live: World) -> Area:
    return live.new_area("East", "England", live.area)


@pytest.fixture
def west(live: World) -> Area:
    return live.new_area("West", "England", live.area)


@pytest.fixture
def member(live: World, east: Area) -> Membership:
    """A data manager of the east, whose campaign is about east and west."""
    found = make_member(Role.DATA_MANAGER, live.campaign)
    found.areas.add(east)
    return found


@pytest.fixture
def read(client: Client, member: Membership) -> Read:
    """The verbs that the member sees, of those that a test wrote (they begin with "it_")."""
    browser = sign_in(client, member.user)

    def verbs(**wanted: str) -> set[str]:
        log = browser.get(reverse("accounts:audit"), wanted).context["log"]
        return {event.verb for event in log.events if event.verb.startswith("it_")}

    return verbs


def home_in(live: World, area: Area) -> Home:
    return live.households(1, area=area)[0]


def test_what_is_about_their_areas_is_seen_and_nothing_else(
    live: World, member: Membership, read: Read, east: Area, west: Area
) -> None:
    homes = {"east": home_in(live, east), "west": home_in(live, west)}
    theirs, campaign = homes["east"].row, live.campaign.pk
    for name, home in homes.items():
        record(f"it_person_{name}", by=None, subject=home.people[0])
        record(f"it_home_{name}", by=None, subject=home.row, campaign_id=campaign)
    record("it_area_east", by=None, subject=east, campaign_id=campaign)
    record("it_area_west", by=None, subject=west, campaign_id=campaign)
    record("it_campaign_of_another", by=live.organiser, subject=live.campaign, campaign_id=campaign)
    record("it_about_nothing", by=None, campaign_id=campaign)
    record("it_own", by=member.user, subject=live.campaign, campaign_id=campaign)
    record("it_own_elsewhere", by=member.user, campaign_id=make_campaign().pk)
    record("it_east_elsewhere", by=None, subject=theirs, campaign_id=make_campaign().pk)
    assert read() == {"it_person_east", "it_home_east", "it_area_east", "it_own"}
    assert read(verb="it_home_west") == set()


def test_phone_banks_their_queues_and_imports_belong_to_where_they_are(
    live: World, read: Read, east: Area, west: Area
) -> None:
    for name, area in (("east", east), ("west", west), ("both", None)):
        home = home_in(live, area or west)
        bank = live.bank(build=False)
        bank.areas.set([area] if area else [east, west])
        record(f"it_bank_{name}", by=None, subject=bank, campaign_id=live.campaign.pk)
        record(f"it_bank_entry_{name}", by=None, subject=entry_of(live, bank, home), campaign_id=live.campaign.pk)
        batch = ImportBatch.objects.create(kind="phones", file_name="f.csv", constituency=area)
        record(f"it_import_{name}", by=None, subject=batch)
    assert read() == {"it_bank_east", "it_bank_entry_east", "it_import_east"}


def entry_of(live: World, bank: PhoneBank, home: Home) -> QueueEntry:
    """A household in the queue of a phone bank."""
    bucket, _new = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")
    return QueueEntry.objects.create(campaign_id=live.campaign.pk, phone_bank=bank, household=home.row, bucket=bucket)


def test_the_export_holds_no_more_than_the_page(
    live: World, read: Read, client: Client, east: Area, west: Area
) -> None:
    for name, area in (("east", east), ("west", west)):
        record(f"it_{name}", by=None, subject=home_in(live, area).row, campaign_id=live.campaign.pk)
    assert read() == {"it_east"}
    taken = b"".join(client.get(reverse("accounts:audit_export")).streaming_content).decode()
    assert ("it_east" in taken, "it_west" in taken) == (True, False)


def test_a_member_of_all_areas_sees_all_of_the_campaign(
    live: World, member: Membership, read: Read, west: Area
) -> None:
    record("it_west", by=None, subject=home_in(live, west).row, campaign_id=live.campaign.pk)
    assert read() == set()
    member.areas.clear()
    assert read() == {"it_west"}


@pytest.mark.parametrize("events", [1, 3])
def test_it_asks_as_little_whatever_there_is(live: World, read: Read, east: Area, events: int) -> None:
    for _number in range(events):
        record("it_x", by=None, action=AuditAction.VIEW, subject=home_in(live, east).row)
    read()
    with CaptureQueriesContext(connection) as captured:
        read()
    assert len(captured) <= 9
