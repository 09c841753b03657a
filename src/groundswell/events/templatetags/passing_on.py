"""What the pages of an event say to networks, and the buttons that pass it on."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from groundswell.campaigns.cards import HEIGHT, WIDTH, NoImprintError
from groundswell.campaigns.sharing import share_panel
from groundswell.events.enums import EventStatus
from groundswell.events.models import Event
from groundswell.events.notice_queries import Undelivered, undelivered
from groundswell.events.passing_on import card_of, card_words, description, wordings
from groundswell.people.models import Person

register = template.Library()


@register.inclusion_tag("events/parts/open_graph.html")
def open_graph(event: Event) -> dict[str, Any]:
    """Title, sentence and picture for previews. No og:url: networks would put it in place of the tracked link."""
    context: dict[str, Any] = {"event": event, "description": description(event), "width": WIDTH, "height": HEIGHT}
    try:
        card = card_of(event)
    except NoImprintError:
        return context
    picture = settings.PUBLIC_URL + reverse("events:card", args=[event.ask.slug])
    # Networks keep a picture by its address: one that says something else has another.
    return {**context, "picture": f"{picture}?v={card.digest[:12]}", "words": card_words(card)}


@register.inclusion_tag("campaigns/share.html")
def share_event(event: Event, person: Person | None = None) -> dict[str, Any]:
    """The share buttons of an event that can still be come to. With `person` the links are theirs: on their own page."""
    if event.status != EventStatus.PUBLISHED or event.ends_at <= timezone.now():
        return {"panel": None}
    page = reverse("events:page", args=[event.ask.slug])
    return {"panel": share_panel(event.ask, wordings=wordings(event), page=page, person=person)}


@register.simple_tag
def letters_undelivered(event: Event) -> list[Undelivered]:
    """Who did not get a letter, and why. The page that shows it writes down that these people were looked at."""
    return undelivered(event, now=timezone.now())
