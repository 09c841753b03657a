"""An event is passed on: tracked links, composers with words to choose from, the picture, the calendar file."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from groundswell.accounts.models import Organisation
from groundswell.campaigns.models import Ask, ShareLink, Visit
from groundswell.campaigns.operations.links import make_links
from groundswell.campaigns.sharing import PATTERNS, SERVER, mastodon_address, server_name, share_panel, tracked_address
from groundswell.campaigns.views.links import source_of
from groundswell.campaigns.visits import is_automatic
from groundswell.events.calendars import calendar_of
from groundswell.events.models import Attendance, Event
from groundswell.events.own_links import own_token
from groundswell.events.passing_on import card_of, card_words, wordings
from groundswell.events.tests.letters import NOW, Evening
from groundswell.places.models import Area, Contest, Result

FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
WORDS = ["First words, with a comma & an ampersand.", "Second words."]


@pytest.fixture
def evening(db) -> Evening:
    made = Evening(starts_at=timezone.now() + timedelta(days=3), venue="online")
    make_links(made.ask, by=None)
    return made


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"user-agent": FIREFOX})


def link(evening: Evening, channel: str = "whatsapp") -> ShareLink:
    return ShareLink.objects.get(ask=evening.ask, channel=channel, person=None)


def test_a_tracked_link_leads_to_the_page_and_counts_a_visit(evening, visitor):
    response = visitor.get(f"/s/{link(evening).code}/")
    assert (response.status_code, response["Location"]) == (302, f"/events/{evening.ask.slug}/")
    assert "no-store" in response["Cache-Control"]
    assert list(Visit.objects.values_list("link__channel", "is_automatic")) == [("whatsapp", False)]


def test_who_comes_by_a_tracked_link_and_signs_up_is_counted_for_it(evening, visitor):
    visitor.get(f"/s/{link(evening).code}/")
    visitor.post(f"/events/{evening.ask.slug}/", {"name": "Bea Newcomer", "email": "bea@example.org"})
    assert Attendance.objects.get().action.source == link(evening)


@pytest.mark.parametrize("said", [{"sec-gpc": "1"}, {"dnt": "1"}])
def test_a_browser_that_asks_not_to_be_followed_is_not(evening, said):
    visitor = Client(headers={"user-agent": FIREFOX, **said})
    response = visitor.get(f"/s/{link(evening).code}/")
    assert (response.status_code, response.cookies) == (302, {})
    visitor.post(f"/events/{evening.ask.slug}/", {"name": "Bea Newcomer", "email": "bea@example.org"})
    assert Attendance.objects.get().action.source is None


def test_the_cookie_of_a_tracked_link_is_named_on_the_privacy_page(evening, visitor):
    (name,) = visitor.get(f"/s/{link(evening).code}/").cookies
    assert name.startswith("source_")
    assert "“source_”" in visitor.get("/privacy/").content.decode()


def test_what_names_itself_a_machine_is_no_visit_of_a_person(evening):
    for agent in ("facebookexternalhit/1.1", "WhatsApp/2.24", "Mozilla/5.0 (compatible; Googlebot/2.1)", ""):
        Client(headers={"user-agent": agent}).get(f"/s/{link(evening).code}/")
    ahead = Client(headers={"user-agent": FIREFOX, "sec-purpose": "prefetch;prerender"})
    assert ahead.get(f"/s/{link(evening).code}/").cookies == {}
    Client(headers={"user-agent": FIREFOX}).head(f"/s/{link(evening).code}/")
    assert list(Visit.objects.values_list("is_automatic", flat=True)) == [True] * 6


@pytest.mark.parametrize(
    ("agent", "automatic"),
    [
        (FIREFOX, False),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
            False,
        ),
        ("Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36", False),
        ("Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)", True),
        ("Mastodon/4.3 (http.rb/5.2; +https://mastodon.social/)", True),
        ("Slackbot-LinkExpanding 1.0", True),
    ],
)
def test_machines_are_known_by_what_they_say(agent, automatic):
    assert is_automatic({"User-Agent": agent}) is automatic


def test_a_forged_or_foreign_source_is_none(evening, visitor, rf):
    visitor.get(f"/s/{link(evening).code}/")
    name, morsel = next(iter(visitor.cookies.items()))
    request = rf.get("/")
    request.COOKIES[name] = morsel.value
    assert source_of(request, evening.ask) == link(evening)
    request.COOKIES[name] = morsel.value[:-1] + ("A" if morsel.value[-1] != "A" else "B")
    assert source_of(request, evening.ask) is None
    assert source_of(rf.get("/"), evening.ask) is None


def test_a_link_to_what_nobody_may_see_is_not_there(evening, visitor):
    Ask.objects.filter(pk=evening.ask.pk).update(published_at=None)
    assert visitor.get(f"/s/{link(evening).code}/").status_code == 404
    assert visitor.get("/s/nosuchcode/").status_code == 404
    assert Visit.objects.count() == 0


def test_every_composer_is_the_persons_own_and_holds_words_and_tracked_link(evening):
    panel = share_panel(evening.ask, wordings=WORDS, page="/")
    assert [one.channel for one in panel.composers] == [
        "whatsapp",
        "facebook",
        "bluesky",
        "mastodon",
        "threads",
        "x",
        "email",
    ]
    for one in panel.composers:
        assert one.link == tracked_address(link(evening, one.channel))
        query = parse_qs(urlsplit(one.address).query)
        said = " ".join(value for values in query.values() for value in values)
        assert one.channel == "facebook" or WORDS[0] in said
        assert one.channel == "mastodon" or one.link in said
    assert {urlsplit(pattern).scheme for pattern in PATTERNS.values()} == {"https", "mailto"}
    assert len({panel.copied, panel.device, panel.qr, *(one.link for one in panel.composers)}) == 10


def test_a_person_passes_on_links_of_their_own_and_others_everybodys(evening):
    siân = evening.sign_up()
    make_links(evening.ask, person=siân.person, by=None)
    make_links(evening.ask, person=siân.person, by=None)
    assert ShareLink.objects.count() == 20
    own = share_panel(evening.ask, wordings=WORDS, page="/", person=siân.person)
    assert {ShareLink.objects.get(code=own.copied.split("/")[-2]).person} == {siân.person}
    anybodys = share_panel(evening.ask, wordings=WORDS, page="/")
    assert {ShareLink.objects.get(code=anybodys.copied.split("/")[-2]).person} == {None}


def test_looking_makes_no_links(evening, django_assert_num_queries):
    ShareLink.objects.all().delete()
    with django_assert_num_queries(1):
        panel = share_panel(evening.ask, wordings=WORDS, page="/events/x/")
    assert panel.copied.endswith("/events/x/")
    assert ShareLink.objects.count() == 0


@pytest.mark.parametrize(
    "typed", ["mastodon.social", "https://Mastodon.Social/", "@sian@mastodon.social", " toot.wales "]
)
def test_a_mastodon_server_is_known_however_it_is_typed(typed):
    assert SERVER.fullmatch(server_name(typed))


@pytest.mark.parametrize(
    "typed", ["", "localhost", "javascript:alert(1)", "a b.org", "evil.org/path?x", "x" * 300 + ".org"]
)
def test_what_is_no_server_is_refused_in_words(typed, evening, visitor):
    with pytest.raises(ValueError, match="Write the name of your server"):
        server_name(typed)
    response = visitor.get(f"/s/{link(evening, 'mastodon').code}/mastodon/", {"text": "Hello", "server": typed})
    assert response.status_code == 422


def test_mastodons_page_leads_to_the_persons_own_server(evening, visitor):
    code = link(evening, "mastodon").code
    page = visitor.get(f"/s/{code}/mastodon/", {"text": WORDS[0], "server": "toot.wales"}).content.decode()
    address = mastodon_address("toot.wales", WORDS[0], tracked_address(link(evening, "mastodon")))
    assert address.replace("&", "&amp;") in page
    assert parse_qs(urlsplit(address).query)["text"] == [f"{WORDS[0]} {tracked_address(link(evening, 'mastodon'))}"]


def test_an_evening_offers_several_wordings_with_facts_from_the_results(evening):
    seat = Area.objects.create(kind="constituency", boundary_set="test", code="BN", name="Bury North")
    Event.objects.filter(pk=evening.event.pk).update(area=seat, hashtag="mobmonday")
    event = Event.objects.get(pk=evening.event.pk)
    assert len(set(wordings(event))) == 3
    assert not any("won by" in words for words in wordings(event))
    contest = Contest.objects.create(
        area=seat, election="2024", electorate=70_000, valid_votes=46_000, majority=1944, held_on="2024-07-04"
    )
    Result.objects.create(contest=contest, party="Red", votes=19_625, candidate="A")
    Result.objects.create(contest=contest, party="Blue", votes=17_681, candidate="B")
    assert any("1,944" in words for words in wordings(event))
    assert all("#mobmonday" in words for words in (wordings(event)[0], wordings(event)[2]))
    assert "1,944" in card_words(card_of(event))
    Contest.objects.update(majority=16_944)
    assert not any("votes" in words for words in [*wordings(event), card_words(card_of(event))])


@pytest.mark.parametrize("kind", ["meeting", "canvass", "storm", "text_bank", "phone_bank"])
def test_every_kind_of_event_has_wordings_of_its_own(evening, kind):
    evening.event.kind = kind
    found = wordings(evening.event)
    assert len(set(found)) == 3
    assert all("%" not in words for words in found)


def test_the_public_page_says_to_networks_what_it_is(evening, visitor):
    page = visitor.get(f"/events/{evening.ask.slug}/").content.decode()
    for needed in (
        '<meta property="og:title" content="Ring Bury North">',
        f"/events/{evening.ask.slug}/card.png?v=",
        'content="1200"',
        "summary_large_image",
        "Promoted by A. Agent",
        f"/events/{evening.ask.slug}/event.ics",
        tracked_address(link(evening, "x")).replace(":", "%3A").replace("/", "%2F"),
        "<svg",
    ):
        assert needed in page, needed
    assert "og:url" not in page


def test_the_picture_is_drawn_kept_and_not_sent_twice(evening, visitor):
    address = f"/events/{evening.ask.slug}/card.png"
    first = visitor.get(address)
    assert Image.open(io.BytesIO(first.content)).size == (1200, 630)
    assert first["Content-Type"] == "image/png"
    page = visitor.get(f"/events/{evening.ask.slug}/").content.decode()
    named = page.split("card.png?v=")[1].split('"')[0]
    again = visitor.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Event.objects.filter(pk=evening.event.pk).update(title="Ring Bury South")
    assert visitor.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200
    # Networks keep what they have seen by its address, so another picture has another.
    page = visitor.get(f"/events/{evening.ask.slug}/").content.decode()
    assert f"card.png?v={named}" not in page


def test_without_an_imprint_there_is_no_picture_and_the_page_names_none(evening, visitor):
    Organisation.objects.update(imprint="", contact_address="")
    assert visitor.get(f"/events/{evening.ask.slug}/card.png").status_code == 404
    assert "og:image" not in visitor.get(f"/events/{evening.ask.slug}/").content.decode()


@pytest.mark.parametrize("path", ["card.png", "event.ics"])
def test_nothing_is_told_of_a_draft(evening, visitor, path):
    Event.objects.filter(pk=evening.event.pk).update(status="draft")
    assert visitor.get(f"/events/{evening.ask.slug}/{path}").status_code == 404


def test_ones_own_page_passes_on_ones_own_links(evening, visitor):
    siân = evening.sign_up()
    make_links(evening.ask, person=siân.person, by=None)
    page = visitor.get(f"/events/mine/{own_token(siân)}/").content.decode()
    assert ShareLink.objects.get(person=siân.person, channel="copy").code in page


def calendar(event: Event, now: datetime = NOW) -> tuple[icalendar.Calendar, icalendar.Event]:
    file = icalendar.Calendar.from_ical(calendar_of(event, address="https://example.org/events/x/", now=now))
    [entry] = file.walk("VEVENT")
    return file, entry


@pytest.mark.parametrize(
    ("day", "utc_hour", "offset"),
    [
        ("2026-10-19", 17, "+0100"),
        ("2026-10-26", 18, "+0000"),
        ("2027-03-22", 18, "+0000"),
        ("2027-03-29", 17, "+0100"),
    ],
)
def test_six_in_the_evening_is_six_in_the_evening_on_both_sides_of_a_clock_change(db, day, utc_hour, offset):
    starts_at = datetime.fromisoformat(f"{day}T18:00").replace(tzinfo=ZoneInfo("Europe/London"))
    event = Evening(starts_at=starts_at, venue="online").event
    event.refresh_from_db()
    file, entry = calendar(event)
    assert entry.decoded("dtstart").astimezone(UTC).hour == utc_hour
    assert f"DTSTART;TZID=Europe/London:{day.replace('-', '')}T180000" in file.to_ical().decode()
    [zone] = file.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/London"
    assert f"TZOFFSETTO:{offset}" in zone.to_ical().decode()
    # A calendar that knows the zone only from the file's own rules comes to the same moment.
    naive = datetime.fromisoformat(f"{day}T18:00")
    assert naive - zone.to_tz().utcoffset(naive) == entry.decoded("dtstart").astimezone(UTC).replace(tzinfo=None)


def test_a_moved_event_takes_the_place_of_the_one_in_the_calendar_and_a_cancelled_one_goes(db):
    evening = Evening(venue="room", place="The Met, Market Street, Bury")
    first, entry = calendar(evening.event)
    assert (first["METHOD"], entry["STATUS"], entry["SEQUENCE"]) == ("PUBLISH", "CONFIRMED", 0)
    assert str(entry["LOCATION"]) == "The Met, Market Street, Bury"
    evening.move(evening.event.starts_at + timedelta(days=1))
    _file, moved = calendar(evening.event)
    assert (moved["UID"], moved["SEQUENCE"]) == (entry["UID"], 1)
    evening.event.status, evening.event.cancelled_reason = "cancelled", "The hall is flooded; sorry, all."
    last, cancelled = calendar(evening.event)
    assert (last["METHOD"], cancelled["STATUS"]) == ("CANCEL", "CANCELLED")
    assert "The hall is flooded; sorry, all." in str(cancelled["DESCRIPTION"])
    assert cancelled["UID"] == entry["UID"]


def test_words_that_mean_something_to_a_calendar_file_stay_words(db):
    evening = Evening(venue="online")
    evening.event.title = "Ring; all, of\\ Bury — Ŵyl " + "long " * 12
    file = calendar_of(evening.event, address="https://example.org/", now=NOW)
    assert max(len(line) for line in file.split(b"\r\n")) <= 75
    _file, entry = calendar(evening.event)
    assert str(entry["SUMMARY"]) == evening.event.title.strip() or str(entry["SUMMARY"]) == evening.event.title
