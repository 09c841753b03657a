"""The questions of a draft: written one at a time, each on a page with what its kind needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groundswell.campaigns.views.refusals import user_of
from groundswell.flows.enums import StepKind
from groundswell.flows.forms import StepForm
from groundswell.flows.operations.making import add_step, change_step, move_step, remove_step
from groundswell.flows.views.frame import REFUSALS, flow_for, page, told

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str, pk: int, kind: str) -> HttpResponseBase:
    """One more question, at the end."""
    campaign, flow = flow_for(request, slug, pk)
    if kind not in StepKind.values:
        raise Http404("no such kind of question")
    form = StepForm(request.POST or None, campaign=campaign, kind=StepKind(kind))
    if request.method == "POST" and form.is_valid():
        try:
            add_step(flow, details=form.details(), by=user_of(request))
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Added."))
            return redirect("flows:manage", slug, pk)
    context = page(campaign, flow=flow, form=form, kind=StepKind(kind).label)
    return render(request, "flows/step.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, pk: int, step: int) -> HttpResponseBase:
    """Ask it otherwise."""
    campaign, flow = flow_for(request, slug, pk)
    found = get_object_or_404(flow.steps.select_related("flow__campaign", "question"), pk=step)
    kind = StepKind(found.kind)
    form = StepForm(request.POST or None, campaign=campaign, kind=kind, step=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_step(found, details=form.details(), by=user_of(request))
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("flows:manage", slug, pk)
    context = page(campaign, flow=flow, form=form, kind=kind.label, step=found)
    return render(request, "flows/step.html", context, status=422 if form.errors else 200)


@require_POST
def place(request: HttpRequest, slug: str, pk: int, step: int) -> HttpResponseBase:
    """One up, one down, or out."""
    _campaign, flow = flow_for(request, slug, pk)
    found = get_object_or_404(flow.steps.select_related("flow"), pk=step)
    do, user = request.POST.get("do"), user_of(request)
    with told(request):
        if do == "remove":
            remove_step(found, by=user)
        elif do in {"up", "down"}:
            move_step(found, by=user, up=do == "up")
        else:
            messages.error(request, _("Nothing was changed: the form did not say what to do."))
    return redirect("flows:manage", slug, pk)
