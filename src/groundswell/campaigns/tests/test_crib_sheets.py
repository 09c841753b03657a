"""Crib sheets: facts filled in from data and fresh when they change, the ready sheet, the editor, the page, the paper."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from pypdf import PdfReader

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.cribs.deadlines import working_days_before
from groundswell.campaigns.cribs.facts import BLOCK_FACTS, LINE_FACTS, NO_FACTS, facts_for
from groundswell.campaigns.cribs.markup import check_crib, crib_markup, facts_named, gaps_in
from groundswell.campaigns.cribs.ready import ready_sheet
from groundswell.campaigns.models import Candidate, CribSheet, Script
from groundswell.campaigns.operations.cribs import bring_back_crib_sheet, save_crib_sheet
from groundswell.campaigns.queries import crib_html
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.campaigns.scripts import plan_for
from groundswell.places.models import Area, Contest, OfficeHolder, Result

EVERY_FACT = " ".join(f"{{{{ {name} }}}}" for name in LINE_FACTS) + "\n\n{{ result_history }}"


def hold(area: Area, election: str, *votes: tuple[str, str, int]) -> Contest:
    """An election there; the votes with the most first."""
    listed = [count for _party, _short, count in votes]
    contest = Contest.objects.create(
        area=area,
        election=election,
        electorate=sum(listed) * 2,
        valid_votes=sum(listed),
        majority=listed[0] - listed[1],
    )
    for party, short, count in votes:
        Result.objects.create(contest=contest, party=party, party_abbreviation=short, votes=count)
    return contest


@pytest.fixture
def results(seat: Area) -> Contest:
    hold(seat, "2019", ("Reds", "Red", 22_000), ("Blues", "Blu", 18_000), ("Greens", "Grn", 2_000))
    newest = hold(seat, "2024", ("Blues", "Blu", 20_500), ("Reds", "Red", 19_500), ("Greens", "Grn", 5_000))
    OfficeHolder.objects.create(area=seat, name="Mrs Ŵyn Ŷst", party="Blues")
    return newest


@pytest.fixture
def leader(client, campaign):
    """A client signed in as an organiser of the campaign."""
    return sign_in(client, make_member(Role.ORGANISER, campaign).user)


def drawer(script: Script, area: Area) -> str:
    """What the caller's drawer shows now."""
    version = Script.objects.values_list("version", flat=True).get(pk=script.pk)
    return plan_for(script.pk, version).crib(area.pk)


def paper(response) -> str:
    """The text of the one page."""
    [page] = PdfReader(io.BytesIO(response.content)).pages
    return re.sub(r"\s+", " ", page.extract_text())


def test_the_facts_of_the_seat_are_filled_in_from_its_results(campaign, seat, results):
    Candidate.objects.create(campaign=campaign, area=seat, name="Asha Verma")
    facts = facts_for(campaign, seat)
    assert {name: facts.line(name) for name in LINE_FACTS} == {
        "seat": "Walthamstow",
        "candidate": "Asha Verma",
        "party": "Reds",
        "organisation": "Fairer Walthamstow",
        "mp": "Mrs Ŵyn Ŷst, Blues",
        "last_result": "Blues 45.6%, Reds 43.3% (2024)",
        "majority": "1,000 votes (2.2%)",
        "swing_needed": "1.11%",
        "turnout": "50.0%",
        "electorate": "90,000",
        "polling_day": "(no day is fixed)",
        "register_by": "12 working days before the poll (no day is fixed)",
        "postal_vote_by": "11 working days before the poll (no day is fixed)",
        "proxy_vote_by": "6 working days before the poll (no day is fixed)",
    }


@pytest.mark.parametrize(
    ("party", "swing"),
    [("Reds", "1.11%"), ("Blues", "none: we won it last time"), ("Pinks", "not known: we did not stand last time")],
)
def test_the_swing_is_ours(campaign, seat, results, party, swing):
    campaign.own_party = party
    assert facts_for(campaign, seat).line("swing_needed") == swing


def test_the_history_is_a_picture_and_the_same_as_a_table(campaign, seat, results):
    markup = crib_markup("{{ result_history }}", facts_for(campaign, seat))
    assert re.search(r'<svg viewBox="[\d ]+" role="img" aria-label="Shares of the vote in Walthamstow', markup)
    assert re.findall(r'<text class="name"[^>]*>(\w+)</text>', markup) == ["Red", "Blu", "Grn"]
    rows = [re.findall(r"<t[hd][^>]*>([^<]+)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", markup, re.DOTALL)]
    assert rows[1:] == [["2024", "Blu 45.6%", "Red 43.3%", "1,000"], ["2019", "Red 52.4%", "Blu 42.9%", "4,000"]]
    assert "style=" not in markup


def test_one_election_alone_is_drawn_as_bars(campaign, seat):
    hold(seat, "2024", ("Blues", "Blu", 20_500), ("Reds", "Red", 10_250))
    markup = crib_markup("{{ result_history }}", facts_for(campaign, seat))
    first, second = re.findall(r'<rect class="bar"[^>]*width="([\d.]+)"', markup)
    assert float(first) == pytest.approx(2 * float(second), abs=0.2)


def test_a_seat_nothing_is_known_of_says_so(campaign, seat):
    markup = crib_markup(EVERY_FACT, facts_for(campaign, seat))
    assert "(not known)" in markup
    assert "No results of this seat are known." in markup
    assert "{{" not in markup
    assert "(of the seat)" in crib_markup("{{ majority }}", NO_FACTS)


def test_facts_are_text_and_never_markup(campaign, seat, organiser):
    Candidate.objects.create(campaign=campaign, area=seat, name="*Asha* <b>[x](https://x.example)</b>")
    markup = crib_markup("{{ candidate }}", facts_for(campaign, seat))
    assert markup == "<p>*Asha* &lt;b&gt;[x](https://x.example)&lt;/b&gt;</p>\n"


def test_nobody_can_type_a_slot_for_facts(campaign, seat, results):
    assert "<svg" not in crib_markup("\ue000result_history\ue001", facts_for(campaign, seat))


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("{{ majority }} and {{mp}}", {"majority", "mp"}),
        ("## {{ seat }}\n- {{ mp }}\n\n| a |\n|---|\n| {{ party }} |", {"seat", "mp", "party"}),
        ("Results:\n{{ result_history }}\nand more", {"result_history"}),
        ("- a\n\n  {{ result_history }}", {"result_history"}),
        ("`{{ majority }}`", set()),
        ("    {{ result_history }}", set()),
    ],
)
def test_facts_are_found_where_they_are_read(body, named):
    assert facts_named(body) == named
    check_crib(body, published=True)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Won by {{ majorty }}", r"“\{\{ majorty \}\}” is not a fact we can fill in. You can use \{\{ seat \}\}, "),
        ("See {{ result_history }} here", "put it on a line of its own"),
        ("Won by {{ majority", "opened but not closed"),
        ("## {{  }}", "is not a fact"),
        ("| a |\n|---|\n| {{ nobody }} |", "“{{ nobody }}” is not a fact"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_with_a_sentence(body, said):
    with pytest.raises(CampaignRuleError, match=said):
        check_crib(body, published=False)


def test_a_sheet_with_a_gap_may_wait_as_a_draft_and_not_be_published(campaign, seat, organiser):
    body = "**‹The first›**: buses"
    with pytest.raises(CampaignRuleError, match="“‹The first›” is still to be written"):
        save_crib_sheet(campaign=campaign, area=seat, body=body, by=organiser)
    draft = save_crib_sheet(campaign=campaign, area=seat, body=body, by=organiser, published=False)
    with pytest.raises(CampaignRuleError):
        bring_back_crib_sheet(sheet=draft, by=organiser)
    assert CribSheet.objects.count() == 1


def test_the_ready_sheet_names_facts_and_holds_every_part(campaign, seat, results):
    body = ready_sheet(campaign, seat)
    check_crib(body, published=False)
    assert facts_named(body) == {
        *("seat", "candidate", "party", "last_result", "majority", "swing_needed", "mp", "result_history"),
        *("register_by", "postal_vote_by", "proxy_vote_by"),
    }
    headings = re.findall(r"^## (.+)$", body, re.MULTILINE)
    assert headings == [
        *("{{ seat }} in one minute", "Say it in their words", "Three local issues", "If they ask"),
        *("Voting by post", "Who to ask"),
    ]
    assert len(gaps_in(body)) > 6
    assert "1,000" not in body


def test_the_ready_sheet_leaves_out_what_is_not_known_or_does_not_apply(campaign, seat):
    by = {"register_by", "postal_vote_by", "proxy_vote_by"}
    assert facts_named(ready_sheet(campaign, seat)) == {"seat", "candidate", "party", *by}
    campaign.own_party = campaign.election = ""
    Organisation.objects.update(kind="union")
    assert "Voting by post" not in ready_sheet(campaign, seat)


def test_the_ready_sheet_of_northern_ireland_speaks_of_its_own_rules(campaign, seat):
    seat.nation = "Northern Ireland"
    assert "eoni.org.uk" in ready_sheet(campaign, seat)
    assert "gov.uk" not in ready_sheet(campaign, seat)


@pytest.mark.parametrize(
    ("nation", "register", "post", "proxy"),
    [
        ("England", "Tuesday 18 June 2024", "Wednesday 19 June 2024", "Wednesday 26 June 2024"),
        ("Northern Ireland", "Tuesday 18 June 2024", "Friday 14 June 2024", "Friday 14 June 2024"),
    ],
)
def test_the_deadlines_are_those_of_the_general_election_of_2024(campaign, seat, nation, register, post, proxy):
    """As the Electoral Commission and the Electoral Office for Northern Ireland announced them."""
    campaign.poll_closes_at = datetime(2024, 7, 4, 21, 0, tzinfo=UTC)
    seat.nation = nation
    facts = facts_for(campaign, seat)
    assert facts.line("polling_day") == "Thursday 4 July 2024"
    assert facts.line("register_by") == register
    assert facts.line("postal_vote_by") == f"5 pm on {post}"
    assert facts.line("proxy_vote_by") == f"5 pm on {proxy}"


@pytest.mark.parametrize(
    ("poll", "count", "day"),
    [
        # The bank holiday in early May.
        (date(2021, 5, 6), 11, date(2021, 4, 20)),
        (date(2021, 5, 6), 12, date(2021, 4, 19)),
        # Good Friday and Easter Monday, which is none in Scotland, and counts everywhere here.
        (date(2019, 5, 2), 11, date(2019, 4, 15)),
        (date(2019, 5, 2), 12, date(2019, 4, 12)),
        # New Year; the second of January, which is kept in Scotland.
        (date(2026, 1, 8), 6, date(2025, 12, 29)),
        # Boxing Day, Christmas Day, Christmas Eve.
        (date(2026, 1, 8), 8, date(2025, 12, 22)),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(poll, count, day):
    assert working_days_before(poll, count) == day


def test_the_drawer_is_fresh_with_every_fact_and_costs_nothing_the_second_time(
    campaign, seat, results, script, organiser, django_assert_num_queries
):
    save_crib_sheet(campaign=campaign, area=seat, body="{{ majority }}, {{ mp }}, {{ candidate }}", by=organiser)
    assert "1,000 votes (2.2%), Mrs Ŵyn Ŷst, Blues, (not known)" in drawer(script, seat)
    with django_assert_num_queries(1):
        drawer(script, seat)
    Contest.objects.filter(pk=results.pk).update(majority=998)
    assert "998 votes" in drawer(script, seat)
    OfficeHolder.objects.update(name="Mr New")
    assert "Mr New, Blues" in drawer(script, seat)
    Candidate.objects.create(campaign=campaign, area=seat, name="Asha Verma")
    assert "Asha Verma" in drawer(script, seat)
    save_crib_sheet(campaign=campaign, area=seat, body="Now {{ seat }}", by=organiser)
    assert "Now Walthamstow" in drawer(script, seat)
    Area.objects.filter(pk=seat.pk).update(name="Walthamstow East")
    assert "Now Walthamstow East" in drawer(script, seat)


def test_the_votes_of_a_party_change_the_drawer_too(campaign, seat, results, script, organiser):
    save_crib_sheet(campaign=campaign, area=seat, body="{{ last_result }}", by=organiser)
    assert "Reds 43.3%" in drawer(script, seat)
    Result.objects.filter(contest=results, party="Reds").update(votes=18_000)
    assert "Reds 40.0%" in drawer(script, seat)


def test_the_sheet_of_the_whole_campaign_has_the_facts_of_the_seat_rung(campaign, seat, results, script, organiser):
    other = Area.objects.create(kind="constituency", boundary_set="test", code="B", name="Bury North")
    campaign.areas.add(other)
    save_crib_sheet(campaign=campaign, area=None, body="This is {{ seat }}: {{ majority }}", by=organiser)
    assert "This is Walthamstow: 1,000 votes" in drawer(script, seat)
    assert "This is Bury North: (not known)" in drawer(script, other)
    assert "This is (of the seat)" in crib_html(campaign.pk, None)
    campaign.areas.remove(other)
    assert "This is Walthamstow" in crib_html(campaign.pk, None)


def test_a_sheet_without_facts_costs_no_query_of_places(campaign, seat, organiser, django_assert_num_queries):
    save_crib_sheet(campaign=campaign, area=seat, body="Be kind.", by=organiser)
    with django_assert_num_queries(1):
        assert crib_html(campaign.pk, seat.pk) == "<p>Be kind.</p>\n"


def test_the_editor_begins_with_the_ready_sheet_and_publishes_what_is_written(leader, campaign, seat, results):
    url = reverse("campaigns:crib", args=[campaign.slug, seat.pk])
    page = leader.get(url).content.decode()
    assert "Here is a sheet to begin with" in page
    assert "1,000 votes (2.2%)" in page
    assert "Three local issues" in page
    response = leader.post(url, {"body": ready_sheet(campaign, seat), "do": "publish"})
    assert response.status_code == 422
    assert "is still to be written" in response.content.decode()
    leader.post(url, {"body": "**One**", "do": "publish"})
    leader.post(url, {"body": "Two", "do": "draft"})
    assert list(CribSheet.objects.order_by("version").values_list("version", "published")) == [(1, True), (2, False)]
    assert leader.post(url, {"body": " "}).status_code == 422


def test_a_fact_that_is_none_is_refused_and_nothing_typed_is_lost(leader, campaign, seat):
    response = leader.post(reverse("campaigns:crib", args=[campaign.slug, seat.pk]), {"body": "By {{ majorty }}"})
    assert response.status_code == 422
    assert "is not a fact we can fill in" in response.content.decode()
    assert "By {{ majorty }}</textarea>" in response.content.decode()
    assert not CribSheet.objects.exists()


def test_the_preview_has_the_facts_and_says_what_is_wrong(leader, campaign, seat, results):
    url = reverse("campaigns:crib_preview", args=[campaign.slug, seat.pk])
    shown = leader.post(url, {"body": "**{{ majority }}** <i>y</i>"}).content.decode()
    assert "<p><strong>1,000 votes (2.2%)</strong> &lt;i&gt;y&lt;/i&gt;</p>" in shown
    assert "is not a fact" in leader.post(url, {"body": "{{ majorty }}"}).content.decode()


def test_an_earlier_version_comes_back_as_a_new_one(leader, campaign, seat, organiser):
    for body in ("One", "Two"):
        save_crib_sheet(campaign=campaign, area=seat, body=body, by=organiser)
    url = reverse("campaigns:crib_version", args=[campaign.slug, seat.pk, 1])
    response = leader.post(url, follow=True)
    assert "What version 1 said is published again, as version 3" in response.content.decode()
    assert list(CribSheet.objects.order_by("version").values_list("body", flat=True)) == ["One", "Two", "One"]
    assert "One" in crib_html(campaign.pk, seat.pk)
    assert leader.post(reverse("campaigns:crib_version", args=[campaign.slug, seat.pk, 9])).status_code == 404


def test_who_saved_meanwhile_is_not_passed_over(leader, campaign, seat, organiser):
    url = reverse("campaigns:crib", args=[campaign.slug, seat.pk])
    save_crib_sheet(campaign=campaign, area=seat, body="Theirs", by=organiser)
    told = leader.post(url, {"body": "Mine", "seen": "0"}, follow=True).content.decode()
    assert "Version 1 was saved while you were writing" in told
    told = leader.post(url, {"body": "Mine again", "seen": "2"}, follow=True).content.decode()
    assert "while you were writing" not in told


def test_all_versions_are_listed_when_asked_for(leader, campaign, seat, organiser):
    for number in range(12):
        save_crib_sheet(campaign=campaign, area=seat, body=f"Text {number}", by=organiser)
    url = reverse("campaigns:crib", args=[campaign.slug, seat.pk])
    assert "Version 1<" not in re.sub(r"\s+<", "<", leader.get(url).content.decode())
    assert "Version 1<" in re.sub(r"\s+<", "<", leader.get(f"{url}?all").content.decode())


@pytest.mark.slow
def test_a_caller_reads_the_page_and_prints_one_side_of_a4(client, campaign, seat, results, organiser):
    sign_in(client, make_member(Role.CALLER, campaign).user)
    args = [campaign.slug, seat.pk]
    assert "Nobody has published" in client.get(reverse("campaigns:crib_page", args=args)).content.decode()
    response = client.get(reverse("campaigns:crib_paper", args=args), follow=True)
    assert "There is no crib sheet to print yet." in response.content.decode()
    body = "## In one minute\n\nWon by {{ majority }}. Ŵ ŷ â ê î ô û.\n\n{{ result_history }}\n\n1. one\n   - two"
    save_crib_sheet(campaign=campaign, area=seat, body=body, by=organiser)
    page = client.get(reverse("campaigns:crib_page", args=args)).content.decode()
    assert "Won by 1,000 votes" in page
    assert f'href="{reverse("campaigns:crib", args=args)}"' not in page
    response = client.get(reverse("campaigns:crib_paper", args=args))
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'inline; filename="crib-sheet-walthamstow.pdf"'
    text = paper(response)
    for said in (
        *("Walthamstow", "1,000 majority in 2024", "1.11% swing needed", "Mrs Ŵyn Ŷst MP, Blues", "In one minute"),
        *(
            "Won by 1,000 votes (2.2%). Ŵ ŷ â ê î ô û.",
            "2024 Blu 45.6% Red 43.3% 1,000",
            "1. one",
            "• two",
            "Version 1 of",
        ),
        "Printed and promoted by Fairer Walthamstow, 12 Hoe Street, London E17 4SD",
    ):
        assert said in text


@pytest.mark.slow
def test_the_ready_sheet_fits_on_its_page(client, campaign, seat, results, organiser):
    sign_in(client, make_member(Role.CALLER, campaign).user)
    written = re.sub("[‹›]", "", ready_sheet(campaign, seat))
    save_crib_sheet(campaign=campaign, area=seat, body=written, by=organiser)
    text = paper(client.get(reverse("campaigns:crib_paper", args=[campaign.slug, seat.pk])))
    assert "Who to ask" in text
    assert "(gov.uk" not in text


def test_links_are_printed_with_their_address(client, campaign, seat, organiser):
    sign_in(client, make_member(Role.CALLER, campaign).user)
    body = "[Apply](https://www.gov.uk/apply) or [example.org](https://example.org/)"
    save_crib_sheet(campaign=campaign, area=seat, body=body, by=organiser)
    text = paper(client.get(reverse("campaigns:crib_paper", args=[campaign.slug, seat.pk])))
    assert "Apply (www.gov.uk/apply) or example.org" in text
    assert "(example.org" not in text


def test_a_sheet_too_long_to_print_says_what_to_shorten_and_stays_a_page(client, campaign, seat, organiser):
    sign_in(client, make_member(Role.CALLER, campaign).user)
    body = "## Short\n\nyes\n\n## Rather long\n\n" + "\n\n".join(["words and more words " * 20] * 40)
    save_crib_sheet(campaign=campaign, area=seat, body=body, by=organiser)
    response = client.get(reverse("campaigns:crib_paper", args=[campaign.slug, seat.pk]), follow=True)
    told = response.content.decode()
    assert response.redirect_chain == [(reverse("campaigns:crib_page", args=[campaign.slug, seat.pk]), 302)]
    assert "This does not fit on one A4 page" in told
    assert "“Rather long”" in told


def test_nothing_is_printed_before_there_is_an_imprint(client, campaign, seat, organiser):
    Organisation.objects.update(contact_address="")
    sign_in(client, make_member(Role.CALLER, campaign).user)
    save_crib_sheet(campaign=campaign, area=seat, body="Be kind.", by=organiser)
    response = client.get(reverse("campaigns:crib_paper", args=[campaign.slug, seat.pk]), follow=True)
    assert "Enter the imprint" in response.content.decode()


def test_every_fact_is_offered_in_the_editor(leader, campaign, seat):
    page = leader.get(reverse("campaigns:crib", args=[campaign.slug, seat.pk])).content.decode()
    assert re.findall(r"<code>\{\{ (\w+) \}\}</code>", page) == [*LINE_FACTS, *BLOCK_FACTS]
