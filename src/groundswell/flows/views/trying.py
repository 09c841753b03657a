"""Trying a flow: texts to and fro on a page, by the same rules as the real ones, and nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from groundswell.flows.forms import TryForm
from groundswell.flows.plans import problems_with
from groundswell.flows.rehearsing import MOST_TEXTS, rehearse
from groundswell.flows.views.frame import flow_for, page
from groundswell.people.models import ContactPoint

if TYPE_CHECKING:
    from django.http import HttpRequest

# Nobody's: Ofcom keeps them for drama.
DEMO_PHONES = [f"+447700900{last:03}" for last in range(1000)]


@require_http_methods(["GET", "HEAD", "POST"])
def rehearsal(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What was texted before comes with the form: there is nowhere else that it could be."""
    campaign, flow = flow_for(request, slug, pk)
    said = [text[:1000] for text in request.POST.getlist("said")][: MOST_TEXTS - 1]
    form = TryForm(request.POST if request.method == "POST" and "again" not in request.POST else None)
    if form.is_bound and form.is_valid():
        said.append(form.cleaned_data["text"])
        form = TryForm()
    elif "again" in request.POST:
        said = []
    try:
        lines, goes_on = rehearse(flow, said)
    except (KeyError, ValueError):
        lines, goes_on = [], False
    context = page(
        campaign,
        flow=flow,
        form=form,
        said=said,
        lines=lines,
        goes_on=goes_on,
        problems=problems_with(flow),
        is_demo=settings.DEMO,
        demo_phone=_strangers_phone() if settings.DEMO else "",
    )
    return render(request, "flows/rehearsal.html", context, status=422 if form.errors else 200)


def _strangers_phone() -> str:
    """A telephone of the demo that nobody invented has."""
    held = set(ContactPoint.objects.filter(value__in=DEMO_PHONES).values_list("value", flat=True))
    return next((phone for phone in DEMO_PHONES if phone not in held), DEMO_PHONES[0])
