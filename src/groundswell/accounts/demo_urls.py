"""The demo's one-click sign-in: in the demo only, for its own users only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import login
from django.core import signing
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from groundswell.accounts.access import ORDER
from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, User

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SALT = "groundswell.accounts.demo"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def demo_links() -> dict[str, str]:
    """The sign-in path of one demo user per role, highest first; empty outside the demo.

    Printed by `groundswell run --demo`. A link keeps until the secret key changes.
    """
    if not settings.DEMO:
        return {}
    first: dict[Role, int] = {}
    found = Membership.objects.live().filter(user__is_demo=True).order_by("pk").values_list("role", "user_id")
    for role, user_id in found:
        first.setdefault(Role(role), user_id)
    return {role.value: demo_link(first[role]) for role in ORDER if role in first}


def demo_link(user_id: int) -> str:
    """The sign-in path of this demo user, to be put behind the public address."""
    return reverse("demo:enter", args=[signing.dumps(user_id, salt=SALT)])


@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign a demo user in. Anything else than the demo, a demo user and our own signature is unknown here."""
    try:
        user_id = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise Http404("no such link") from error
    user = User.objects.filter(pk=user_id, is_demo=True, is_active=True).first()
    if not settings.DEMO or user is None:
        raise Http404("no such link")
    login(request, user, backend=BACKEND)
    return redirect("home")


app_name = "demo"
urlpatterns = [path("enter/<str:token>/", enter, name="enter")]
