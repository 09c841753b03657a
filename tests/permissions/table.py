"""Who may see what: every address of the site, one line each. An address that is not here fails the suite.

A line is `row(NAME, WHO, **arguments)`; add `method="post"` for what only takes POST. An argument that needs something
to exist is a function of the `World` (world.py). WHO is one of EVERYONE, SIGNED_IN, NO_ONE, `only("organiser", ...)` for
roles in the campaign that the address is about, `any_campaigns("organiser", ...)` for roles in whichever; join them with |.
The test asks for each address as each viewer: whoever is not in WHO must be sent to sign in, to the second factor, or get
403 or 404, and whoever is must not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from permissions.viewers import EVERYONE, NO_ONE, SIGNED_IN, any_campaigns, only
from permissions.world import World

Argument = Callable[[World], Any] | str | int


@dataclass(frozen=True)
class Row:
    """One address and those who may see it."""

    name: str
    who: frozenset[str]
    method: str = "get"
    data: Callable[[World], dict[str, Any]] | None = None
    arguments: dict[str, Argument] = field(default_factory=dict)


def row(
    name: str,
    who: frozenset[str],
    method: str = "get",
    data: Callable[[World], dict[str, Any]] | None = None,
    **arguments: Argument,
) -> Row:
    """A line of the table; `data` is what a form must hold to be looked at."""
    return Row(name, who, method, data, arguments)


LEADERS = only("organiser", "owner")
STAFF = only("organiser", "data_manager", "owner")
LEADERS_ANYWHERE = any_campaigns("organiser", "owner")
STAFF_ANYWHERE = any_campaigns("organiser", "data_manager", "owner")
LOG_READERS = any_campaigns("data_manager", "owner")


def seat(_world: World) -> str:
    """The campaign in question."""
    return "seat"


WEB = [
    row("home", EVERYONE),
    row("privacy", EVERYONE),
    row("offline", EVERYONE),
    row("service_worker", EVERYONE),
    row("styleguide", NO_ONE),  # developers only: DEBUG or the demo
]

ACCOUNTS = [
    row("accounts:join", EVERYONE, token=lambda w: w.invitation.token),
    row("accounts:join_code", EVERYONE, token=lambda w: w.invitation.token),
    row("accounts:setup", EVERYONE, token=lambda w: w.setup_token),  # until there is an owner
    row("accounts:second_factor", SIGNED_IN),
    row("accounts:me", SIGNED_IN),
    row("accounts:sign_out_everywhere", SIGNED_IN, "post"),
    row("accounts:team", LEADERS_ANYWHERE),
    row("accounts:invitations", LEADERS_ANYWHERE),
    row("accounts:invite", LEADERS_ANYWHERE),
    row("accounts:invitation", LEADERS, pk=lambda w: w.invitation.pk),
    row("accounts:revoke_invitation", LEADERS, "post", pk=lambda w: w.invitation.pk),
    row("accounts:member", LEADERS, pk=lambda w: w.member.pk),
    row("accounts:revoke_membership", LEADERS, "post", pk=lambda w: w.member.pk),
    row("accounts:audit", LOG_READERS),
    row("accounts:audit_export", LOG_READERS),
    row("accounts:organisation", any_campaigns("owner")),
]

CAMPAIGNS = [
    row("campaigns:index", STAFF_ANYWHERE),
    row("campaigns:new", LEADERS_ANYWHERE),
    row("campaigns:campaign", STAFF, slug=seat),
    row("campaigns:settings", LEADERS, slug=seat),
    row("campaigns:new_candidate", LEADERS, slug=seat),
    row("campaigns:candidate", LEADERS, slug=seat, pk=lambda w: w.candidate.pk),
    row("campaigns:candidate_removal", LEADERS, "post", slug=seat, pk=lambda w: w.candidate.pk),
    row("campaigns:cribs", LEADERS, slug=seat),
    row("campaigns:crib_preview", LEADERS, "post", slug=seat),
    row("campaigns:crib", LEADERS, slug=seat, area_id=lambda w: w.area.pk),
    row("campaigns:scripts", LEADERS, slug=seat),
    row("campaigns:new_script", LEADERS, slug=seat),
    row("campaigns:script", LEADERS, slug=seat, pk=lambda w: w.script.pk),
    row("campaigns:script_preview", LEADERS, "post", slug=seat, pk=lambda w: w.script.pk),
    row("campaigns:script_copy", LEADERS, "post", slug=seat, pk=lambda w: w.script.pk),
    row("campaigns:script_deletion", LEADERS, "post", slug=seat, pk=lambda w: w.script.pk),
    row("campaigns:steps", LEADERS, "post", lambda w: {"question": w.question.pk}, slug=seat, pk=lambda w: w.script.pk),
    row("campaigns:step", LEADERS, "post", slug=seat, pk=lambda w: w.script.pk, step_id=lambda w: w.step.pk),
    row("campaigns:new_question", LEADERS, slug=seat),
    row("campaigns:question", LEADERS, slug=seat, pk=lambda w: w.question.pk),
]

# The pages of allauth: about oneself only. Signing in and resetting a password are for whoever is not signed in.
ALLAUTH = [
    row("account_login", EVERYONE),
    row("account_logout", EVERYONE),
    row("account_inactive", EVERYONE),
    row("account_signup", EVERYONE),  # says that it is closed
    row("account_request_login_code", EVERYONE),
    row("account_email_verification_sent", EVERYONE),
    row("account_confirm_email", EVERYONE, key="none"),
    row("account_reset_password", EVERYONE),
    row("account_reset_password_done", EVERYONE),
    row("account_reset_password_from_key", EVERYONE, uidb36="1", key="none-none"),
    row("account_reset_password_from_key_done", EVERYONE),
    row("account_email", SIGNED_IN),
    row("account_change_password", SIGNED_IN),
    row("account_set_password", SIGNED_IN),
    row("mfa_index", SIGNED_IN),
    row("mfa_login_webauthn", EVERYONE),
]
# Steps of a sign-in or of "is it you?": they lead to the sign-in page without the step before, to whoever comes.
STEPS = [
    "account_confirm_login_code",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
]

TABLE = [*WEB, *ACCOUNTS, *CAMPAIGNS, *ALLAUTH]
