"""The organiser's pages of a campaign: who may see them, and that each button does what it says, without JavaScript."""

from __future__ import annotations

import pytest
from django.urls import reverse

from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Campaign, Candidate, Question, Script
from groundswell.campaigns.operations.campaigns import create_campaign
from groundswell.campaigns.operations.questions import add_ready_question
from groundswell.campaigns.operations.scripts import create_script
from groundswell.campaigns.ready_questions import ReadyQuestion


@pytest.fixture
def leader(client, campaign):
    """A client signed in as an organiser of the campaign."""
    return sign_in(client, make_member(Role.ORGANISER, campaign).user)


def pages(campaign: Campaign, script: Script, question: Question) -> list[str]:
    slug = campaign.slug
    return [
        reverse("campaigns:settings", args=[slug]),
        reverse("campaigns:new_candidate", args=[slug]),
        reverse("campaigns:cribs", args=[slug]),
        reverse("campaigns:crib", args=[slug, 0]),
        reverse("campaigns:scripts", args=[slug]),
        reverse("campaigns:new_script", args=[slug]),
        reverse("campaigns:script", args=[slug, script.pk]),
        reverse("campaigns:new_question", args=[slug]),
        reverse("campaigns:question", args=[slug, question.pk]),
    ]


def test_every_page_opens_for_an_organiser_and_for_nobody_else(client, campaign, script, voter_id):
    outsider = make_member(Role.ORGANISER, create_campaign(name="Elsewhere", by=None)).user
    readers = {
        make_member(Role.ORGANISER, campaign).user: 200,
        make_member(Role.OWNER, None).user: 200,
        make_member(Role.DATA_MANAGER, campaign).user: 403,
        make_member(Role.CALLER, campaign).user: 403,
        outsider: 404,
    }
    for user, expected in readers.items():
        sign_in(client, user)
        assert {client.get(url).status_code for url in pages(campaign, script, voter_id)} == {expected}, user
    client.logout()
    assert {client.get(url).status_code for url in pages(campaign, script, voter_id)} == {302}


def test_a_campaign_is_begun_with_seats_by_name(client, seat, organisation):
    sign_in(client, make_member(Role.OWNER, None).user)
    data = {
        "name": "Spring",
        "seats": ["walthamstow", ""],
        "own_party": "Reds",
        "other_parties": "Blues\n\nblues\nReds",
    }
    response = client.post(reverse("campaigns:new"), {**data, "seats": ["Waltamstow"]})
    assert response.status_code == 422
    assert "Do you mean “Walthamstow”?" in response.content.decode()
    assert not Campaign.objects.exists()
    response = client.post(reverse("campaigns:new"), data)
    spring = Campaign.objects.get()
    assert response.headers["Location"] == reverse("campaigns:campaign", args=[spring.slug])
    assert (spring.slug, list(spring.areas.all()), spring.other_parties) == ("spring", [seat], ["Blues"])


def test_settings_keep_the_address_and_refuse_a_name_twice(leader, campaign):
    create_campaign(name="Elsewhere", by=None)
    url = reverse("campaigns:settings", args=[campaign.slug])
    assert leader.post(url, {"name": "Elsewhere", "seats": []}).status_code == 422
    leader.post(url, {"name": "Renamed", "seats": []})
    assert Campaign.objects.get(pk=campaign.pk).name == "Renamed"
    assert Campaign.objects.get(pk=campaign.pk).slug == campaign.slug


def test_candidates_come_and_go(leader, campaign, seat):
    url = reverse("campaigns:new_candidate", args=[campaign.slug])
    leader.post(url, {"area": seat.pk, "name": "Asha Verma"})
    candidate = Candidate.objects.get()
    assert leader.post(url, {"area": seat.pk, "name": "Asha Verma"}).status_code == 422
    leader.post(reverse("campaigns:candidate_removal", args=[campaign.slug, candidate.pk]))
    assert not Candidate.objects.exists()


def test_a_script_is_written_branched_and_ordered_without_javascript(leader, campaign):
    leader.post(
        reverse("campaigns:new_script", args=[campaign.slug]), {"name": "Monday", "opening": "Hello {{ person }}"}
    )
    script = Script.objects.get()
    steps = reverse("campaigns:steps", args=[campaign.slug, script.pk])
    leader.post(steps, {"voter_id": "party_code"})
    leader.post(steps, {"ready": "poster"})
    first, second = script.steps.order_by("position")
    firm = first.question.options.first()
    branch = reverse("campaigns:step", args=[campaign.slug, script.pk, second.pk])
    leader.post(branch, {"do": "branch", "when": "after", "show_if": [firm.pk]})
    page = leader.get(reverse("campaigns:script", args=[campaign.slug, script.pk])).content.decode()
    assert "Asked only if they said" in page
    assert f'data-show-if="{firm.pk}"' in page
    response = leader.post(branch, {"do": "up"}, follow=True)
    assert "has to come after it" in response.content.decode()
    response = leader.post(branch, {"do": "branch", "when": "after"}, follow=True)
    assert "Choose at least one answer" in response.content.decode()
    leader.post(branch, {"do": "branch", "when": "always"})
    leader.post(branch, {"do": "up"})
    assert [step.pk for step in script.steps.order_by("position")] == [second.pk, first.pk]
    leader.post(branch, {"do": "remove"})
    assert [step.pk for step in script.steps.order_by("position")] == [first.pk]


def test_a_placeholder_that_cannot_be_filled_is_refused_and_nothing_typed_is_lost(leader, campaign):
    response = leader.post(
        reverse("campaigns:new_script", args=[campaign.slug]), {"name": "Monday", "opening": "Hello {{ name }}"}
    )
    assert response.status_code == 422
    assert "Hello {{ name }}" in response.content.decode()
    assert not Script.objects.exists()


def test_the_preview_fills_the_lines_and_saves_nothing(leader, campaign, script):
    url = reverse("campaigns:script_preview", args=[campaign.slug, script.pk])
    page = leader.post(url, {"opening": "Hiya {{ person }} <b>", "closing": ""}).content.decode()
    assert "Hiya Siân &lt;b&gt;" in page
    assert "calling on behalf of Fairer Walthamstow" in page
    assert not Script.objects.filter(opening__startswith="Hiya").exists()


def test_an_own_question_is_written_into_the_script(leader, campaign, script):
    url = reverse("campaigns:new_question", args=[campaign.slug]) + f"?script={script.pk}"
    data = {"text": "Which station?", "kind": "choice", "label_1": "North", "meaning_1": "yes"}
    assert leader.post(url, data).status_code == 422
    leader.post(url, {**data, "label_2": "South", "meaning_2": "no"})
    assert script.steps.order_by("position").last().question.text == "Which station?"


def test_options_are_renamed_moved_and_retired_in_one_form(leader, campaign, poster):
    url = reverse("campaigns:question", args=[campaign.slug, poster.pk])
    yes, perhaps, no = poster.options.all()
    leader.post(url, {"do": f"up-{no.pk}", f"label-{yes.pk}": "Gladly", "label-new": "Two", "meaning-new": "yes"})
    assert list(poster.options.values_list("label", flat=True)) == ["Gladly", "No", "Perhaps later", "Two"]
    leader.post(url, {"do": f"retire-{perhaps.pk}"})
    assert list(poster.options.values_list("label", flat=True)) == ["Gladly", "No", "Two"]
    response = leader.post(url, {"do": "save", f"label-{yes.pk}": "No", "text": "Lost?"}, follow=True)
    assert "There is an option “No” already" in response.content.decode()
    assert Question.objects.get(pk=poster.pk).text != "Lost?"


def test_the_editor_reads_a_script_once_for_each_version(
    leader, campaign, script, organiser, django_assert_max_num_queries
):
    editor = reverse("campaigns:script", args=[campaign.slug, script.pk])
    leader.get(editor)
    with django_assert_max_num_queries(9):
        leader.get(editor)
    add_ready_question(campaign=campaign, ready=ReadyQuestion.POSTER, by=organiser)
    leader.post(editor, {"name": "Thursday", "opening": "Good evening", "closing": ""})
    assert "Good evening" in leader.get(editor).content.decode()


def test_lists_cost_as_many_queries_for_three_rows_as_for_one(
    leader, campaign, script, organiser, django_assert_num_queries
):
    scripts, index = reverse("campaigns:scripts", args=[campaign.slug]), reverse("campaigns:index")
    leader.get(scripts)
    with django_assert_num_queries(5):
        leader.get(scripts)
    with django_assert_num_queries(4):
        leader.get(index)
    for name in ("Tuesday", "Wednesday"):
        create_script(campaign=campaign, name=name, by=organiser)
        create_campaign(name=name, by=organiser)
    for ready in (ReadyQuestion.LIKELIHOOD, ReadyQuestion.ISSUE):
        add_ready_question(campaign=campaign, ready=ready, by=organiser)
    with django_assert_num_queries(5):
        leader.get(scripts)
    with django_assert_num_queries(4):
        leader.get(index)
