"""The organiser's pages: a campaign's sign-up pages, one of them, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundswell.accounts.access import access_campaign
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.operations.asks import close_ask, is_open
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.campaigns.views.refusals import LEADERS, told, user_of
from groundswell.joining.forms import PageForm
from groundswell.joining.models import SignUpPage
from groundswell.joining.operations.pages import change_page, create_page, publish_page
from groundswell.joining.queries import figures_of, pages_with_counts

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_GET
def pages(request: HttpRequest, slug: str) -> HttpResponse:
    """The campaign's sign-up pages."""
    campaign = access_campaign(request, slug, *LEADERS)
    context = {"campaign": campaign, "page": "sign_ups", "rows": pages_with_counts(campaign)}
    return render(request, "joining/organiser/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Write one; nobody else sees it until it is published."""
    campaign = access_campaign(request, slug, *LEADERS)
    form = PageForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            press = form.cleaned_data["press"]
            made = create_page(campaign=campaign, details=form.details(), by=user_of(request), press=press)
        except CampaignRuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kept as a draft. Look it over, then publish it."))
            return redirect("joining:manage", slug, made.pk)
    context = {"campaign": campaign, "page": "sign_ups", "form": form}
    return render(request, "joining/organiser/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Change the words or what is asked."""
    campaign, found = _page_of(request, slug, pk)
    form = PageForm(request.POST or None, campaign=campaign, page=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_page(page=found, details=form.details(), by=user_of(request))
        except CampaignRuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("joining:manage", slug, pk)
    context = {"campaign": campaign, "page": "sign_ups", "form": form, "sign_up_page": found}
    return render(request, "joining/organiser/form.html", context, status=422 if form.errors else 200)


@require_GET
def manage(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One page: its address, its frame for other sites, and what came of it."""
    campaign, found = _page_of(request, slug, pk)
    address = settings.PUBLIC_URL + reverse("joining:page", args=[found.ask.slug])
    frame = settings.PUBLIC_URL + reverse("joining:embedded", args=[found.ask.slug])
    script = settings.PUBLIC_URL + static("joining/host.js")
    context = {
        "campaign": campaign,
        "page": "sign_ups",
        "sign_up_page": found,
        "is_open": is_open(found.ask),
        "address": address,
        "snippet": f'<iframe src="{frame}" title="{found.ask.title}" width="100%" height="900"></iframe>\n'
        f'<script src="{script}" async></script>',
        "figures": figures_of(found),
        "links": found.ask.links.filter(person__isnull=True).order_by("channel"),
        "public_url": settings.PUBLIC_URL,
    }
    return render(request, "joining/organiser/manage.html", context)


@require_POST
def publication(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Open it to everybody."""
    _campaign, found = _page_of(request, slug, pk)
    with told(request, _("Published. Pass its address on.")):
        publish_page(page=found, by=user_of(request), now=timezone.now())
    return redirect("joining:manage", slug, pk)


@require_POST
def closing(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Nobody signs up from now on; who did can still confirm."""
    _campaign, found = _page_of(request, slug, pk)
    with told(request, _("Closed. Who signed up can still confirm.")):
        close_ask(ask=found.ask, by=user_of(request), now=timezone.now())
    return redirect("joining:manage", slug, pk)


def _page_of(request: HttpRequest, slug: str, pk: int) -> tuple[Campaign, SignUpPage]:
    campaign: Campaign = access_campaign(request, slug, *LEADERS)
    found = SignUpPage.objects.select_related("ask__campaign", "question")
    return campaign, get_object_or_404(found, ask__campaign=campaign, pk=pk)
