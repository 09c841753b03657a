"""Writing a flow: what it says and asks, while it is a draft. A published one is copied, and the copy takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.enums import Meaning, QuestionKind
from groundswell.campaigns.models import Ask, Campaign, Question
from groundswell.campaigns.operations.questions import add_question
from groundswell.campaigns.ready_questions import OptionDraft, QuestionDraft
from groundswell.compliance.enums import Channel
from groundswell.flows.enums import ANSWERED_KINDS, StepKind
from groundswell.flows.models import CONSENT_CHANNELS, Flow, FlowStep
from groundswell.flows.rules import MOST_STEPS, FlowRuleError, check_keyword
from groundswell.messaging.models import Sender
from groundswell.messaging.operations.answers import may_send

KINDS_OF_QUESTION = {
    StepKind.CHOICE: (QuestionKind.CHOICE, QuestionKind.CHOICES, QuestionKind.SCALE),
    StepKind.VOTER_ID: (QuestionKind.CHOICE, QuestionKind.SCALE),
    StepKind.TEXT: (QuestionKind.TEXT,),
}


@dataclass(frozen=True, slots=True)
class FlowDetails:
    """What an organiser says of a flow."""

    name: str
    keyword: str
    sender: Sender
    thanks: str
    greeting: str = ""
    ask: Ask | None = None
    no_ask_because: str = ""
    tag: str = ""
    hours: int = 48


@dataclass(frozen=True, slots=True)
class StepDetails:
    """What an organiser says of a question. `options`: of a choice that the campaign does not ask yet, what it offers."""

    kind: StepKind
    text: str
    question: Question | None = None
    options: Sequence[str] = ()
    takes_several: bool = False
    channel: Channel | None = None


@transaction.atomic
def create_flow(*, campaign: Campaign, details: FlowDetails, by: User, press: UUID | None = None) -> Flow:
    """A draft; of a form that was pressed before (`press`) the one it made. Raises FlowRuleError."""
    flow = Flow(campaign=campaign, created_by=by, press=press)
    _fill(flow, details)
    try:
        with transaction.atomic():
            flow.save()
    except IntegrityError:
        made = Flow.objects.filter(press=press, campaign=campaign, created_by=by).first()
        if press is None or made is None:
            raise
        return made
    record("create_flow", by=by, action=AuditAction.CREATE, subject=flow, campaign_id=campaign.pk)
    return flow


@transaction.atomic
def change_flow(flow: Flow, *, details: FlowDetails, by: User) -> Flow:
    """Other words, another number or keyword. Raises FlowRuleError for one that is no draft any more."""
    locked = _draft(flow)
    _fill(locked, details)
    locked.save()
    record("change_flow", by=by, subject=locked, campaign_id=locked.campaign_id)
    return locked


@transaction.atomic
def discard_flow(flow: Flow, *, by: User) -> None:
    """A draft that is not wanted. Raises FlowRuleError for one that is no draft any more."""
    locked = _draft(flow)
    record("discard_flow", by=by, action=AuditAction.DELETE, subject=locked, campaign_id=locked.campaign_id)
    locked.delete()


@transaction.atomic
def copy_flow(flow: Flow, *, by: User) -> Flow:
    """A draft that asks the same, and takes the place of the published one when it is published itself; one at a time."""
    locked = Flow.objects.select_for_update(of=("self",)).get(pk=flow.pk)
    if locked.published_at is None:
        raise FlowRuleError(_("This flow is a draft: change it as it is."))
    begun = Flow.objects.filter(replaces=locked, published_at__isnull=True).first()
    if begun is not None:
        return begun
    copy = Flow.objects.get(pk=locked.pk)
    copy.pk = copy.message = copy.published_at = copy.retired_at = copy.press = None
    copy._state.adding = True
    copy.replaces, copy.created_by = locked, by
    copy.save()
    FlowStep.objects.bulk_create(
        FlowStep(
            flow=copy,
            position=step.position,
            kind=step.kind,
            text=step.text,
            question_id=step.question_id,
            channel=step.channel,
        )
        for step in locked.steps.all()
    )
    record("copy_flow", by=by, action=AuditAction.CREATE, subject=copy, campaign_id=copy.campaign_id, of=locked.pk)
    return copy


@transaction.atomic
def add_step(flow: Flow, *, details: StepDetails, by: User) -> FlowStep:
    """One more question, at the end. Raises FlowRuleError, and CampaignRuleError for options that cannot be."""
    locked = _draft(flow)
    last = locked.steps.order_by("-position").first()
    position = last.position + 1 if last is not None else 1
    if locked.steps.count() >= MOST_STEPS:
        raise FlowRuleError(
            _("%(most)s questions are as many as anybody answers by text. Take one out first.") % {"most": MOST_STEPS}
        )
    step = FlowStep(flow=locked, position=position)
    _fill_step(step, details, by)
    step.save()
    record("add_flow_step", by=by, action=AuditAction.CREATE, subject=step, campaign_id=locked.campaign_id)
    return step


@transaction.atomic
def change_step(step: FlowStep, *, details: StepDetails, by: User) -> FlowStep:
    """Ask it otherwise. Raises as `add_step`."""
    _draft(step.flow)
    locked = FlowStep.objects.select_for_update().get(pk=step.pk)
    _fill_step(locked, details, by)
    locked.save()
    record("change_flow_step", by=by, subject=locked, campaign_id=step.flow.campaign_id)
    return locked


@transaction.atomic
def remove_step(step: FlowStep, *, by: User) -> None:
    """Ask it no more; its question stays in the campaign. Raises FlowRuleError."""
    flow = _draft(step.flow)
    record("remove_flow_step", by=by, action=AuditAction.DELETE, subject=step, campaign_id=flow.campaign_id)
    position = step.position
    step.delete()
    flow.steps.filter(position__gt=position).update(position=F("position") - 1)


@transaction.atomic
def move_step(step: FlowStep, *, by: User, up: bool) -> None:
    """One place up or down; at the end of the list it stays. Raises FlowRuleError."""
    flow = _draft(step.flow)
    steps = list(flow.steps.select_for_update().order_by("position"))
    here = next(place for place, one in enumerate(steps) if one.pk == step.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(steps):
        return
    steps[here].position, steps[there].position = steps[there].position, steps[here].position
    FlowStep.objects.bulk_update([steps[here], steps[there]], ["position"])
    record("move_flow_step", by=by, subject=step, campaign_id=flow.campaign_id)


def _draft(flow: Flow) -> Flow:
    locked = Flow.objects.select_for_update(of=("self",)).get(pk=flow.pk)
    if locked.published_at is not None:
        raise FlowRuleError(
            _("This flow is published, and what people agreed to stays as it was. Change a copy of it instead.")
        )
    return locked


def _fill(flow: Flow, details: FlowDetails) -> None:
    name = " ".join(details.name.split())[:120]
    if not name:
        raise FlowRuleError(_("Give the flow a name: your team finds it by that."))
    if not may_send(details.sender) or details.sender.channel != Channel.SMS:
        raise FlowRuleError(_("Choose a number that is proven to be yours, and that can receive texts."))
    if details.ask is not None and details.ask.campaign_id != flow.campaign_id:
        raise FlowRuleError(_("That page belongs to another campaign."))
    flow.word = check_keyword(details.keyword)
    flow.keyword = " ".join(details.keyword.split()).upper()[:24]
    flow.name, flow.sender, flow.greeting, flow.thanks = name, details.sender, details.greeting, details.thanks
    flow.ask, flow.no_ask_because = details.ask, "" if details.ask else details.no_ask_because.strip()
    flow.tag, flow.hours = details.tag.strip(), details.hours


def _fill_step(step: FlowStep, details: StepDetails, by: User) -> None:
    text = details.text.strip().replace("\r\n", "\n")
    if not text:
        raise FlowRuleError(_("Write the question as they read it."))
    step.kind, step.text, step.question, step.channel = details.kind, text, None, ""
    if details.kind == StepKind.CONSENT:
        if details.channel not in CONSENT_CHANNELS:
            raise FlowRuleError(_("Say whether they agree to texts, to calls or to email."))
        step.channel = details.channel
    elif details.kind in ANSWERED_KINDS:
        step.question = _question(step, details, by)


def _question(step: FlowStep, details: StepDetails, by: User) -> Question:
    """The campaign's question that it asks, or a new one."""
    question = details.question
    if question is None:
        return _new_question(step, details, by)
    if question.campaign_id != step.flow.campaign_id or question.retired_at is not None:
        raise FlowRuleError(_("That question is not asked in this campaign."))
    if question.kind not in KINDS_OF_QUESTION[details.kind]:
        raise FlowRuleError(_("That question is of another kind."))
    if question.is_voter_id != (details.kind == StepKind.VOTER_ID):
        raise FlowRuleError(_("A voter-ID question is asked as such, and no other is."))
    return question


def _new_question(step: FlowStep, details: StepDetails, by: User) -> Question:
    if details.kind == StepKind.VOTER_ID:
        raise FlowRuleError(_("Choose one of the campaign’s voter-ID questions. Scripts have them ready made."))
    if details.kind == StepKind.TEXT:
        draft = QuestionDraft("", QuestionKind.TEXT, step.text[:500])
    else:
        kind = QuestionKind.CHOICES if details.takes_several else QuestionKind.CHOICE
        options = tuple(OptionDraft(line.strip()[:120], Meaning.OTHER) for line in details.options if line.strip())
        draft = QuestionDraft("", kind, step.text[:500], options=options)
    return add_question(campaign=step.flow.campaign, draft=draft, by=by)
