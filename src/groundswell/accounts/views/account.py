"""One's own account: what the second factor is for, name, passkeys, signing out everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groundswell.accounts import operations
from groundswell.accounts.forms import RenameForm
from groundswell.accounts.models import Membership, User
from groundswell.accounts.second_factor import SECOND_FACTORS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Why staff need a second factor, and the two ways to have one; back to where they were going once it is set up."""
    wanted = request.GET.get("next", "")
    if is_mfa_enabled(request.user, SECOND_FACTORS):
        return redirect(request.session.pop("second_factor_next", None) or reverse("home"))
    is_ours = bool(wanted) and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    # allauth's pages in between know nothing of where they were going.
    request.session["second_factor_next"] = wanted if is_ours else reverse("home")
    return render(request, "accounts/second_factor.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def me(request: HttpRequest) -> HttpResponse:
    """My name, how I sign in, where I am a member, and the way out of every session."""
    user = cast(User, request.user)
    form = RenameForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        operations.rename_user(by=user, name=form.cleaned_data["name"])
        messages.success(request, _("Your name was changed."))
        return redirect("accounts:me")
    types = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    context = {
        "form": form,
        "memberships": Membership.objects.live().filter(user=user).select_related("campaign").order_by("pk"),
        "passkeys": types.count(Authenticator.Type.WEBAUTHN),
        "has_app": Authenticator.Type.TOTP in types,
        "has_codes": Authenticator.Type.RECOVERY_CODES in types,
        "has_password": user.has_usable_password(),
    }
    return render(request, "accounts/me.html", context)


@require_POST
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of mine, this one included."""
    operations.sign_out_everywhere(by=cast(User, request.user))
    logout(request)
    messages.success(request, _("You are signed out on every phone and computer."))
    return redirect("account_login")
