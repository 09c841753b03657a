"""`groundswell demo`: two invented towns, a campaign, and phone banks half worked through; loaded and removed at will."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import click

from groundswell.cli.console import answer, json_option, note, progress
from groundswell.cli.database import needs_database

# Any number: the same people in the same streets on every machine.
SEED = 20_100_503
ELECTORS = 6000
_LOCK = 7_100_317_002


class DemoError(ValueError):
    """The demo cannot be loaded here; the message says why."""


def is_loaded() -> bool:
    """Whether the demo is in the database."""
    from groundswell.cli.demo import story
    from groundswell.people.models import DataSource

    return DataSource.objects.filter(name=story.DATA_SOURCE).exists()


def load(*, now: datetime, electors: int = ELECTORS) -> dict[str, Any]:
    """Puts the whole demo into the database, or nothing; answers what there now is.

    The same seed makes the same towns; dates are relative to `now`, so that it always looks alive. Raises DemoError
    where it is loaded already, or where a real register of one of its seats is.
    """
    from django.db import connection, transaction

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if is_loaded():
            raise DemoError("The demo is loaded already. `groundswell demo remove` takes it out.")
        return _load(now, electors)


def _load(now: datetime, electors: int) -> dict[str, Any]:
    import random
    from zoneinfo import ZoneInfo

    from groundswell.accounts import audit
    from groundswell.campaigns.cards import NoImprintError, imprint_of
    from groundswell.campaigns.enums import VoterIdTemplate
    from groundswell.cli.demo import (
        asking,
        calling,
        cast,
        electorate,
        filing,
        gatherings,
        invention,
        supporters,
        texting,
        writing,
    )
    from groundswell.people.models import Register
    from groundswell.places.enums import PARLIAMENT_2024
    from groundswell.places.models import Area
    from groundswell.places.operations import load_reference_data
    from groundswell.places.postcodes import postcodes_of

    towns = (invention.WALTHAMSTOW, invention.BURY_NORTH)
    rng = random.Random(SEED)  # noqa: S311 - invents, does not guard
    load_reference_data()
    seats = {town.code: Area.objects.get(boundary_set=PARLIAMENT_2024, code=town.code) for town in towns}
    for seat in seats.values():
        if Register.objects.filter(constituency=seat).exists():
            raise DemoError(
                f"There is a register of {seat} in this database, and invented voters must not be mixed with real ones. "
                "Load the demo into a data folder of its own (GROUNDSWELL_DATA_DIR)."
            )
    organisation = cast.make_organisation()
    try:
        imprint_of(organisation)
    except NoImprintError as error:
        raise DemoError(
            "The demo has pages for everybody, and they name who stands behind them: enter your organisation’s imprint "
            "first, under Team, or load the demo into a data folder of its own (GROUNDSWELL_DATA_DIR)."
        ) from error
    team = cast.make_team()
    campaign = cast.make_campaign(team, seats, now=now)
    cast.give_roles(team, campaign, now=now)
    scripts = cast.make_scripts(team, campaign)
    today = now.astimezone(ZoneInfo("Europe/London")).date()
    sources = electorate.make_sources()
    walthamstow, bury_north = (seats[town.code] for town in towns)
    mondays = calling.past_mondays(now, walthamstow.time_zone)
    for town in towns:
        seat = seats[town.code]
        homes = invention.invent(town, electors=electors, postcodes=list(postcodes_of(town.code)), today=today, rng=rng)
        batch = filing.register_import(
            homes,
            seat=seat,
            source=sources[0],
            register_date=(mondays[0] - timedelta(days=6)).date().replace(day=1),
            imported_at=mondays[0] - timedelta(days=6),
            by=team.data_manager,
        )
        electorate.write(homes, batch=batch, districts=electorate.make_districts(town, seat), sources=sources)
    electorate.screen(by=team.data_manager, now=now, rng=rng)
    electorate.suppress_some(by=team.data_manager, now=now, rng=rng)
    filing.consents(by=team.data_manager, now=now, rng=rng)
    filing.phone_import(seat=bury_north, by=team.data_manager, imported_at=now - timedelta(days=2), rng=rng)
    electorate.analyse()
    busy = calling.open_bank(
        campaign=campaign,
        seat=walthamstow,
        name="Walthamstow: Monday evenings",
        script=scripts[VoterIdTemplate.PARTY_CODE],
        by=team.organiser,
        opened_at=mondays[0],
        now=now,
    )
    calls = calling.work_through(busy, walthamstow, team, now=now, rng=rng)
    fresh = calling.open_bank(
        campaign=campaign,
        seat=bury_north,
        name="Bury North: every vote counts",
        script=scripts[VoterIdTemplate.SUPPORT_SCALE],
        by=team.organiser,
        opened_at=now,
        now=now,
    )
    cast.make_segment(team, campaign, scripts[VoterIdTemplate.PARTY_CODE])
    evenings = gatherings.make_evenings(
        campaign=campaign,
        banks=(busy, fresh),
        seats=(walthamstow, bury_north),
        team=team,
        last_monday=mondays[-1],
        now=now,
        rng=rng,
    )
    supporters.make_supporters(by=team.data_manager, now=now, rng=rng)
    electorate.analyse()
    writing.make_messages(campaign=campaign, team=team, evening=evenings[1].ask, past_mondays=mondays, now=now, rng=rng)
    asking.make_flow(campaign=campaign, team=team, evening=evenings[1].ask, now=now, rng=rng)
    asking.make_survey(campaign=campaign, team=team, script=scripts[VoterIdTemplate.SUPPORT_SCALE], now=now, rng=rng)
    texting.make_text_bank(
        campaign=campaign,
        team=team,
        script=scripts[VoterIdTemplate.SUPPORT_SCALE],
        evening=evenings[1].ask,
        now=now,
        rng=rng,
    )
    gatherings.make_it_the_demos()
    audit.record("load_demo", by=None, campaign_id=campaign.pk, calls=calls)
    return _counts() | {"calls": calls}


def _counts() -> dict[str, int]:
    from groundswell.cli.demo import story
    from groundswell.people.models import ContactPoint, Elector, Household
    from groundswell.phonebank.models import QueueEntry

    ours = {"source__name": story.DATA_SOURCE}
    sources = (story.PHONE_SOURCE, story.CARDS_SOURCE)
    return {
        "electors": Elector.objects.filter(**{f"register__{key}": value for key, value in ours.items()}).count(),
        "households": Household.objects.filter(area__boundary_set=story.BOUNDARY_SET).count(),
        "numbers": ContactPoint.objects.filter(person_contacts__source__name__in=sources).distinct().count(),
        "queued": QueueEntry.objects.filter(phone_bank__campaign__is_demo=True).count(),
    }


def remove() -> dict[str, int]:
    """Takes the whole demo out again; how many rows of which table. Nothing where it is not loaded."""
    from django.db import transaction

    from groundswell.accounts import audit
    from groundswell.cli.demo import removal

    with transaction.atomic():
        removed = removal.remove()
        if removed:
            audit.record("remove_demo", by=None, rows=sum(removed.values()))
        return removed


def ensure_loaded() -> None:
    """Loads the demo unless it is there: what `groundswell run --demo` does before it starts."""
    from django.utils import timezone

    if not is_loaded():
        note("Inventing two towns for the demo ...")
        with progress("Inventing two towns"):
            load(now=timezone.now())


def sign_in_links() -> list[tuple[str, str]]:
    """Role and path of the link that signs one in as the demo's user of that role; nothing outside the demo."""
    from django.conf import settings

    from groundswell.accounts.demo_urls import demo_links

    return [(role, link.removeprefix(settings.PUBLIC_URL)) for role, link in demo_links().items()]


@click.group("demo")
def command() -> None:
    """Load or remove the demo: two invented towns, a campaign, and phone banks half worked through."""


@command.command("load")
@json_option
@needs_database
def load_command(as_json: bool) -> None:
    """Put the demo into the database."""
    from django.utils import timezone

    started = time.monotonic()
    with progress("Inventing two towns"):
        result = load(now=timezone.now())
    answer({**result, "seconds": round(time.monotonic() - started, 2)}, as_json=as_json)


@command.command("remove")
@json_option
@needs_database
def remove_command(as_json: bool) -> None:
    """Take the demo out again, completely."""
    started = time.monotonic()
    with progress("Taking the demo out"):
        rows = sum(remove().values())
    text = f"Removed {rows:,} rows." if rows else "The demo is not loaded; nothing was changed."
    answer({"removed": rows, "seconds": round(time.monotonic() - started, 2)}, as_json=as_json, text=text)
