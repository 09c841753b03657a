"""Questions and their options: added, relabelled, reordered, retired; never deleted once answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.enums import Meaning, QuestionKind, VoterIdTemplate
from groundswell.campaigns.models import Answer, Campaign, Option, Question, ScriptStep
from groundswell.campaigns.ready_questions import QuestionDraft, ReadyQuestion, ready_draft, voter_id_drafts
from groundswell.campaigns.rules import CampaignRuleError

OPTIONED = frozenset({QuestionKind.CHOICE, QuestionKind.CHOICES})
MOST_OPTIONS = 40
WIDEST_SCALE = 20


@transaction.atomic
def add_question(*, campaign: Campaign, draft: QuestionDraft, by: User | None) -> Question:
    """Ask something new in this campaign. Raises `CampaignRuleError` for a question that cannot be answered."""
    _check_draft(draft)
    question = Question.objects.create(
        campaign=campaign,
        key=_free_key(campaign, draft.key or draft.text),
        kind=draft.kind,
        text=draft.text.strip(),
        help=draft.help.strip(),
        is_voter_id=draft.is_voter_id,
        scale_from=draft.scale_from,
        scale_to=draft.scale_to,
        party=draft.party,
    )
    Option.objects.bulk_create(
        Option(question=question, label=o.label.strip(), position=position, meaning=o.meaning, party=o.party)
        for position, o in enumerate(draft.options)
    )
    record(
        "add_question",
        by=by,
        action=AuditAction.CREATE,
        subject=question,
        campaign_id=campaign.pk,
        key=question.key,
    )
    return question


@transaction.atomic
def add_voter_id(*, campaign: Campaign, template: VoterIdTemplate, by: User | None) -> list[Question]:
    """Add one of the three ready ways to ask for voting intention; one question, or one for each party."""
    drafts = voter_id_drafts(template, own_party=campaign.own_party, other_parties=campaign.other_parties)
    return [add_question(campaign=campaign, draft=draft, by=by) for draft in drafts]


@transaction.atomic
def add_ready_question(*, campaign: Campaign, ready: ReadyQuestion, by: User | None) -> Question:
    """Add one of the other ready questions."""
    draft = ready_draft(ready, own_party=campaign.own_party, other_parties=campaign.other_parties)
    return add_question(campaign=campaign, draft=draft, by=by)


@transaction.atomic
def ready_question_of(*, campaign: Campaign, ready: ReadyQuestion, by: User | None) -> Question:
    """The campaign's own copy of a ready question, added where there is none yet; two at once make one."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    found = Question.objects.filter(campaign=campaign, key=ready.value.replace("_", "-")).first()
    return found or add_ready_question(campaign=campaign, ready=ready, by=by)


@transaction.atomic
def reword_question(*, question: Question, text: str, by: User, help: str = "") -> Question:
    """Change the words of a question and its note. Its key, its kind and what was answered stay."""
    if not text.strip():
        raise CampaignRuleError(_("Write the question as the caller should ask it."))
    before = question.text
    question.text, question.help = text.strip(), help.strip()
    question.save(update_fields=["text", "help"])
    record("reword_question", by=by, subject=question, campaign_id=question.campaign_id, before=before)
    return question


@transaction.atomic
def retire_question(*, question: Question, by: User, now: datetime) -> None:
    """Ask it no longer. Raises while a script still does; its answers stay for ever."""
    step = ScriptStep.objects.filter(question=question).select_related("script").first()
    if step is not None:
        raise CampaignRuleError(
            _("The script “%(script)s” still asks this. Take it out of the script first.")
            % {"script": step.script.name}
        )
    question.retired_at = question.retired_at or now
    question.save(update_fields=["retired_at"])
    record("retire_question", by=by, subject=question, campaign_id=question.campaign_id)


@transaction.atomic
def add_option(*, question: Question, label: str, meaning: Meaning, by: User, party: str = "") -> Option:
    """Offer one more answer, at the end."""
    if question.kind not in OPTIONED:
        raise CampaignRuleError(_("“%(question)s” has no options to choose from.") % {"question": question.text})
    label = _checked_label(question, label)
    last = question.options.aggregate(last=Max("position"))["last"]
    option = Option.objects.create(
        question=question,
        label=label,
        meaning=meaning,
        party=party.strip(),
        position=0 if last is None else last + 1,
    )
    record("add_option", by=by, action=AuditAction.CREATE, subject=option, campaign_id=question.campaign_id)
    return option


@transaction.atomic
def change_option(*, option: Option, label: str, by: User, meaning: Meaning | None = None) -> Option:
    """Relabel an option, freely; change its meaning only while nobody has given it as an answer."""
    before = option.label
    option.label = _checked_label(option.question, label, of=option)
    if meaning is not None and meaning != option.meaning:
        if Answer.objects.filter(option=option).exists():
            raise CampaignRuleError(
                _("“%(label)s” has been answered already, so its meaning stays. Retire it and add a new option.")
                % {"label": before}
            )
        option.meaning = meaning
    option.save(update_fields=["label", "meaning"])
    record(
        "change_option",
        by=by,
        subject=option,
        campaign_id=option.question.campaign_id,
        before=before,
        after=option.label,
    )
    return option


@transaction.atomic
def reorder_options(*, question: Question, option_ids: Sequence[int], by: User) -> None:
    """Put the options into this order; those not named keep theirs, after them."""
    options = {option.pk: option for option in question.options.select_for_update()}
    named = [options.pop(pk) for pk in dict.fromkeys(option_ids) if pk in options]
    ordered = [*named, *options.values()]
    for position, option in enumerate(ordered):
        option.position = position
    Option.objects.bulk_update(ordered, ["position"])
    record("reorder_options", by=by, subject=question, campaign_id=question.campaign_id)


@transaction.atomic
def retire_option(*, option: Option, by: User, now: datetime) -> None:
    """Offer it no longer; what was answered with it stays. One without any answer is deleted.

    Raises `CampaignRuleError` if it is one of the last two of its question, or a script branches on it.
    """
    left = option.question.options.filter(retired_at__isnull=True).exclude(pk=option.pk).count()
    if left < 2:
        raise CampaignRuleError(_("A question needs at least two options to choose from. Add another one first."))
    branch = ScriptStep.objects.filter(show_if=option).select_related("script", "question").first()
    if branch is not None:
        raise CampaignRuleError(
            _("In the script “%(script)s”, “%(question)s” is asked after this answer. Change that first.")
            % {"script": branch.script.name, "question": branch.question.text}
        )
    question = option.question
    record("retire_option", by=by, subject=option, campaign_id=question.campaign_id, label=option.label)
    if Answer.objects.filter(option=option).exists():
        option.retired_at = now
        option.save(update_fields=["retired_at"])
    else:
        option.delete()


def _check_draft(draft: QuestionDraft) -> None:
    if not draft.text.strip():
        raise CampaignRuleError(_("Write the question as the caller should ask it."))
    if draft.kind in OPTIONED:
        labels = [option.label.strip().casefold() for option in draft.options]
        if len(labels) < 2 or "" in labels:
            raise CampaignRuleError(_("A question needs at least two options to choose from."))
        if len(labels) > MOST_OPTIONS:
            raise CampaignRuleError(
                _("%(count)s options are more than a caller can scan. Keep it to %(most)s.")
                % {"count": len(labels), "most": MOST_OPTIONS}
            )
        if len(set(labels)) < len(labels):
            raise CampaignRuleError(_("Two options have the same label. Make each one different."))
    elif draft.options:
        raise CampaignRuleError(_("Only a question with answers to choose from has options."))
    if draft.kind == QuestionKind.SCALE and (
        draft.scale_from is None or draft.scale_to is None or not 0 < draft.scale_to - draft.scale_from <= WIDEST_SCALE
    ):
        raise CampaignRuleError(
            _("A scale runs from a lower to a higher number, with at most %(most)s steps.") % {"most": WIDEST_SCALE}
        )


def _checked_label(question: Question, label: str, of: Option | None = None) -> str:
    label = label.strip()
    if not label:
        raise CampaignRuleError(_("Give the option a label."))
    same = question.options.filter(label=label, retired_at__isnull=True).exclude(pk=of.pk if of else 0)
    if same.exists():
        raise CampaignRuleError(_("There is an option “%(label)s” already.") % {"label": label})
    return label


def _free_key(campaign: Campaign, wish: str) -> str:
    base = slugify(wish)[:56].strip("-") or "question"
    key, number = base, 2
    while Question.objects.filter(campaign=campaign, key=key).exists():
        key, number = f"{base}-{number}", number + 1
    return key
