"""A flow's questions as they are asked now, from the campaign's questions and their options."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from groundswell.accounts.models import Organisation
from groundswell.campaigns.asks_pages import own_address_of, page_of
from groundswell.campaigns.cards import NoImprintError, imprint_of
from groundswell.campaigns.enums import QuestionKind
from groundswell.campaigns.models import ShareLink
from groundswell.campaigns.operations.asks import is_open
from groundswell.campaigns.sharing import tracked_address
from groundswell.compliance.enums import Channel
from groundswell.flows.enums import StepKind
from groundswell.flows.models import Flow, FlowStep
from groundswell.flows.rules import Asked, Choice, Outline, problems_of
from groundswell.messaging.fields import LINK, FieldError, fields_of, filled, parts_of
from groundswell.messaging.operations.answers import privacy_address
from groundswell.messaging.operations.codes import proven_sender


def asked_of(step: FlowStep, offered: list[int] | None = None) -> Asked:
    """The question; `offered` are its options as they were numbered when it was asked, else those there are now."""
    question = step.question
    if question is None:
        return Asked(StepKind(step.kind), step.text, channel=step.channel)
    choices = [Choice(option.pk, option.label) for option in question.options.all() if option.retired_at is None]
    if offered is not None:
        by_id = {option.pk: Choice(option.pk, option.label) for option in question.options.all()}
        choices = [by_id[pk] for pk in offered if pk in by_id]
    is_scale = question.kind == QuestionKind.SCALE
    return Asked(
        kind=StepKind(step.kind),
        text=step.text,
        question_kind=question.kind,
        offered=tuple(choices),
        scale=(question.scale_from or 0, question.scale_to or 0) if is_scale else None,
    )


def steps_of(flow: Flow) -> list[FlowStep]:
    """Its questions in order, with what they need to be asked."""
    return list(flow.steps.select_related("question").prefetch_related("question__options").order_by("position"))


def beginning(flow: Flow, organisation: Organisation) -> str:
    """What stands before the first question of whoever texted the keyword: who we are (D9)."""
    return flow.greeting.strip() or f"{organisation.name}."


def small_print(organisation: Organisation) -> str:
    """What stands after the first question: what we do with data, and how to stop (D9, M6)."""
    return f"{privacy_address(organisation)} STOP to end."


def ending(
    flow: Flow, first_name: str = "", *, whose: tuple[int, int] | None = None, stand_in: ShareLink | None = None
) -> str:
    """What stands at the end, with its link. Fields are filled in or have other words. `whose`: the ids of the person and of
    their address, for an ask where everybody has a link of their own. `stand_in`: for the tracked link of a draft.
    """
    values = {"first_name": first_name}
    link = flow.message.link if flow.message is not None else stand_in
    own = None
    if whose is not None and flow.ask is not None:
        own = own_address_of(flow.ask, link, person_id=whose[0], contact_point_id=whose[1])
    if own is not None:
        values[LINK] = own
    elif link is not None:
        values[LINK] = tracked_address(link)
    elif flow.ask is not None:
        values[LINK] = settings.PUBLIC_URL + (page_of(flow.ask) or "/")
    return filled(parts_of(flow.thanks), values)


def problems_with(flow: Flow) -> list[str]:
    """Everything that has to be put right before it is published."""
    try:
        fields = fields_of(parts_of(flow.thanks))
    except FieldError as error:
        return [str(error)]
    lacking = [field.name for field in fields if field.name != LINK and field.fallback is None]
    unknown = [field.name for field in fields if field.name not in (LINK, "first_name")]
    outline = Outline(
        keyword=flow.keyword,
        steps=[asked_of(step) for step in steps_of(flow)],
        thanks=flow.thanks,
        organisation=_organisation_name(),
        ask_is_open=is_open(flow.ask) if flow.ask is not None else None,
        no_ask_because=flow.no_ask_because,
        has_link=any(field.name == LINK for field in fields),
        can_email=proven_sender(Channel.EMAIL) is not None and _has_imprint(),
    )
    problems = problems_of(outline)
    problems += [_places("{{ first_name|friend }}", name) for name in dict.fromkeys([*unknown, *lacking])]
    return problems


def _places(example: str, name: str) -> str:
    return _("The thanks cannot say {{ %(name)s }}. Write %(example)s: not everybody has told us.") % {
        "name": name,
        "example": example,
    }


def _has_imprint() -> bool:
    try:
        imprint_of(Organisation.objects.filter(pk=1).first())
    except NoImprintError:
        return False
    return True


def _organisation_name() -> str:
    organisation = Organisation.objects.filter(pk=1).first()
    return organisation.name if organisation else ""
