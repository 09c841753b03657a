"""From an invitation link to the first call: a name and one press, with an email code where it is asked for or offered."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core.internal import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import login
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groundswell.accounts import operations
from groundswell.accounts.enums import Role
from groundswell.accounts.forms import CodeForm, JoinForm
from groundswell.accounts.identity import choose_campaign, remember_identity
from groundswell.accounts.models import Invitation, Membership, Organisation, User
from groundswell.accounts.operations import LinkClosedError, TeamError
from groundswell.accounts.rules import LinkState, link_state

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PENDING = "join"
CODE_SECONDS = 15 * 60
CODE_ATTEMPTS = 5
# No I, O, 0 or 1: read from one screen and typed on another.
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
RATES = {"code": "5/15m/key,60/h/ip", "join": "120/h/ip"}
GONE = {LinkState.EXPIRED: 410, LinkState.REVOKED: 410, LinkState.USED_UP: 410}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites, to what, and one form. Someone signed in joins with one press."""
    invitation = _find(token)
    if invitation is None:
        return _sorry(request, None, 404)
    if request.user.is_authenticated and request.method == "POST":
        return _accept(request, invitation, by=request.user)
    state = link_state(invitation, now=timezone.now())
    if state is not LinkState.OPEN and not _is_member(request, invitation):
        return _sorry(request, state, GONE[state])
    form = JoinForm(request.POST or None, requires_email=invitation.requires_email)
    if request.method == "POST" and form.is_valid():
        name, email = form.cleaned_data["name"], form.cleaned_data["email"]
        if not email and not ratelimit.consume(request, app="join", action="join", config=RATES):
            form.add_error(None, _("Too many people joined from this connection. Wait a while and try again."))
        elif not email:
            return _accept(request, invitation, name=name)
        elif _send_code(request, invitation, name=name, email=email):
            return redirect("accounts:join_code", token=token)
        else:
            form.add_error("email", _("Several codes were sent already. Wait a quarter of an hour and try again."))
    context = {"invitation": invitation, "form": form, "organisation": Organisation.objects.first()}
    return render(request, "accounts/join.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The code from the email; right, and they are in."""
    invitation = _find(token)
    pending: dict[str, Any] | None = request.session.get(PENDING)
    if invitation is None:
        return _sorry(request, None, 404)
    if not pending or pending["token"] != token or time.time() - pending["at"] > CODE_SECONDS:
        messages.warning(request, _("That code is too old. Enter your email again to get a new one."))
        return redirect("accounts:join", token=token)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if constant_time_compare(form.cleaned_data["code"], pending["code"]):
            del request.session[PENDING]
            return _with_email(request, invitation, pending["name"], pending["email"])
        pending["attempts"] += 1
        request.session[PENDING] = pending
        if pending["attempts"] >= CODE_ATTEMPTS:
            del request.session[PENDING]
            messages.warning(request, _("That was wrong too often. Enter your email again to get a new code."))
            return redirect("accounts:join", token=token)
        form.add_error("code", _("That is not the code we sent. Look at the newest email from us."))
    context = {"invitation": invitation, "form": form, "email": pending["email"]}
    return render(request, "accounts/join_code.html", context)


def _find(token: str) -> Invitation | None:
    return Invitation.objects.select_related("campaign", "created_by").filter(token=token).first()


def _is_member(request: HttpRequest, invitation: Invitation) -> bool:
    """Whoever joined by this link may press it again: it takes them to their calls."""
    if not request.user.is_authenticated:
        return False
    live = Membership.objects.live().filter(user_id=request.user.pk)
    return live.of_campaign(invitation.campaign_id).exists()


def _with_email(request: HttpRequest, invitation: Invitation, name: str, email: str) -> HttpResponse:
    """The address is theirs: a new account, or the one that has it."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        return _accept(request, invitation, name=name, email=email)
    record_authentication(request, user, method="code", email=email)
    if is_mfa_enabled(user):
        # The code is one factor; allauth asks for the other and brings them back to the link.
        back = request.path.removesuffix("code/")
        response: HttpResponse = perform_login(request, Login(user=user, email=email, redirect_url=back))
        return response
    login(request, user, backend=BACKEND)
    return _accept(request, invitation, by=user)


def _accept(
    request: HttpRequest, invitation: Invitation, *, by: User | None = None, name: str = "", email: str | None = None
) -> HttpResponse:
    try:
        membership = operations.accept_invitation(
            by=by, token=invitation.token, now=timezone.now(), name=name, email=email
        )
    except LinkClosedError as error:
        return _sorry(request, error.state, GONE[error.state])
    except TeamError as error:
        messages.error(request, str(error))
        return redirect("accounts:join", token=invitation.token)
    let_in(request, membership, email=email)
    if membership.role == Role.CALLER:
        messages.success(request, _("Welcome, %(name)s. You are in.") % {"name": membership.user.name})
    return redirect("home")


def let_in(request: HttpRequest, membership: Membership, *, email: str | None = None) -> None:
    """This browser is the member's from here on; `email` is what they have just proven to be theirs."""
    if request.user != membership.user:
        login(request, membership.user, backend=BACKEND)
        if email:
            record_authentication(request, membership.user, method="code", email=email)
    remember_identity(request, membership.user)
    if membership.campaign_id:
        choose_campaign(request, membership.campaign_id)


def _send_code(request: HttpRequest, invitation: Invitation, *, name: str, email: str) -> bool:
    """Send a code, and keep it where the browser cannot read it (see `sessions`); False when too many were sent."""
    if not ratelimit.consume(request, app="join", action="code", config=RATES, key=email):
        return False
    code = "".join(secrets.choice(CODE_LETTERS) for _i in range(6))
    request.session[PENDING] = {
        "token": invitation.token,
        "name": name,
        "email": email,
        "code": code,
        "at": time.time(),
        "attempts": 0,
    }
    get_adapter().send_mail("accounts/email/join_code", email, {"code": code, "name": name, "invitation": invitation})
    return True


def _sorry(request: HttpRequest, state: LinkState | None, status: int) -> HttpResponse:
    context = {"state": state.value if state else "unknown", "organisation": Organisation.objects.first()}
    return render(request, "accounts/join_closed.html", context, status=status)
