"""Scripts: written, ordered, branched. Every change raises the version (a trigger sees to it)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.models import Campaign, Option, Question, Script, ScriptStep
from groundswell.campaigns.rules import CampaignRuleError, StepOutline, check_line, check_steps

MOST_STEPS = 30


def default_opening() -> str:
    """The opening line a new script starts with; the identification block comes before it by itself."""
    return _("Am I speaking to {{ person }}? I'd like to ask you two or three quick questions. Is now a good moment?")


def default_closing() -> str:
    """The closing line a new script starts with."""
    return _("Thank you very much for your time, {{ person }}. Goodbye!")


@transaction.atomic
def create_script(
    *,
    campaign: Campaign,
    name: str,
    by: User | None,
    opening: str = "",
    closing: str = "",
    questions: Iterable[Question] = (),
) -> Script:
    """A new script, with these questions in this order."""
    script = Script(campaign=campaign, created_by=by)
    _set_words(script, name=name, opening=opening or default_opening(), closing=closing or default_closing())
    script.save()
    ScriptStep.objects.bulk_create(
        ScriptStep(script=script, question=question, position=position)
        for position, question in enumerate(questions, start=1)
    )
    record("create_script", by=by, action=AuditAction.CREATE, subject=script, campaign_id=campaign.pk, name=script.name)
    script.refresh_from_db()
    return script


@transaction.atomic
def change_script(*, script: Script, name: str, opening: str, by: User, closing: str = "") -> Script:
    """Change the script's name and lines. The identification block is not among them: it is fixed (rule C6)."""
    script = _locked(script)
    before = {"name": script.name, "opening": script.opening, "closing": script.closing}
    _set_words(script, name=name, opening=opening, closing=closing)
    script.save(update_fields=["name", "opening", "closing"])
    record("change_script", by=by, subject=script, campaign_id=script.campaign_id, before=before)
    script.refresh_from_db()
    return script


@transaction.atomic
def copy_script(*, script: Script, by: User) -> Script:
    """A copy to change at leisure while the first one is being rung from."""
    name, number = _("%(name)s, copy") % {"name": script.name}, 2
    while Script.objects.filter(campaign=script.campaign, name=name[:120]).exists():
        name, number = _("%(name)s, copy %(number)s") % {"name": script.name, "number": number}, number + 1
    copy = create_script(
        campaign=script.campaign, name=name[:120], by=by, opening=script.opening, closing=script.closing
    )
    for step in script.steps.prefetch_related("show_if"):
        made = ScriptStep.objects.create(script=copy, question_id=step.question_id, position=step.position)
        made.show_if.set(step.show_if.all())
    copy.refresh_from_db()
    return copy


@transaction.atomic
def delete_script(*, script: Script, by: User) -> None:
    """Delete a script that no phone bank uses."""
    record(
        "delete_script",
        by=by,
        action=AuditAction.DELETE,
        subject=script,
        campaign_id=script.campaign_id,
        name=script.name,
    )
    try:
        with transaction.atomic():
            script.delete()
    except ProtectedError:
        raise CampaignRuleError(
            _("A phone bank uses this script, so it stays. Give the phone bank another one first.")
        ) from None


@transaction.atomic
def add_step(*, script: Script, question: Question, by: User, show_if: Iterable[Option] = ()) -> ScriptStep:
    """Ask one more question, at the end of the script."""
    script = _locked(script)
    if question.campaign_id != script.campaign_id:
        raise CampaignRuleError(_("That question belongs to another campaign."))
    if question.retired_at is not None:
        raise CampaignRuleError(_("“%(question)s” is retired. Choose another question.") % {"question": question.text})
    steps = _steps(script)
    if any(step.question_id == question.pk for step in steps):
        raise CampaignRuleError(_("“%(question)s” is in this script already.") % {"question": question.text})
    if len(steps) >= MOST_STEPS:
        raise CampaignRuleError(
            _("%(most)s questions are more than anybody answers on the telephone.") % {"most": MOST_STEPS}
        )
    step = ScriptStep.objects.create(
        script=script, question=question, position=max((s.position for s in steps), default=0) + 1
    )
    step.show_if.set(show_if)
    _check(script)
    record("add_step", by=by, subject=script, campaign_id=script.campaign_id, question=question.key)
    return step


@transaction.atomic
def remove_step(*, step: ScriptStep, by: User) -> None:
    """Take a question out of the script. Raises `CampaignRuleError` if a later step hangs on its answers."""
    script = _locked(step.script)
    question = step.question
    dependent = script.steps.filter(show_if__question=question).select_related("question").first()
    if dependent is not None:
        raise CampaignRuleError(
            _("“%(question)s” is asked only after an answer to this. Change when it is asked first.")
            % {"question": dependent.question.text}
        )
    step.delete()
    _renumber(_steps(script))
    record("remove_step", by=by, subject=script, campaign_id=script.campaign_id, question=question.key)


@transaction.atomic
def move_step(*, step: ScriptStep, by: User, to: int) -> None:
    """Move a step to this place (from 1) and shift the others. Raises if a branch would come before what it hangs on."""
    script = _locked(step.script)
    steps = [other for other in _steps(script) if other.pk != step.pk]
    steps.insert(max(0, min(to - 1, len(steps))), step)
    _renumber(steps)
    _check(script)
    record("move_step", by=by, subject=script, campaign_id=script.campaign_id, step=step.pk, to=to)


@transaction.atomic
def branch_step(*, step: ScriptStep, show_if: Iterable[Option], by: User) -> None:
    """Ask this step only after one of these answers; with none, always."""
    script = _locked(step.script)
    options = list(show_if)
    step.show_if.set(options)
    _check(script)
    record(
        "branch_step",
        by=by,
        subject=script,
        campaign_id=script.campaign_id,
        step=step.pk,
        options=[option.pk for option in options],
    )


def _set_words(script: Script, *, name: str, opening: str, closing: str) -> None:
    script.name, script.opening, script.closing = name.strip(), opening.strip(), closing.strip()
    if not script.name:
        raise CampaignRuleError(_("Give the script a name."))
    same = Script.objects.filter(campaign=script.campaign_id, name=script.name).exclude(pk=script.pk)
    if same.exists():
        raise CampaignRuleError(_("There is a script called “%(name)s” already.") % {"name": script.name})
    if not script.opening:
        raise CampaignRuleError(_("Write the opening line: what the caller says after saying who is calling."))
    check_line(script.opening)
    check_line(script.closing)


def _locked(script: Script) -> Script:
    """The script, held until the end of the transaction, so that two editors take turns."""
    return Script.objects.select_for_update().get(pk=script.pk)


def _steps(script: Script) -> list[ScriptStep]:
    return list(script.steps.select_related("question").order_by("position"))


def _renumber(steps: list[ScriptStep]) -> None:
    for position, step in enumerate(steps, start=1):
        step.position = position
    ScriptStep.objects.bulk_update(steps, ["position"])


def _check(script: Script) -> None:
    steps = (
        script.steps.select_related("question").prefetch_related("question__options", "show_if").order_by("position")
    )
    check_steps(
        [
            StepOutline(
                question_id=step.question_id,
                question_text=step.question.text,
                option_ids=frozenset(option.pk for option in step.question.options.all()),
                show_if=frozenset(option.pk for option in step.show_if.all()),
            )
            for step in steps
        ]
    )
