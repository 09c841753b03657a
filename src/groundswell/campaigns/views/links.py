"""Tracked links: a visit is counted, where it came from is remembered on the visitor's side, and on to the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from groundswell.campaigns.asks_pages import page_of
from groundswell.campaigns.forms import MastodonForm
from groundswell.campaigns.models import Ask, ShareLink
from groundswell.campaigns.operations.asks import record_visit
from groundswell.campaigns.sharing import mastodon_address, tracked_address
from groundswell.campaigns.visits import asks_not_to_be_followed, is_automatic

if TYPE_CHECKING:
    from django.http import HttpRequest

SALT = "groundswell.campaigns.source"
# Until the browser is closed at the latest, and no longer than it takes to make up one's mind.
KEPT = 24 * 3600


@never_cache
@require_safe
def tracked_link(request: HttpRequest, code: str) -> HttpResponse:
    """A short address that somebody passed on."""
    link = get_object_or_404(ShareLink.objects.select_related("ask"), code=code)
    page = page_of(link.ask)
    if page is None:
        raise Http404("nothing is published behind this link")
    response = redirect(page)
    automatic = request.method == "HEAD" or is_automatic(request.headers)
    record_visit(link=link, now=timezone.now(), is_automatic=automatic)
    if not automatic and not asks_not_to_be_followed(request.headers):
        # No id of the visitor: the code of the link, as everybody has it who got the same one.
        response.set_signed_cookie(
            _cookie(link.ask), link.code, salt=SALT, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


@require_safe
def mastodon(request: HttpRequest, code: str) -> HttpResponse:
    """Mastodon is many servers: which one is yours? Then a link to its composer. Nothing is kept."""
    link = get_object_or_404(ShareLink.objects.select_related("ask"), code=code)
    if page_of(link.ask) is None:
        raise Http404("nothing is published behind this link")
    asked = "server" in request.GET
    form = MastodonForm(request.GET if asked else None, initial={"text": request.GET.get("text", link.ask.title)[:400]})
    address = ""
    if form.is_valid():
        server, text = form.cleaned_data["server"], form.cleaned_data["text"]
        address = mastodon_address(server, text, tracked_address(link))
    context = {"ask": link.ask, "form": form, "address": address}
    return render(request, "campaigns/mastodon.html", context, status=422 if form.errors else 200)


def source_of(request: HttpRequest, ask: Ask) -> ShareLink | None:
    """The tracked link that brought this visitor to this ask, if one did: for `take_action(source=...)`."""
    try:
        code = request.get_signed_cookie(_cookie(ask), salt=SALT, max_age=KEPT)
    except (KeyError, signing.BadSignature):
        return None
    return ShareLink.objects.filter(ask=ask, code=code).first()


def _cookie(ask: Ask) -> str:
    return f"source_{ask.pk}"
