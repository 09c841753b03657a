"""An event's picture and calendar file: asked for by networks, calendars and mailboxes, without an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from groundswell.campaigns.cards import Card, NoImprintError, draw_card
from groundswell.events.calendars import calendar_of
from groundswell.events.letters import page_address
from groundswell.events.passing_on import card_of
from groundswell.events.views.public import public_event

if TYPE_CHECKING:
    from django.http import HttpRequest

KEPT = 3600  # seconds; drawing takes a third of one
FRESH = 600


@require_safe
def card(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The picture for social networks, with its imprint; 404 where there is none to put in (rule I2)."""
    try:
        wanted = card_of(public_event(slug))
    except NoImprintError as error:
        raise Http404(str(error)) from error
    etag = f'"{wanted.digest}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged or HttpResponse(_drawn(wanted), content_type="image/png")
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=FRESH)
    return response


@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001 - the same for everybody
    """The event for a calendar: downloaded once, or subscribed to."""
    event = public_event(slug)
    file = calendar_of(event, address=page_address(event), now=timezone.now())
    response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{event.ask.slug}.ics"'
    patch_cache_control(response, public=True, max_age=60)
    return response


def _drawn(wanted: Card) -> bytes:
    key = f"events.card.{wanted.digest}"
    picture: bytes | None = cache.get(key)
    if picture is None:
        picture = draw_card(wanted)
        cache.set(key, picture, KEPT)
    return picture
