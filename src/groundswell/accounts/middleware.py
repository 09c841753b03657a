"""Turns the refusals of `access` into the next step for the person refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from groundswell.accounts.access import SecondFactorRequired, SignInRequired

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase


class AccessMiddleware:
    """Costs nothing on a request that is not refused: it neither loads the user nor touches the session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """To sign in, or to set up the second factor, and back to where the person wanted to go."""
        if isinstance(exception, SecondFactorRequired):
            return self._to_second_factor(request)
        if isinstance(exception, SignInRequired):
            if request.user.is_authenticated:
                logout(request)
                messages.info(request, _("You signed in a while ago. For safety, please sign in again."))
            return self._go(request, redirect_to_login(_back_to(request)))
        return None

    def _to_second_factor(self, request: HttpRequest) -> HttpResponseBase:
        target = reverse("accounts:second_factor") + "?" + urlencode({"next": _back_to(request)})
        response = HttpResponse(status=302)
        response["Location"] = target
        return self._go(request, response)

    def _go(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        # HTMX would swap the sign-in page into a corner of the present one.
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
        return response


def _back_to(request: HttpRequest) -> str:
    """Where to return to: the page itself, or the way in when it was a form that cannot be repeated."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("home")
