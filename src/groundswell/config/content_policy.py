"""The content-security policy of every page: the one of the settings, written once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


class ContentPolicyMiddleware(CSPMiddleware):
    """django-csp writes the policy anew for every response, twice: 0.1 ms of a caller's cycle for the same words.

    A page that asks for a policy of its own (django-csp's decorators) still gets it from there.
    """

    @cached_property
    def policy(self) -> str:
        """The header's words."""
        return build_policy()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set the header."""
        if any(name.startswith("_csp") for name in (*vars(response), *vars(request))) or response.status_code >= 400:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response
