"""The roof's own pages: where a visitor is sent first, the privacy page, what a phone shows without signal."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from groundswell.accounts.access import memberships_of
from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, Organisation
from groundswell.campaigns.models import Campaign
from groundswell.places.attributions import ATTRIBUTIONS
from groundswell.places.postcodes import Unknown
from groundswell.places.queries import places_of
from groundswell.web.gallery import GALLERY, GalleryForm, gallery_messages
from groundswell.web.navigation import LEADERS

if TYPE_CHECKING:
    from django.http import HttpRequest

SHELL = (
    "groundswell/css/tokens.css",
    "groundswell/css/base.css",
    "groundswell/css/layout.css",
    "groundswell/css/components.css",
    "groundswell/css/forms.css",
    "groundswell/css/utilities.css",
    "groundswell/img/icon.svg",
    "groundswell/js/retry.js",
    "groundswell/js/offline.js",
    "groundswell/js/outbox.js",
    "groundswell/css/calling.css",
    "phonebank/calling.js",
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everyone's way in: callers to their call, staff to their campaign or imports, strangers to a welcome."""
    if not request.user.is_authenticated:
        return render(request, "web/landing.html")
    memberships = memberships_of(request)
    led = [m for m in memberships if m.role in LEADERS]
    if led:
        return _to_campaigns(led)
    if any(m.role == Role.DATA_MANAGER for m in memberships):
        return redirect("imports:index")
    if memberships:
        return redirect("phonebank:calling")
    reason = _(
        "Your account is not part of a campaign at the moment. Ask the organiser who invited you for a new link."
    )
    return render(request, "web/waiting.html", {"reason": reason})


def _to_campaigns(led: list[Membership]) -> HttpResponse:
    """To the campaign, when the user leads a single one; else to the list."""
    campaigns = Campaign.objects.filter(archived_at__isnull=True)
    if all(m.campaign_id for m in led):
        campaigns = campaigns.filter(pk__in=[m.campaign_id for m in led])
    slugs = campaigns.values_list("slug", flat=True)[:2]
    if len(slugs) == 1:
        return redirect("campaigns:campaign", slugs[0])
    return redirect("campaigns:index")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """How the data of people who are rung is used, for organisations without a notice of their own (rule D9)."""
    return render(request, "web/privacy.html", {"organisation": Organisation.objects.first()})


@require_safe
def about_data(request: HttpRequest) -> HttpResponse:
    """Where a postcode lies; whose facts about places are used, and under which licence: what those licences ask for."""
    postcode = request.GET.get("postcode", "").replace("\0", "").strip()[:40]
    context: dict[str, object] = {"attributions": ATTRIBUTIONS, "postcode": postcode}
    if postcode:
        found = places_of(postcode)
        if isinstance(found, Unknown):
            context["problem"] = found.reason.sentence
        else:
            context["places"] = found
    return render(request, "web/about_data.html", context)


@require_safe
@cache_control(public=True, max_age=300)
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows without signal. Holds nothing personal."""
    return render(request, "web/offline.html")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that its scope is the whole site."""
    shell = [reverse("offline"), *(static(path) for path in SHELL)]
    context = {
        "offline_url": reverse("offline"),
        "shell": shell,
        "shell_version": hashlib.sha256("\0".join(shell).encode()).hexdigest()[:12],
        "static_prefix": settings.STATIC_URL,
    }
    response = render(request, "web/sw.js", context, content_type="text/javascript")
    response["Service-Worker-Allowed"] = "/"
    return response


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for developers; only with DEBUG or the demo."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    form = GalleryForm(request.GET or None)
    page = Paginator(range(100), 10).get_page(request.GET.get("page"))
    gallery_messages(request)
    return render(request, "web/styleguide.html", {"form": form, "page": page, **GALLERY})
