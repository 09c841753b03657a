"""Parts of a page that people watch: asked for again every few seconds, drawn once for everybody who watches.

The part is kept in the process for a few seconds and named by its content (ETag), so that a page left open on ten
screens costs the database no more than one, and a part that has not changed is not sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from groundswell.phonebank.dashboards import kept

if TYPE_CHECKING:
    from django.http import HttpRequest

PART_KEPT_SECONDS = 5


class Part(NamedTuple):
    """A part as drawn, and its name by its content."""

    markup: SafeString
    etag: str

    @classmethod
    def drawn(cls, template: str, context: dict[str, Any]) -> Part:
        """Draw it."""
        markup = render_to_string(template, context)
        return cls(markup, quote_etag(sha256(markup.encode()).hexdigest()[:32]))

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """The part, or 304 if the browser has it already."""
        response = HttpResponse(self.markup)
        response["ETag"] = self.etag
        response["Cache-Control"] = "private, no-cache"
        return get_conditional_response(request, etag=self.etag, response=response) or response


def live_part(
    request: HttpRequest,
    *,
    template: str,
    key: str,
    context: Callable[[], dict[str, Any]],
    seconds: int = PART_KEPT_SECONDS,
) -> HttpResponseBase:
    """The part as HTML, or 304 if the browser has it already. `key` names whoever sees the same part; it is drawn anew
    after so many `seconds`."""
    part = kept(f"phonebank.live.{template}.{key}.{get_language()}", seconds, lambda: Part.drawn(template, context()))
    return part.answer(request)
