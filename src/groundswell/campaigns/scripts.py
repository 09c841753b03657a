"""The script as the caller's screen needs it: built once for each version, kept in the process, read without a query.

`ScriptPlan` also holds what the script depends on (who we are, the candidates, the crib sheets); triggers raise the
script's version when any of it changes (`sql/install/20_script_version.sql`), so the version alone says what is fresh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from groundswell.accounts.models import Organisation
from groundswell.campaigns.enums import QuestionKind
from groundswell.campaigns.models import Candidate, CribSheet, Question, Script, ScriptStep
from groundswell.campaigns.queries import crib_of_seat
from groundswell.campaigns.rules import GivenAnswer, WrongAnswer, fill_line

# The steps are rendered once with this where the person's id belongs.
PERSON_SLOT = "--person--"
PLANS_KEPT = 256
CRIBS_KEPT = 1024  # a sheet for each of several hundred seats


class PostedValues(Protocol):
    """What Django's QueryDict offers and a test can imitate with a dict of lists."""

    def getlist(self, key: str) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class PlannedOption:
    """One answer offered: its label today, its master meaning, and whether it is offered no longer."""

    id: int
    label: str
    meaning: str
    party: str
    retired: bool


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """A question of the campaign with all its options, retired ones too."""

    id: int
    key: str
    kind: str
    text: str
    help: str
    is_voter_id: bool
    scale_from: int | None
    scale_to: int | None
    party: str
    options: tuple[PlannedOption, ...]

    def option(self, option_id: int | None) -> PlannedOption | None:
        """The option of this id, if it is one of this question's."""
        return next((option for option in self.options if option.id == option_id), None)

    @property
    def offered(self) -> tuple[PlannedOption, ...]:
        """The options shown to the caller."""
        return tuple(option for option in self.options if not option.retired)

    @property
    def numbers(self) -> range:
        """The whole numbers of a scale, both ends included."""
        return range(self.scale_from or 0, (self.scale_to or 0) + 1)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One question in its place; `show_if` empty: always asked, else only after one of these options."""

    id: int
    question: PlannedQuestion
    show_if: tuple[PlannedOption, ...]

    @property
    def show_if_ids(self) -> str:
        """The option ids, separated by spaces, as the page's branching script reads them."""
        return " ".join(str(option.id) for option in self.show_if)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The questions of a campaign, for answers that come by no script: what `record_answers` checks them against."""

    campaign_id: int
    questions: Mapping[int, PlannedQuestion]


def catalogue_of(campaign_id: int) -> Catalogue:
    """Every question of the campaign with its options, retired ones too; two queries."""
    return Catalogue(campaign_id, MappingProxyType(_questions(campaign_id)))


@dataclass(frozen=True, slots=True)
class Identification:
    """The fixed block that opens every script and that nobody can edit away (rule C6), with the privacy line (D9)."""

    organisation: str
    contact_address: str
    contact_phone: str
    contact_email: str
    privacy_url: str

    def says(self, caller: str) -> str:
        """What the caller says first."""
        if caller:
            return _("Hello, my name is %(caller)s. I am a volunteer calling on behalf of %(organisation)s.") % {
                "caller": caller,
                "organisation": self.organisation,
            }
        return _("Hello, I am a volunteer calling on behalf of %(organisation)s.") % {"organisation": self.organisation}


@dataclass(frozen=True, slots=True)
class ScriptPlan:
    """Everything a caller says and may record, of one version of one script. Immutable, so it may be shared."""

    script_id: int
    version: int
    campaign_id: int
    campaign: str
    name: str
    identification: Identification
    opening: str
    closing: str
    steps: tuple[PlannedStep, ...]
    questions: Mapping[int, PlannedQuestion]
    # By the id of the constituency (or other seat); None: for the whole campaign.
    candidates: Mapping[int, str]
    # The published crib sheets as written; their facts are filled in for a seat when somebody calls there.
    cribs: Mapping[int | None, str]
    _steps_markup: str = field(repr=False)

    def opening_for(self, *, person: str, caller: str, area_id: int | None = None) -> str:
        """The opening line with its placeholders filled (plain text: the template escapes it)."""
        return self._filled(self.opening, person, caller, area_id)

    def closing_for(self, *, person: str, caller: str, area_id: int | None = None) -> str:
        """The closing line with its placeholders filled (plain text)."""
        return self._filled(self.closing, person, caller, area_id)

    def candidate(self, area_id: int | None) -> str:
        """Who stands for us there; with a single candidate, they. Empty if nobody is named."""
        if area_id is not None and area_id in self.candidates:
            return self.candidates[area_id]
        return next(iter(self.candidates.values())) if len(self.candidates) == 1 else ""

    def crib(self, area_id: int | None) -> SafeString:
        """The published crib sheet of the seat, else the campaign's, as clean HTML with the seat's facts filled in.

        Empty if there is none. From the process's memory; the first time for a version and seat, with a few queries.
        """
        body = self.cribs.get(area_id) or self.cribs.get(None)
        if not body:
            return SafeString("")
        return _kept_crib(self.script_id, self.version, get_language() or "", self.campaign_id, area_id, body)

    def steps_for(self, person_id: int) -> SafeString:
        """The questions as form controls for one person: names `answer-<person>-<question>`. Costs microseconds."""
        return mark_safe(self._steps_markup.replace(PERSON_SLOT, str(int(person_id))))  # noqa: S308 - our template

    def read_answers(self, posted: PostedValues, person_ids: Sequence[int]) -> list[GivenAnswer]:
        """What a form made by `steps_for` brought back, for these people only. Blank fields are no answers.

        Reads every question of the campaign, not only this version's steps: a result pressed before the script changed
        still counts. Raises `WrongAnswer` for what is not a number where one belongs.
        """
        found: list[GivenAnswer] = []
        for person_id in person_ids:
            for question in self.questions.values():
                values = posted.getlist(f"answer-{person_id}-{question.id}")
                found.extend(_given(question, person_id, value.strip()) for value in values if value.strip())
        return found

    def _filled(self, line: str, person: str, caller: str, area_id: int | None) -> str:
        return fill_line(
            line,
            person=person,
            caller=caller,
            organisation=self.identification.organisation,
            candidate=self.candidate(area_id),
        )


def plan_for(script_id: int, version: int) -> ScriptPlan:
    """The plan of this version, from the process's memory, else built with a handful of queries.

    Ask with the version read in the same breath as whatever is shown. If the script has moved on meanwhile, the plan is
    the newer one. Raises `Script.DoesNotExist`.
    """
    return _kept_plan(script_id, version, get_language() or "")


@lru_cache(maxsize=PLANS_KEPT)
def _kept_plan(script_id: int, version: int, language: str) -> ScriptPlan:  # noqa: ARG001 - the version is the key
    with override(language or None):
        return build_plan(script_id)


@lru_cache(maxsize=CRIBS_KEPT)
def _kept_crib(
    script_id: int,  # noqa: ARG001 - with the version it says what is fresh: triggers raise it with the facts
    version: int,  # noqa: ARG001
    language: str,
    campaign_id: int,
    area_id: int | None,
    body: str,
) -> SafeString:
    with override(language or None):
        return crib_of_seat(campaign_id, area_id, body)


def build_plan(script_id: int) -> ScriptPlan:
    """The plan of the script as it is in the database now."""
    script = Script.objects.select_related("campaign").get(pk=script_id)
    questions = _questions(script.campaign_id)
    steps = _steps(script, questions)
    return ScriptPlan(
        script_id=script.pk,
        version=script.version,
        campaign_id=script.campaign_id,
        campaign=script.campaign.name,
        name=script.name,
        identification=identification(),
        opening=script.opening,
        closing=script.closing,
        steps=steps,
        questions=MappingProxyType(questions),
        candidates=MappingProxyType(_candidates(script.campaign_id)),
        cribs=MappingProxyType(_cribs(script.campaign_id)),
        _steps_markup=render_to_string("campaigns/caller/steps.html", {"steps": steps, "person": PERSON_SLOT}),
    )


def identification() -> Identification:
    """Who we are, from the organisation's own record: the only place it can be changed."""
    organisation = Organisation.objects.filter(pk=1).first() or Organisation(name=_("the campaign"))
    return Identification(
        organisation=organisation.name,
        contact_address=organisation.contact_address,
        contact_phone=organisation.contact_phone,
        contact_email=organisation.contact_email,
        privacy_url=organisation.privacy_url,
    )


def _questions(campaign_id: int) -> dict[int, PlannedQuestion]:
    found = Question.objects.filter(campaign_id=campaign_id).prefetch_related("options").order_by("pk")
    return {question.pk: _planned(question) for question in found}


def _planned(question: Question) -> PlannedQuestion:
    return PlannedQuestion(
        id=question.pk,
        key=question.key,
        kind=question.kind,
        text=question.text,
        help=question.help,
        is_voter_id=question.is_voter_id,
        scale_from=question.scale_from,
        scale_to=question.scale_to,
        party=question.party,
        options=tuple(
            PlannedOption(o.pk, o.label, o.meaning, o.party, o.retired_at is not None) for o in question.options.all()
        ),
    )


def _steps(script: Script, questions: Mapping[int, PlannedQuestion]) -> tuple[PlannedStep, ...]:
    options = {option.id: option for question in questions.values() for option in question.options}
    found = ScriptStep.objects.filter(script=script).order_by("position").prefetch_related("show_if")
    return tuple(
        PlannedStep(
            id=step.pk,
            question=questions[step.question_id],
            show_if=tuple(options[option.pk] for option in step.show_if.all()),
        )
        for step in found
    )


def _candidates(campaign_id: int) -> dict[int, str]:
    found = Candidate.objects.filter(campaign_id=campaign_id).order_by("-pk").values_list("area_id", "name")
    return dict(found)


def _cribs(campaign_id: int) -> dict[int | None, str]:
    newest = (
        CribSheet.objects.filter(campaign_id=campaign_id, published=True)
        .order_by("area_id", "-version")
        .distinct("area_id")
    )
    return {sheet.area_id: sheet.body for sheet in newest}


def _given(question: PlannedQuestion, person_id: int, value: str) -> GivenAnswer:
    if question.kind == QuestionKind.TEXT:
        return GivenAnswer(person_id, question.id, text=value)
    try:
        number = int(value)
    except ValueError:
        raise WrongAnswer(
            _("“%(value)s” is not an answer to “%(question)s”.") % {"value": value[:40], "question": question.text}
        ) from None
    if question.kind == QuestionKind.SCALE:
        return GivenAnswer(person_id, question.id, number=number)
    return GivenAnswer(person_id, question.id, option_id=number)
