"""One's own account: what the second factor is for, name, passkeys, signing out everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from groundswell.accounts.access import SECOND_FACTORS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Why staff need a second factor, and the two ways to have one; back to where they were going once it is set up."""
    wanted = request.GET.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        # allauth's pages in between know nothing of where we were going.
        request.session["second_factor_next"] = wanted
    if is_mfa_enabled(request.user, SECOND_FACTORS):
        return redirect(request.session.pop("second_factor_next", None) or reverse("home"))
    return render(request, "accounts/second_factor.html")
