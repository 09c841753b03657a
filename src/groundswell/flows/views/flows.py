"""A campaign's keyword flows: the list, one of them with what came of it, and what is done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundswell.accounts.access import access_campaign
from groundswell.accounts.models import Membership, Organisation
from groundswell.campaigns.views.refusals import LEADERS, user_of
from groundswell.flows.enums import StepKind
from groundswell.flows.forms import FlowForm
from groundswell.flows.operations.making import change_flow, copy_flow, create_flow, discard_flow
from groundswell.flows.operations.publishing import lead_many, publish_flow, retire_flow
from groundswell.flows.plans import asked_of, beginning, ending, problems_with, small_print, steps_of
from groundswell.flows.queries import figures_of, flows_with_counts
from groundswell.flows.rules import wording
from groundswell.flows.views.frame import REFUSALS, flow_for, page, told
from groundswell.messaging.composed import LIKE_ITS_OWN
from groundswell.messaging.sms import segments_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.flows.models import Flow


@require_GET
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The campaign's flows."""
    campaign = access_campaign(request, slug, *LEADERS)
    return render(request, "flows/index.html", page(campaign, rows=flows_with_counts(campaign)))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Begin one; nobody can text its keyword until it is published."""
    campaign = access_campaign(request, slug, *LEADERS)
    form = FlowForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            press = form.cleaned_data["press"]
            made = create_flow(campaign=campaign, details=form.details(), by=user_of(request), press=press)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kept as a draft. Now add the questions."))
            return redirect("flows:manage", slug, made.pk)
    return render(request, "flows/form.html", page(campaign, form=form), status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Change a draft."""
    campaign, flow = flow_for(request, slug, pk)
    form = FlowForm(request.POST or None, campaign=campaign, flow=flow)
    if request.method == "POST" and form.is_valid():
        try:
            change_flow(flow, details=form.details(), by=user_of(request))
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("flows:manage", slug, pk)
    context = page(campaign, form=form, flow=flow)
    return render(request, "flows/form.html", context, status=422 if form.errors else 200)


@require_GET
def manage(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One flow: its texts as they are read, what stands against publishing it, and how far people went."""
    campaign, flow = flow_for(request, slug, pk)
    is_draft = flow.published_at is None
    context = page(
        campaign,
        flow=flow,
        texts=_texts(flow),
        kinds=StepKind.choices,
        problems=problems_with(flow) if is_draft else [],
        figures=None if is_draft else figures_of(flow, now=timezone.now()),
        is_demo=settings.DEMO,
    )
    if figures := context["figures"]:
        context["bars"] = [
            {"label": f"{number}. {Truncator(each.step.text).chars(60)}", "value": each.answered}
            for number, each in enumerate(figures.steps, start=1)
        ]
        context["bars"].insert(0, {"label": _("Began"), "value": figures.began, "soft": True})
    return render(request, "flows/manage.html", context)


@require_POST
def publication(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Answer its keyword from now on."""
    _campaign, flow = flow_for(request, slug, pk)
    with told(request, _("Live: whoever texts %(keyword)s is answered.") % {"keyword": flow.keyword}):
        publish_flow(flow, by=user_of(request), now=timezone.now())
    return redirect("flows:manage", slug, pk)


@require_POST
def retirement(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Give the keyword back."""
    _campaign, flow = flow_for(request, slug, pk)
    with told(request, _("Retired. Whoever is in the middle of it comes to the end.")):
        retire_flow(flow, by=user_of(request), now=timezone.now())
    return redirect("flows:manage", slug, pk)


@require_POST
def copy(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """A draft that takes its place once published."""
    _campaign, flow = flow_for(request, slug, pk)
    with told(request, _("This is the copy. The old one goes on until you publish this.")):
        return redirect("flows:manage", slug, copy_flow(flow, by=user_of(request)).pk)
    return redirect("flows:manage", slug, pk)


@require_POST
def discard(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Throw a draft away."""
    _campaign, flow = flow_for(request, slug, pk)
    with told(request, _("The draft is gone.")):
        discard_flow(flow, by=user_of(request))
        return redirect("flows:list", slug)
    return redirect("flows:manage", slug, pk)


@require_POST
def lead(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """A text to many that asks the first question."""
    _campaign, flow = flow_for(request, slug, pk)
    membership: Membership = request.membership  # type: ignore[attr-defined]
    areas = list(membership.areas.values_list("pk", flat=True)) if membership.is_limited() else []
    with told(request, _("A draft that asks the first question. Choose to whom it goes.")):
        message = lead_many(flow, by=user_of(request), areas=areas)
        return redirect("messaging:edit_message", slug, message.pk)
    return redirect("flows:manage", slug, pk)


def _texts(flow: Flow) -> list[dict[str, object]]:
    """Each question as it is read, with what it costs; the first with what stands around it, and at last the thanks."""
    organisation = Organisation.objects.get()
    found: list[dict[str, object]] = []
    for number, step in enumerate(steps_of(flow)):
        words = wording(asked_of(step))
        if number == 0:
            words = "\n".join([beginning(flow, organisation), words, small_print(organisation)])
        found.append({"step": step, "words": words, "segments": segments_of(words)})
    try:
        thanks = ending(flow, _("Alexandra"))
        as_it_goes = ending(flow, _("Alexandra"), stand_in=LIKE_ITS_OWN)
    except (KeyError, ValueError):
        thanks = as_it_goes = flow.thanks
    found.append({"step": None, "words": thanks, "segments": segments_of(as_it_goes)})
    return found
