"""The script as a caller gets it: fixed identification, placeholders, branches, a version for each change."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict

from groundswell.accounts.models import Organisation
from groundswell.campaigns.models import CribSheet, Script, ScriptStep
from groundswell.campaigns.operations.campaigns import save_candidate
from groundswell.campaigns.operations.cribs import save_crib_sheet
from groundswell.campaigns.operations.questions import add_option, change_option, reword_question
from groundswell.campaigns.operations.scripts import (
    add_step,
    branch_step,
    change_script,
    copy_script,
    delete_script,
    move_step,
    remove_step,
)
from groundswell.campaigns.rules import CampaignRuleError, GivenAnswer, WrongAnswer, check_line, fill_line
from groundswell.campaigns.scripts import build_plan, plan_for


def fresh_plan(script: Script):
    script.refresh_from_db()
    return plan_for(script.pk, script.version)


def test_a_plan_is_built_once_for_a_version_and_then_costs_no_query(script, django_assert_num_queries):
    plan = fresh_plan(script)
    with django_assert_num_queries(0):
        again = plan_for(script.pk, script.version)
        again.steps_for(7)
        again.opening_for(person="Siân", caller="Tom")
    assert again is plan


def test_a_plan_is_built_with_as_many_queries_whatever_the_length(
    campaign, script, voter_id, organiser, django_assert_num_queries
):
    with django_assert_num_queries(8):
        build_plan(script.pk)
    step = script.steps.get(question__key="poster")
    branch_step(step=step, show_if=voter_id.options.all()[:2], by=organiser)
    with django_assert_num_queries(8):
        build_plan(script.pk)


def test_the_identification_block_names_the_organisation_and_how_to_reach_it(script):
    plan = fresh_plan(script)
    assert plan.identification.says("Tom") == (
        "Hello, my name is Tom. I am a volunteer calling on behalf of Fairer Walthamstow."
    )
    assert plan.identification.contact_address == "12 Hoe Street\nLondon E17 4SD"
    assert plan.identification.contact_phone == "020 7946 0123"


def test_lines_are_filled_and_a_missing_value_leaves_a_gap_not_braces(script, campaign, seat, organiser):
    save_candidate(campaign=campaign, area=seat, name="Asha Verma", by=organiser)
    change_script(
        script=script, name="Monday", opening="Hello {{ person }}, {{candidate}} sent me, {{ caller }}.", by=organiser
    )
    plan = fresh_plan(script)
    filled = plan.opening_for(person="Siân", caller="Tom", area_id=seat.pk)
    assert filled == "Hello Siân, Asha Verma sent me, Tom."
    assert fill_line("Is that {{ person }}?", person="") == "Is that …?"


@pytest.mark.parametrize("line", ["Hello {{ name }}", "Hello {{ person", "Hello {{ person.email }}"])
def test_a_line_with_an_unknown_placeholder_is_refused_with_the_known_ones(line):
    with pytest.raises(CampaignRuleError, match=r"curly brackets|You can use"):
        check_line(line)


def test_each_change_that_a_caller_would_see_raises_the_version(
    script, campaign, voter_id, poster, seat, organiser, organisation
):
    def version() -> int:
        return Script.objects.values_list("version", flat=True).get(pk=script.pk)

    def rises(change) -> bool:
        before = version()
        change()
        return version() > before

    step = script.steps.get(question=poster)
    assert rises(lambda: change_script(script=script, name="Tuesday", opening="Hello", by=organiser))
    assert rises(lambda: branch_step(step=step, show_if=[voter_id.options.first()], by=organiser))
    assert rises(lambda: branch_step(step=step, show_if=[], by=organiser))
    assert rises(lambda: move_step(step=step, to=1, by=organiser))
    assert rises(lambda: remove_step(step=step, by=organiser))
    assert rises(lambda: add_step(script=script, question=poster, by=organiser))
    assert rises(lambda: reword_question(question=voter_id, text="Whom?", by=organiser))
    assert rises(lambda: change_option(option=voter_id.options.first(), label="Ours", by=organiser))
    assert rises(lambda: add_option(question=poster, label="Two", meaning="yes", by=organiser))
    assert rises(lambda: save_candidate(campaign=campaign, area=seat, name="Asha Verma", by=organiser))
    assert rises(lambda: save_crib_sheet(campaign=campaign, area=seat, body="Majority 12", by=organiser))
    assert rises(lambda: Organisation.objects.update(contact_phone="020 7946 0999"))
    assert not rises(lambda: Script.objects.filter(pk=script.pk).update(version=version()))


def test_the_version_never_falls(script):
    with pytest.raises(IntegrityError), transaction.atomic():
        Script.objects.filter(pk=script.pk).update(version=0)


def test_a_branch_hangs_on_an_earlier_answer_only(script, voter_id, poster, organiser):
    first, second = script.steps.order_by("position")
    with pytest.raises(CampaignRuleError, match="has to come after it"):
        branch_step(step=first, show_if=[poster.options.first()], by=organiser)
    branch_step(step=second, show_if=[voter_id.options.first()], by=organiser)
    with pytest.raises(CampaignRuleError, match="has to come after it"):
        move_step(step=second, to=1, by=organiser)
    with pytest.raises(CampaignRuleError, match="asked only after an answer"):
        remove_step(step=first, by=organiser)
    assert [step.question_id for step in script.steps.order_by("position")] == [voter_id.pk, poster.pk]


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_an_orphan_branch_whatever_writes_it(script, voter_id, poster):
    first, second = script.steps.order_by("position")
    with pytest.raises(IntegrityError):
        first.show_if.add(poster.options.first())
    second.show_if.add(voter_id.options.first())
    with pytest.raises(IntegrityError):
        first.delete()


def test_a_question_is_asked_once(script, poster, organiser):
    with pytest.raises(CampaignRuleError, match="already"):
        add_step(script=script, question=poster, by=organiser)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScriptStep.objects.create(script=script, question=poster, position=9)


def test_a_copy_says_and_branches_the_same(script, voter_id, organiser):
    branch_step(step=script.steps.get(position=2), show_if=voter_id.options.all()[:2], by=organiser)
    copy = copy_script(script=script, by=organiser)
    assert copy.name == "Monday, copy"
    ours = [(s.question.key, [o.label for o in s.show_if]) for s in build_plan(script.pk).steps]
    theirs = [(s.question.key, [o.label for o in s.show_if]) for s in build_plan(copy.pk).steps]
    assert theirs == ours
    delete_script(script=copy, by=organiser)
    assert Script.objects.get() == script


def test_the_form_comes_back_as_answers_of_the_right_people(script, voter_id, poster, organiser):
    plan = fresh_plan(script)
    firm, yes = voter_id.options.first(), poster.options.first()
    markup = plan.steps_for(41)
    assert f'name="answer-41-{voter_id.pk}" value="{firm.pk}"' in markup
    posted = QueryDict(
        f"answer-41-{voter_id.pk}={firm.pk}&answer-42-{poster.pk}={yes.pk}&answer-43-{poster.pk}={yes.pk}"
    )
    assert plan.read_answers(posted, [41, 42]) == [
        GivenAnswer(41, voter_id.pk, option_id=firm.pk),
        GivenAnswer(42, poster.pk, option_id=yes.pk),
    ]
    with pytest.raises(WrongAnswer, match="is not an answer"):
        plan.read_answers(QueryDict(f"answer-41-{voter_id.pk}=abc"), [41])


def test_labels_are_escaped_in_the_form(script, voter_id, organiser):
    change_option(option=voter_id.options.first(), label="<b>Ours</b>", by=organiser)
    markup = fresh_plan(script).steps_for(1)
    assert "&lt;b&gt;Ours&lt;/b&gt;" in markup
    assert "<b>" not in markup


def test_the_newest_published_crib_sheet_shows_and_is_clean(campaign, seat, script, organiser):
    save_crib_sheet(campaign=campaign, area=None, body="# Everywhere", by=organiser)
    save_crib_sheet(
        campaign=campaign,
        area=seat,
        body="**Majority** 12 <script>alert(1)</script> [x](javascript:alert(1)) ![i](https://x.example/i.png)",
        by=organiser,
    )
    save_crib_sheet(campaign=campaign, area=seat, body="not yet", by=organiser, published=False)
    plan = fresh_plan(script)
    crib = plan.crib(seat.pk)
    assert "<strong>Majority</strong>" in crib
    assert "<script" not in crib
    assert "javascript:" not in crib.replace("[x](javascript:alert(1))", "")
    assert "<img" not in crib
    assert "<h2>Everywhere</h2>" in plan.crib(None)
    assert list(CribSheet.objects.filter(area=seat).order_by("version").values_list("version", flat=True)) == [1, 2]
