"""The one-time link by which the first owner of an empty installation comes in."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from groundswell.accounts.operations import is_set_up

SALT = "groundswell.accounts.setup"
HOURS = 24


def create_setup_link() -> str | None:
    """A link for the operator's eyes only, good for a day and until someone has used it; None once there is an owner.

    Nothing is stored: the signature says who made it, and the owner's existence that it is spent.
    """
    if is_set_up():
        return None
    return settings.PUBLIC_URL + reverse("accounts:setup", args=[signing.dumps("setup", salt=SALT)])


def is_setup_token(token: str) -> bool:
    """Whether this installation signed the token within HOURS."""
    try:
        return bool(signing.loads(token, salt=SALT, max_age=HOURS * 3600) == "setup")
    except signing.BadSignature:
        return False
