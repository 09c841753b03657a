"""The report of a session: what it says, to whom, and in which forms."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, Organisation
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.cards import Card
from groundswell.campaigns.models import Answer, Campaign, Option
from groundswell.phonebank.dashboards import Work
from groundswell.phonebank.models import CallerStatus, Session
from groundswell.phonebank.rules import ODDITY_CALLS
from groundswell.phonebank.session_numbers import BELATED, forget_numbers, numbers_of
from groundswell.phonebank.session_report import Report, Total, report_of
from groundswell.phonebank.tests.board_world import Evening
from groundswell.phonebank.tests.world import World

MINUTE = timedelta(minutes=1)
SECRET = "Not for publication"


@pytest.fixture
def evening(live: World) -> Evening:
    return Evening(live)


@pytest.fixture
def imprint(live: World) -> Organisation:
    """An organisation that says who publishes, and where it prints."""
    live.organisation.imprint = "Promoted by O. Brand on behalf of Red Rose Party, 1 Lantern Yard"
    live.organisation.contact_address = "1 Lantern Yard\nExampleford"
    live.organisation.save()
    return live.organisation


def address(evening: Evening, name: str = "session_report") -> str:
    return reverse(f"phonebank:{name}", args=[evening.session.pk])


def identified(evening: Evening, caller, home, option: Option, *, ago: timedelta) -> None:
    """A conversation in which the person of this home said how they mean to vote."""
    call = evening.call(
        caller, ago=ago, outcome="completed", is_identified=True, person=home.people[0], household=home.row
    )
    Answer.objects.create(
        campaign=evening.world.campaign,
        person=home.people[0],
        question=option.question,
        option=option,
        meaning=option.meaning,
        source_uuid=call.client_uuid,
        answered_at=call.occurred_at,
    )


@pytest.fixture
def told(evening: Evening) -> Evening:
    """An evening of two callers, twelve calls, and three people placed: two for us, one against."""
    world = evening.world
    against = Option.objects.create(question=world.question, label="Blue Thistle", position=2, meaning="opposed")
    ada, bo = evening.caller("Ada Lovelace"), evening.caller("=Bo Peep")
    for minute in range(9):
        evening.call(ada if minute < 6 else bo, ago=(20 + minute) * MINUTE)
    for home, option in zip(world.households(3), (world.ours, world.ours, against), strict=True):
        identified(evening, ada, home, option, ago=5 * MINUTE)
    return evening


def test_it_says_what_was_done(told: Evening, leader: Client):
    Session.objects.update(closed_at=told.now)
    page = leader.get(address(told)).content.decode()
    assert "2 people made 12 calls for Walthamstow" in page
    assert "4% of 300" in page
    assert "25 in 100 calls" in page
    assert "firm supporter" in page
    assert "firmly for another" in page
    report = report_of(told.session.pk, membership_id=None, now=told.now)
    assert [(row.meaning.value, row.people) for row in report.said] == [("strong_support", 2), ("opposed", 1)]
    assert report.total.work.contact_rate == 25
    # Two callers who were there for an hour each.
    assert report.total.an_hour == pytest.approx(6.0, abs=0.1)


def test_what_counts_is_one_rule(told: Evening, django_assert_num_queries):
    """What people said is read by the same calls as the numbers: those of the session, undone ones and others not."""
    ada = told.session.callers.first().user
    stranger = told.world.organiser
    (early, undone, other) = told.world.households(3)
    identified(told, ada, early, told.world.ours, ago=90 * MINUTE)
    identified(told, stranger, other, told.world.ours, ago=5 * MINUTE)
    identified(told, ada, undone, told.world.ours, ago=6 * MINUTE)
    undone.people[0].calls.update(undone_at=told.now)
    report = report_of(told.session.pk, membership_id=None, now=told.now)
    assert sum(row.people for row in report.said) == 3 == report.total.work.identified
    with django_assert_num_queries(3):
        report_of(told.session.pk, membership_id=None, now=told.now)


def test_somebody_who_said_two_things_counts_once_by_the_last(told: Evening):
    ada = told.session.callers.first().user
    home = told.world.households(1)[0]
    against = Option.objects.get(label="Blue Thistle")
    identified(told, ada, home, told.world.ours, ago=9 * MINUTE)
    identified(told, ada, home, against, ago=MINUTE)
    said = {row.meaning.value: row.people for row in report_of(told.session.pk, membership_id=None, now=told.now).said}
    assert said == {"strong_support": 2, "opposed": 2}


def test_a_member_of_some_areas_learns_what_was_said_there(told: Evening):
    ada = told.session.callers.first().user
    elsewhere = told.world.new_area("Chingford", "England")
    identified(told, ada, told.world.households(1, area=elsewhere)[0], told.world.ours, ago=MINUTE)
    limited = make_member(Role.ORGANISER, told.world.campaign)
    limited.areas.add(elsewhere)
    page = sign_in(Client(), limited.user).get(address(told)).content.decode()
    assert "firm supporter" in page
    assert "firmly for another" not in page
    assert "13 calls" in page, "the counts of calls are the team's"


@pytest.mark.parametrize("name", ["session_report", "session_report_pdf"])
def test_a_caller_never_learns_how_people_mean_to_vote(told: Evening, name: str):
    ada = told.session.callers.first().user
    assert sign_in(Client(), ada).get(address(told, name)).status_code == 403


def test_until_the_poll_closes_it_is_marked_as_secret(told: Evening, leader: Client):
    assert "not for publication before the poll closes" in leader.get(address(told)).content.decode()
    Campaign.objects.update(poll_closes_at=timezone.now() - timedelta(days=1))
    assert "not for publication" not in leader.get(address(told)).content.decode()
    assert SECRET not in table_of(told, leader)


def test_sessions_before_stand_beside_it(told: Evening, leader: Client):
    cache.clear()
    past = Evening(told.world, title="Last Monday")
    past.now -= timedelta(days=7)
    cai = past.caller("Cai Jones", last_seen_at=past.now)
    Session.objects.filter(pk=past.session.pk).update(started_at=past.now - timedelta(hours=1), closed_at=past.now)
    for minute in range(7):
        past.call(cai, ago=minute * MINUTE)
    report = report_of(told.session.pk, membership_id=None, now=told.now)
    assert [(total.title, total.work.dials, total.callers) for total in report.earlier] == [("Last Monday", 7, 1)]
    compared = "5 calls more than usual (7)."
    assert report.beside_usual == compared
    page = leader.get(address(told)).content.decode()
    assert compared in page
    assert re.search(
        r"Walthamstow</a></th>\s*" + r"\s*".join(f'<td class="num">{n}</td>' for n in (1, 7, 0, 0, "7.0")), page
    )
    first = report_of(past.session.pk, membership_id=None, now=told.now)
    assert (first.earlier, first.beside_usual) == ([], "")
    rows = list(csv.reader(io.StringIO(table_of(told, leader))))
    assert rows[-1][:2] == ["Walthamstow", f"{past.now - timedelta(hours=1):%Y-%m-%d}"]
    assert rows[-1][2:] == ["1", "7", "300", "0", "0", "7.0"]


@pytest.mark.parametrize(
    ("calls", "said"),
    [(7, "As many calls as usual (7)."), (5, "2 calls fewer than usual (7)."), (8, "1 call more than usual (7).")],
)
def test_more_fewer_or_as_many_as_usual_is_said_in_words(calls: int, said: str):
    usual, this = (
        Total(1, "", "", None, timezone.now(), "UTC", None, Work(dials, 0, 0), 1, 1.0) for dials in (7, calls)
    )
    report = Report(numbers=None, total=this, earlier=[usual], said=[])  # type: ignore[arg-type]
    assert report.beside_usual == said


def test_it_is_settled_once_no_phone_can_bring_more(told: Evening):
    Session.objects.update(closed_at=told.now)
    assert not report_of(told.session.pk, membership_id=None, now=told.now + BELATED).is_settled
    assert report_of(told.session.pk, membership_id=None, now=told.now + BELATED + MINUTE).is_settled


def table_of(evening: Evening, leader: Client) -> str:
    answer = leader.post(address(evening, "session_report_export"))
    return b"".join(answer.streaming_content).decode("utf-8-sig")


@pytest.mark.slow
def test_the_paper_is_one_page_with_its_imprint_and_is_logged(told: Evening, leader: Client, imprint: Organisation):
    answer = leader.get(address(told, "session_report_pdf"))
    assert answer["Content-Type"] == "application/pdf"
    [page] = PdfReader(io.BytesIO(answer.content)).pages
    text = re.sub(r"\s+", " ", page.extract_text())
    for said in ("2 people made 12 calls", "Ada Lovelace", "firm supporter", SECRET, "O. Brand", "Printed"):
        assert said in text
    assert AuditEvent.objects.filter(verb="print_session_report", subject_id=told.session.pk).count() == 1


@pytest.mark.slow
def test_a_long_evening_still_fits_one_page(told: Evening, leader: Client, imprint: Organisation):
    for index in range(60):
        told.call(told.caller(f"Caller With A Long Name {index}"), ago=index * MINUTE)
    answer = leader.get(address(told, "session_report_pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 1


def test_without_an_imprint_nothing_is_printed_nor_drawn_and_it_says_why(told: Evening, leader: Client):
    for name in ("session_report_pdf", "session_picture"):
        answer = leader.get(address(told, name), follow=True)
        assert "imprint" in answer.content.decode()
        assert answer.redirect_chain


def test_the_table_is_safe_to_open_and_logged(told: Evening, leader: Client):
    lines = table_of(told, leader).splitlines()
    assert lines[0].startswith(f'"{SECRET}')
    assert "firm supporter,2" in lines
    assert "Ada Lovelace,9,3,3" in lines
    assert "'=Bo Peep,3,0,0" in lines, "a name that a spreadsheet would take for a formula"
    event = AuditEvent.objects.get(verb="export_session_report")
    assert (event.action, event.subject_id) == ("export", told.session.pk)


def test_the_picture_is_for_whoever_was_there_and_says_nothing_of_votes(told: Evening, imprint: Organisation):
    ada = told.session.callers.first().user
    answer = sign_in(Client(), ada).get(address(told, "session_picture"))
    assert answer["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
    stranger = sign_in(Client(), make_member(Role.CALLER, Campaign.objects.create(slug="x", name="X")).user)
    assert stranger.get(address(told, "session_picture")).status_code == 404


def test_whoever_is_odd_is_named_to_the_organiser_and_ranked_once_looked_at(told: Evening, leader: Client):
    fast = told.caller("Fast Fingers")
    CallerStatus.objects.create(phone_bank=told.bank, caller=fast)
    for index in range(ODDITY_CALLS):
        told.call(fast, ago=15 * MINUTE - index * timedelta(seconds=5))
    told.world.campaign.areas.clear()
    assert "stand in no ranking" in leader.get(address(told)).content.decode()
    leader.post(reverse("phonebank:caller_review", args=[told.world.campaign.slug, fast.pk]))
    assert "stand in no ranking" not in leader.get(address(told)).content.decode()
    assert numbers_of(told.session.pk, now=timezone.now()).unranked == frozenset()


def test_the_organiser_chooses_whether_the_board_shows_leaders(told: Evening, leader: Client):
    board = reverse("phonebank:board", args=[told.session.pk])
    assert "Most calls" in leader.get(board).content.decode()
    for _twice in range(2):
        answer = leader.post(address(told, "board_leaders"), {"shown": "no"}, follow=True).content.decode()
        assert "the team&#x27;s numbers only" in answer
        assert "Most calls" not in answer
    assert AuditEvent.objects.filter(verb="show_leaders").count() == 1
    assert "Most calls" in leader.post(address(told, "board_leaders"), {"shown": "yes"}, follow=True).content.decode()


def test_where_nobody_rang_nothing_is_counted_nor_shared(evening: Evening, leader: Client, imprint: Organisation):
    for closed_at, said in (
        (None, "No calls for Walthamstow yet"),
        (evening.now, "No calls were made for Walthamstow"),
    ):
        Session.objects.update(closed_at=closed_at)
        page = leader.get(address(evening)).content.decode()
        assert said in page
        assert "0 people" not in page
        assert "in 100 calls" not in page
        assert "Picture to share" not in page
    shared = leader.get(address(evening, "session_picture"), follow=True)
    assert shared.redirect_chain
    assert "nothing to share yet" in shared.content.decode()


def test_in_every_form_it_says_that_it_was_a_rehearsal(
    told: Evening, leader: Client, imprint: Organisation, monkeypatch: pytest.MonkeyPatch
):
    drawn: list[Card] = []
    monkeypatch.setattr("groundswell.phonebank.views.board.report.draw_card", lambda card: drawn.append(card) or b"")
    Campaign.objects.update(is_demo=True)
    for speed, times in ((1, 0), (60, 1)):
        for change in ({"started_at": None}, {"speed": speed}, {"started_at": told.start}):
            Session.objects.update(**change)
        forget_numbers()
        assert (
            leader.get(address(told)).content.decode().count("A rehearsal with invented people, at 60 times") == times
        )
        assert table_of(told, leader).count("A rehearsal with invented people") == times
        leader.get(address(told, "session_picture"))
        assert drawn[-1].lines.count("A rehearsal with invented people") == times


def test_it_leads_back_to_its_event_for_those_who_may_open_that(told: Evening, leader: Client, client: Client):
    event = reverse("events:manage", args=[told.world.campaign.slug, told.event.pk])
    assert f'<a href="{event}">Monday for Bury North</a>' in leader.get(address(told)).content.decode()
    manager = sign_in(Client(), make_member(Role.DATA_MANAGER, told.world.campaign).user)
    assert event not in manager.get(address(told)).content.decode()


def test_a_report_before_the_start_and_of_no_session(evening: Evening, leader: Client, imprint: Organisation):
    Session.objects.update(started_at=None)
    assert "has not begun" in leader.get(address(evening)).content.decode()
    assert leader.get(address(evening, "session_report_pdf"))["Content-Type"] == "application/pdf"
    assert leader.get(reverse("phonebank:session_report", args=[987654321])).status_code == 404
