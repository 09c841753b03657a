"""Answers: checked, recorded once, dated, never overwritten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from groundswell.accounts.models import AuditEvent
from groundswell.campaigns.enums import AnswerChannel, Meaning, QuestionKind, VoterIdTemplate
from groundswell.campaigns.models import Answer, Option, Question
from groundswell.campaigns.operations.answers import erase_answers, record_answers, withdraw_answers
from groundswell.campaigns.operations.questions import (
    add_option,
    add_question,
    add_voter_id,
    change_option,
    reorder_options,
    retire_option,
    retire_question,
)
from groundswell.campaigns.queries import latest_answers
from groundswell.campaigns.ready_questions import OptionDraft, QuestionDraft, ReadyQuestion, ready_draft
from groundswell.campaigns.rules import CampaignRuleError, GivenAnswer, WrongAnswer, check_answers, identifies
from groundswell.campaigns.scripts import build_plan, catalogue_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def plan(script):
    return build_plan(script.pk)


def option(question: Question, meaning: Meaning, party: str | None = None) -> Option:
    found = question.options.filter(meaning=meaning)
    return (found.filter(party=party) if party is not None else found).first()


def test_the_party_code_offers_every_shade_with_its_fixed_meaning(voter_id):
    offered = list(voter_id.options.values_list("label", "meaning", "party"))
    assert offered == [
        ("Reds, firm", "strong_support", "Reds"),
        ("Reds, leaning", "weak_support", "Reds"),
        ("Blues, firm", "opposed", "Blues"),
        ("Blues, leaning", "weak_opposed", "Blues"),
        ("Greens, firm", "opposed", "Greens"),
        ("Greens, leaning", "weak_opposed", "Greens"),
        ("Undecided", "undecided", ""),
        ("Will not say", "wont_say", ""),
        ("Does not vote", "non_voter", ""),
    ]


def test_party_scores_ask_once_for_each_party_and_the_support_scale_once(campaign, organiser):
    scores = add_voter_id(campaign=campaign, template=VoterIdTemplate.PARTY_SCORES, by=organiser)
    assert [(q.party, q.scale_from, q.scale_to) for q in scores] == [
        ("Reds", 0, 10),
        ("Blues", 0, 10),
        ("Greens", 0, 10),
    ]
    (support,) = add_voter_id(campaign=campaign, template=VoterIdTemplate.SUPPORT_SCALE, by=organiser)
    assert list(support.options.values_list("meaning", flat=True))[:5] == [
        "strong_support",
        "weak_support",
        "undecided",
        "weak_opposed",
        "opposed",
    ]


def test_a_party_template_without_a_party_says_what_to_do(campaign, organiser):
    campaign.own_party = ""
    with pytest.raises(CampaignRuleError, match="Add your own party"):
        add_voter_id(campaign=campaign, template=VoterIdTemplate.PARTY_CODE, by=organiser)


@pytest.mark.parametrize("ready", ReadyQuestion.values)
def test_every_ready_question_can_be_added(ready, campaign, organiser):
    draft = ready_draft(ready, own_party="Reds", other_parties=["Blues"])
    question = add_question(campaign=campaign, draft=draft, by=organiser)
    assert (question.kind == QuestionKind.SCALE) == (question.options.count() == 0)


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (QuestionDraft("", QuestionKind.TEXT, " "), "as the caller should ask it"),
        (QuestionDraft("", QuestionKind.CHOICE, "Who?", options=(OptionDraft("A", Meaning.YES),)), "at least two"),
        (
            QuestionDraft(
                "", QuestionKind.CHOICE, "Who?", options=(OptionDraft("A", Meaning.YES), OptionDraft("a ", Meaning.NO))
            ),
            "same label",
        ),
        (QuestionDraft("", QuestionKind.SCALE, "How?", scale_from=5, scale_to=1), "lower to a higher"),
        (QuestionDraft("", QuestionKind.SCALE, "How?", scale_from=0, scale_to=99), "at most"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(draft, words, campaign, organiser):
    with pytest.raises(CampaignRuleError, match=words):
        add_question(campaign=campaign, draft=draft, by=organiser)
    assert not Question.objects.exists()


def test_answers_must_fit_their_questions(plan, voter_id, poster):
    firm, yes = option(voter_id, Meaning.STRONG_SUPPORT), option(poster, Meaning.YES)
    check_answers(plan, [GivenAnswer(1, voter_id.pk, firm.pk), GivenAnswer(2, voter_id.pk, firm.pk)])
    with pytest.raises(WrongAnswer, match="does not belong"):
        check_answers(plan, [GivenAnswer(1, voter_id.pk, yes.pk)])
    with pytest.raises(WrongAnswer, match="not part of this campaign"):
        check_answers(plan, [GivenAnswer(1, 999_999, yes.pk)])
    other = option(voter_id, Meaning.UNDECIDED)
    with pytest.raises(WrongAnswer, match="one answer only"):
        check_answers(plan, [GivenAnswer(1, voter_id.pk, firm.pk), GivenAnswer(1, voter_id.pk, other.pk)])
    with pytest.raises(WrongAnswer, match="Choose one"):
        check_answers(plan, [GivenAnswer(1, voter_id.pk, number=3)])


def test_numbers_and_words_must_fit_theirs(campaign, script, organiser):
    scale = add_question(
        campaign=campaign, draft=QuestionDraft("", QuestionKind.SCALE, "How?", scale_from=0, scale_to=10), by=organiser
    )
    words = add_question(campaign=campaign, draft=QuestionDraft("", QuestionKind.TEXT, "Why?"), by=organiser)
    plan = build_plan(script.pk)
    check_answers(plan, [GivenAnswer(1, scale.pk, number=0), GivenAnswer(1, words.pk, text="Because.")])
    for number in (-1, 11, None):
        with pytest.raises(WrongAnswer, match="whole number from 0 to 10"):
            check_answers(plan, [GivenAnswer(1, scale.pk, number=number)])
    with pytest.raises(WrongAnswer, match="shorten"):
        check_answers(plan, [GivenAnswer(1, words.pk, text="x" * 2001)])


def test_what_identifies_a_voter(plan, voter_id, poster):
    assert identifies(plan, [GivenAnswer(1, voter_id.pk, option(voter_id, Meaning.OPPOSED).pk)])
    assert not identifies(plan, [GivenAnswer(1, voter_id.pk, option(voter_id, Meaning.WONT_SAY).pk)])
    assert not identifies(plan, [GivenAnswer(1, poster.pk, option(poster, Meaning.YES).pk)])


def test_a_source_is_recorded_once_however_often_it_comes(plan, voter_id, poster, person, organiser):
    call = uuid4()
    answers = [
        GivenAnswer(person.pk, voter_id.pk, option(voter_id, Meaning.OPPOSED, "Greens").pk),
        GivenAnswer(person.pk, poster.pk, option(poster, Meaning.NO).pk),
    ]
    counts = [
        record_answers(plan=plan, answers=answers, source_uuid=call, by=organiser, answered_at=NOON) for _ in range(3)
    ]
    assert counts == [2, 0, 0]
    kept = Answer.objects.get(question=voter_id)
    assert (kept.meaning, kept.party, kept.campaign_id, kept.recorded_by) == (
        "opposed",
        "Greens",
        plan.campaign_id,
        organiser,
    )


def test_recording_is_one_statement_whatever_the_number(plan, voter_id, poster, person, django_assert_num_queries):
    one = [GivenAnswer(person.pk, voter_id.pk, voter_id.options.first().pk)]
    two = [*one, GivenAnswer(person.pk, poster.pk, poster.options.first().pk)]
    for answers in (one, two):
        with django_assert_num_queries(1):
            record_answers(plan=plan, answers=answers, source_uuid=uuid4(), by=None, answered_at=NOON)


def test_words_and_numbers_come_once_too(campaign, script, person, organiser):
    words = add_question(campaign=campaign, draft=QuestionDraft("", QuestionKind.TEXT, "Why?"), by=organiser)
    plan, call = build_plan(script.pk), uuid4()
    for _ in range(2):
        record_answers(
            plan=plan,
            answers=[GivenAnswer(person.pk, words.pk, text="Because\x00 of the buses ")],
            source_uuid=call,
            by=organiser,
            answered_at=NOON,
        )
    assert Answer.objects.get().text == "Because of the buses"


def test_an_answer_is_never_changed_nor_deleted(plan, voter_id, person):
    record_answers(
        plan=plan,
        answers=[GivenAnswer(person.pk, voter_id.pk, voter_id.options.first().pk)],
        source_uuid=uuid4(),
        by=None,
        answered_at=NOON,
    )
    for change in ({"meaning": "opposed"}, {"answered_at": NOON - timedelta(days=1)}, {"text": "x"}):
        with pytest.raises(IntegrityError, match="never overwritten"), transaction.atomic():
            Answer.objects.update(**change)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        Answer.objects.all().delete()
    assert erase_answers(person_ids=[person.pk], by=None, reason="asked") == 1
    assert not Answer.objects.exists()


def test_a_withdrawal_happens_once_and_stays(plan, voter_id, person, organiser):
    call = uuid4()
    answers = [GivenAnswer(person.pk, voter_id.pk, voter_id.options.first().pk)]
    record_answers(plan=plan, answers=answers, source_uuid=call, by=organiser, answered_at=NOON)
    assert withdraw_answers(source_uuid=call, by=organiser, now=NOON) == 1
    assert withdraw_answers(source_uuid=call, by=organiser, now=NOON) == 0
    assert AuditEvent.objects.filter(verb="withdraw_answers").count() == 1
    with pytest.raises(IntegrityError, match="withdrawn already"), transaction.atomic():
        Answer.objects.update(withdrawn_at=None)
    assert latest_answers([person.pk]) == {person.pk: []}


def test_the_latest_answer_is_the_newest_by_date_with_all_its_options(campaign, script, person, organiser):
    draft = ready_draft(ReadyQuestion.ISSUE, own_party="", other_parties=[])
    issue = add_question(campaign=campaign, draft=draft, by=organiser)
    plan = build_plan(script.pk)
    first, second, third = issue.options.all()[:3]

    def say(options: list[Option], at: datetime) -> None:
        answers = [GivenAnswer(person.pk, issue.pk, chosen.pk) for chosen in options]
        record_answers(plan=plan, answers=answers, source_uuid=uuid4(), by=None, answered_at=at)

    say([second, third], NOON)
    say([first], NOON - timedelta(days=30))
    assert sorted(answer.label for answer in latest_answers([person.pk])[person.pk]) == sorted(
        [second.label, third.label]
    )


def test_meaning_survives_renaming_and_retiring(plan, voter_id, person, organiser):
    firm = option(voter_id, Meaning.STRONG_SUPPORT)
    record_answers(
        plan=plan,
        answers=[GivenAnswer(person.pk, voter_id.pk, firm.pk)],
        source_uuid=uuid4(),
        by=None,
        answered_at=NOON,
    )
    change_option(option=firm, label="Ours, solid", by=organiser)
    with pytest.raises(CampaignRuleError, match="its meaning stays"):
        change_option(option=firm, label="Ours, solid", meaning=Meaning.OPPOSED, by=organiser)
    with pytest.raises(IntegrityError, match="its meaning stays"), transaction.atomic():
        Option.objects.filter(pk=firm.pk).update(meaning="opposed")
    retire_option(option=firm, by=organiser, now=NOON)
    assert Option.objects.get(pk=firm.pk).retired_at == NOON
    (said,) = latest_answers([person.pk])[person.pk]
    assert (said.label, said.meaning) == ("Ours, solid", "strong_support")
    # The caller's phone showed it before it was retired: the result still counts.
    late = build_plan(plan.script_id)
    check_answers(late, [GivenAnswer(person.pk, voter_id.pk, firm.pk)])
    assert firm.pk not in [offered.id for offered in late.questions[voter_id.pk].offered]


def test_options_are_reordered_and_an_unanswered_one_goes_for_good(poster, organiser):
    yes, perhaps, no = poster.options.all()
    reorder_options(question=poster, option_ids=[no.pk, yes.pk], by=organiser)
    assert list(poster.options.all()) == [no, yes, perhaps]
    retire_option(option=perhaps, by=organiser, now=NOON)
    assert list(poster.options.all()) == [no, yes]
    with pytest.raises(CampaignRuleError, match="at least two"):
        retire_option(option=no, by=organiser, now=NOON)
    with pytest.raises(CampaignRuleError, match="already"):
        add_option(question=poster, label="No", meaning=Meaning.NO, by=organiser)


def test_a_question_in_use_is_not_retired(script, poster, organiser):
    with pytest.raises(CampaignRuleError, match="still asks this"):
        retire_question(question=poster, by=organiser, now=NOON)


@pytest.mark.parametrize(
    "wrong",
    [{"meaning": "rather"}, {"option": None, "number": None, "text": ""}],
)
def test_the_database_refuses_an_answer_without_sense(wrong, campaign, voter_id, person):
    fields = {
        "campaign": campaign,
        "person": person,
        "question": voter_id,
        "option": voter_id.options.first(),
        "source_uuid": uuid4(),
        "answered_at": NOON,
        **wrong,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(**fields)


def test_calls_texts_and_forms_write_to_one_ledger_and_say_which_they_are(plan, voter_id, person):
    firm = option(voter_id, Meaning.STRONG_SUPPORT, "Reds")
    said = [GivenAnswer(person.pk, voter_id.pk, option_id=firm.pk)]
    for channel, questions in zip(AnswerChannel, (plan, *[catalogue_of(plan.campaign_id)] * 2), strict=True):
        source = uuid4()
        counts = [
            record_answers(plan=questions, answers=said, source_uuid=source, by=None, answered_at=NOON, channel=channel)
            for _time in range(2)
        ]
        assert counts == [1, 0]
    assert list(Answer.objects.order_by("pk").values_list("channel", "meaning", "party")) == [
        (channel, "strong_support", "Reds") for channel in ("call", "text", "form")
    ]


def test_the_database_knows_how_answers_come(plan, voter_id, person):
    firm = option(voter_id, Meaning.STRONG_SUPPORT, "Reds")
    with pytest.raises(IntegrityError, match="answer_channel_known"), transaction.atomic():
        Answer.objects.create(
            campaign_id=plan.campaign_id,
            person=person,
            question=voter_id,
            option=firm,
            channel="pigeon",
            source_uuid=uuid4(),
            answered_at=NOON,
        )
