"""Writing scripts and questions, with the caller's screen beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.access import access_campaign
from groundswell.campaigns.enums import Meaning, VoterIdTemplate
from groundswell.campaigns.forms import QuestionForm, ScriptForm
from groundswell.campaigns.models import Answer, Campaign, Option, Question, Script, ScriptStep
from groundswell.campaigns.operations.questions import (
    add_option,
    add_question,
    add_ready_question,
    add_voter_id,
    change_option,
    reorder_options,
    retire_option,
    retire_question,
    reword_question,
)
from groundswell.campaigns.operations.scripts import (
    add_step,
    branch_step,
    change_script,
    copy_script,
    create_script,
    delete_script,
    move_step,
    remove_step,
)
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.campaigns.rules import CampaignRuleError, fill_line
from groundswell.campaigns.scripts import PlannedQuestion, ScriptPlan, build_plan, plan_for
from groundswell.campaigns.views.refusals import LEADERS, told, user_of
from groundswell.config.numbers import read_whole_number

if TYPE_CHECKING:
    from django.http import HttpRequest

SAMPLE_PERSON = "Siân"


@require_GET
def scripts(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The campaign's scripts and questions."""
    campaign = access_campaign(request, slug, *LEADERS)
    context = {
        "campaign": campaign,
        "scripts": campaign.scripts.annotate(step_count=Count("steps")).order_by("name"),
        "questions": campaign.questions.annotate(
            used_in=Count("steps", distinct=True), option_count=Count("options", filter=Q(options__retired_at=None))
        ).order_by("retired_at", "pk"),
        "page": "scripts",
    }
    return render(request, "campaigns/scripts.html", context)


def new_script(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Begin a script; the questions come on the next page."""
    campaign = access_campaign(request, slug, *LEADERS)
    form = ScriptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            script = create_script(campaign=campaign, by=user_of(request), **form.cleaned_data)
        except CampaignRuleError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The script is saved. Now add what you want to ask."))
            return redirect("campaigns:script", slug, script.pk)
    context = {"campaign": campaign, "form": form, "page": "scripts"}
    return render(request, "campaigns/new_script.html", context, status=422 if form.errors else 200)


def script(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The editor: lines, steps, branches, and the phone beside them."""
    campaign, found = _script(request, slug, pk)
    lines = {"name": found.name, "opening": found.opening, "closing": found.closing}
    form = ScriptForm(request.POST or None, initial=lines)
    if request.method == "POST" and form.is_valid():
        try:
            change_script(script=found, by=user_of(request), **form.cleaned_data)
        except CampaignRuleError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved. Callers have it from their next household on."))
            return redirect("campaigns:script", slug, pk)
    # As callers have it: read once for each version.
    plan = plan_for(found.pk, found.version)
    context = {
        "campaign": campaign,
        "script": found,
        "form": form,
        "plan": plan,
        "steps": _steps_for_editor(plan),
        "page": "scripts",
        **_addable(campaign, plan),
        **_preview(request, plan, form["opening"].value() or "", form["closing"].value() or ""),
    }
    return render(request, "campaigns/script.html", context, status=422 if form.errors else 200)


@require_POST
def script_preview(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The phone with the lines as they stand in the form; saves nothing."""
    _campaign, found = _script(request, slug, pk)
    plan = build_plan(found.pk)
    lines = _preview(request, plan, request.POST.get("opening", ""), request.POST.get("closing", ""))
    return render(request, "campaigns/caller/preview.html", {"plan": plan, **lines})


@require_POST
def script_copy(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Copy a script and go to the copy."""
    _campaign, found = _script(request, slug, pk)
    copy = copy_script(script=found, by=user_of(request))
    messages.success(request, _("Here is your copy. The first one is unchanged."))
    return redirect("campaigns:script", slug, copy.pk)


@require_POST
def script_deletion(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Delete a script no phone bank uses."""
    _campaign, found = _script(request, slug, pk)
    with told(request, _("The script “%(name)s” is deleted.") % {"name": found.name}):
        delete_script(script=found, by=user_of(request))
    return redirect("campaigns:scripts", slug)


@require_POST
def steps(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Add to the script: a question of the campaign, a ready one, or a voter-ID template."""
    campaign, found = _script(request, slug, pk)
    user = user_of(request)
    with told(request, _("Added at the end.")), transaction.atomic():
        for question in _chosen_questions(request, campaign, user):
            add_step(script=found, question=question, by=user)
    return _editor(slug, pk)


@require_POST
def step(request: HttpRequest, slug: str, pk: int, step_id: int) -> HttpResponseBase:
    """Move, remove or branch one step."""
    _campaign, found = _script(request, slug, pk)
    the_step = get_object_or_404(ScriptStep.objects.select_related("question", "script"), script=found, pk=step_id)
    user = user_of(request)
    action = request.POST.get("do")
    if action in {"up", "down"}:
        place = list(found.steps.values_list("pk", flat=True)).index(the_step.pk) + 1
        with told(request):
            move_step(step=the_step, by=user, to=place + (-1 if action == "up" else 1))
    elif action == "remove":
        with told(request, _("Taken out of the script. The question itself and its answers are kept.")):
            remove_step(step=the_step, by=user)
    else:
        chosen = request.POST.getlist("show_if") if request.POST.get("when") == "after" else []
        options = Option.objects.filter(question__campaign=found.campaign_id, pk__in=[_number(p) for p in chosen])
        if request.POST.get("when") == "after" and not options:
            messages.error(request, _("Choose at least one answer after which it is asked, or choose “Always”."))
        else:
            with told(request, _("Saved when it is asked.")):
                branch_step(step=the_step, show_if=options, by=user)
    return _editor(slug, pk)


def new_question(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A question of one's own; with `?script=`, added to that script."""
    campaign = access_campaign(request, slug, *LEADERS)
    target = Script.objects.filter(campaign=campaign, pk=_number(request.GET.get("script"))).first()
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                question = add_question(campaign=campaign, draft=form.draft(), by=user_of(request))
                if target:
                    add_step(script=target, question=question, by=user_of(request))
        except CampaignRuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The question is saved."))
            return _editor(slug, target.pk) if target else redirect("campaigns:question", slug, question.pk)
    context = {"campaign": campaign, "form": form, "script": target, "page": "scripts"}
    return render(request, "campaigns/new_question.html", context, status=422 if form.errors else 200)


def question(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Reword a question; relabel, reorder, add and retire its options."""
    campaign = access_campaign(request, slug, *LEADERS)
    found = get_object_or_404(Question, campaign=campaign, pk=pk)
    if request.method == "POST":
        return _change_question(request, slug, found)
    answered = Exists(Answer.objects.filter(option=OuterRef("pk")))
    context = {
        "campaign": campaign,
        "question": found,
        "options": found.options.filter(retired_at__isnull=True).annotate(answered=answered),
        "retired": found.options.filter(retired_at__isnull=False),
        "meanings": Meaning.choices,
        "scripts": Script.objects.filter(steps__question=found),
        "page": "scripts",
    }
    return render(request, "campaigns/question.html", context)


def _change_question(request: HttpRequest, slug: str, question: Question) -> HttpResponseBase:
    """Save every label first, so that no button loses what was typed; then do what the button says."""
    user = user_of(request)
    action, _dash, argument = request.POST.get("do", "save").partition("-")
    if action == "retire" and argument == "question":
        with told(request, _("The question is retired. Its answers are kept.")):
            retire_question(question=question, by=user, now=timezone.now())
        return redirect("campaigns:scripts", slug)
    with told(request, _("Saved.")):
        with transaction.atomic():
            _save_wording(request, question)
        if action in {"up", "down", "retire"}:
            _act_on_option(action, _number(argument), question, request)
    return redirect("campaigns:question", slug, question.pk)


def _save_wording(request: HttpRequest, question: Question) -> None:
    user = user_of(request)
    text, note = request.POST.get("text", question.text), request.POST.get("help", question.help)
    if (text.strip(), note.strip()) != (question.text, question.help):
        reword_question(question=question, text=text[:500], help=note[:500], by=user)
    for option in question.options.filter(retired_at__isnull=True).select_related("question"):
        label = request.POST.get(f"label-{option.pk}", option.label)[:120]
        meaning = request.POST.get(f"meaning-{option.pk}", option.meaning)
        if meaning not in Meaning.values:
            meaning = option.meaning
        if (label.strip(), meaning) != (option.label, option.meaning):
            change_option(option=option, label=label, meaning=Meaning(meaning), by=user)
    fresh = request.POST.get("label-new", "").strip()
    if fresh:
        meaning = request.POST.get("meaning-new", "")
        add_option(
            question=question,
            label=fresh[:120],
            meaning=Meaning(meaning) if meaning in Meaning.values else Meaning.OTHER,
            by=user,
        )


def _act_on_option(action: str, option_id: int, question: Question, request: HttpRequest) -> None:
    options = list(question.options.filter(retired_at__isnull=True))
    place = next((index for index, option in enumerate(options) if option.pk == option_id), None)
    if place is None:
        raise CampaignRuleError(_("That option is gone. Reload the page."))
    user = user_of(request)
    if action == "retire":
        retire_option(option=options[place], by=user, now=timezone.now())
        return
    moved = options.pop(place)
    options.insert(max(0, place + (-1 if action == "up" else 1)), moved)
    reorder_options(question=question, option_ids=[option.pk for option in options], by=user)


def _script(request: HttpRequest, slug: str, pk: int) -> tuple[Campaign, Script]:
    campaign = access_campaign(request, slug, *LEADERS)
    return campaign, get_object_or_404(Script, campaign=campaign, pk=pk)


def _editor(slug: str, pk: int) -> HttpResponseBase:
    return redirect(reverse("campaigns:script", args=[slug, pk]))


def _chosen_questions(request: HttpRequest, campaign: Campaign, user: Any) -> list[Question]:
    template, ready = request.POST.get("voter_id", ""), request.POST.get("ready", "")
    if template in VoterIdTemplate.values:
        return add_voter_id(campaign=campaign, template=VoterIdTemplate(template), by=user)
    if ready in ReadyQuestion.values:
        return [add_ready_question(campaign=campaign, ready=ReadyQuestion(ready), by=user)]
    return [get_object_or_404(Question, campaign=campaign, pk=_number(request.POST.get("question")))]


def _addable(campaign: Campaign, plan: ScriptPlan) -> dict[str, Any]:
    """What can still be added: the campaign's other questions, and ready ones not in the campaign yet."""
    used = {step.question.id for step in plan.steps}
    questions = campaign.questions.filter(retired_at__isnull=True).order_by("pk")
    keys = {question.key for question in questions}
    return {
        "other_questions": [question for question in questions if question.pk not in used],
        "voter_id_templates": [] if any(step.question.is_voter_id for step in plan.steps) else VoterIdTemplate.choices,
        "ready_questions": [
            (value, label) for value, label in ReadyQuestion.choices if value.replace("_", "-") not in keys
        ],
    }


def _steps_for_editor(plan: ScriptPlan) -> list[dict[str, Any]]:
    """Each step with the earlier questions whose answers it may hang on."""
    rows: list[dict[str, Any]] = []
    earlier: list[PlannedQuestion] = []
    for step in plan.steps:
        chosen = {option.id for option in step.show_if}
        rows.append({"step": step, "earlier": list(earlier), "chosen": chosen})
        if step.question.options:
            earlier.append(step.question)
    return rows


def _preview(request: HttpRequest, plan: ScriptPlan, opening: str, closing: str) -> dict[str, Any]:
    caller = user_of(request).name
    values = {
        "person": SAMPLE_PERSON,
        "caller": caller,
        "organisation": plan.identification.organisation,
        "candidate": next(iter(plan.candidates.values()), ""),
    }
    return {
        "says": plan.identification.says(caller),
        "opening_line": fill_line(opening, **values),
        "closing_line": fill_line(closing, **values),
        "steps_markup": plan.steps_for(0),
        "sample_person": SAMPLE_PERSON,
    }


def _number(text: str | None) -> int:
    return read_whole_number(text) or 0
