"""What a browser is told where Django itself would say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


class ButtonsOnlyMiddleware:
    """A way on for whoever opens the address of a button, after signing in again or from the history: a blank page else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; a look at what takes no looks gets a page."""
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or request.method != "GET":
            return response
        page = render(request, "405.html", status=response.status_code)
        page["Allow"] = response["Allow"]
        return page
