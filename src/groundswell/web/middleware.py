"""What a browser is told where Django itself would say nothing, or that it was to blame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.http import HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


class KindRefusalMiddleware:
    """A way on for whoever opens the address of a button, after signing in again or from the history: a blank page else.

    And a null byte, which the database takes in no text, is the visitor's mistake and not ours.
    """

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

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Say that the request was garbled where the database refused what was in it. Nothing of it was done."""
        if isinstance(exception, (DataError, ValueError)) and _holds_null(request):
            raise SuspiciousOperation("null byte in the request") from exception


def _holds_null(request: HttpRequest) -> bool:
    return any(
        "\0" in value for given in (request.GET, request.POST) for _, values in given.lists() for value in values
    )
