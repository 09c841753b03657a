"""The organisation's own settings, and the very first page of an empty installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from groundswell.accounts import operations
from groundswell.accounts.access import require_role
from groundswell.accounts.enums import Role
from groundswell.accounts.forms import OrganisationForm, SetupForm
from groundswell.accounts.models import Organisation, User
from groundswell.accounts.operations import TeamError
from groundswell.accounts.setup_links import is_setup_token
from groundswell.accounts.views.join import BACKEND

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.OWNER)
def settings_page(request: HttpRequest) -> HttpResponse:
    """Name, kind, and how those who are rung can reach us (rule C6)."""
    form = OrganisationForm(request.POST or None, instance=Organisation.objects.first())
    if request.method == "POST" and form.is_valid():
        operations.update_organisation(by=cast(User, request.user), **form.cleaned_data)
        messages.success(request, _("Saved. Scripts and pages show it within a minute."))
        return redirect("accounts:organisation")
    return render(request, "accounts/organisation.html", {"form": form})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time page behind `create_setup_link`: the organisation, its first owner, then their second factor."""
    if not is_setup_token(token):
        raise Http404("no such link")
    if operations.is_set_up():
        messages.info(request, _("This installation is set up already. Sign in here."))
        return redirect("account_login")
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            user = operations.set_up_installation(
                name=given["name"],
                email=given["email"],
                password=given["password"],
                organisation={"name": given["organisation"], "kind": given["kind"]},
            )
        except TeamError as error:
            messages.error(request, str(error))
            return redirect("account_login")
        login(request, user, backend=BACKEND)
        record_authentication(request, user, method="password", email=user.email, reauthenticated=True)
        messages.success(request, _("You are the owner. One thing is left to do."))
        return redirect("accounts:second_factor")
    return render(request, "accounts/setup.html", {"form": form})
