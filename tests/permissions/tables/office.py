"""What the campaign and its team are run with, and signing in."""

from __future__ import annotations

from permissions.rows import (
    FORM,
    KEEPERS_ANYWHERE,
    LEADERS,
    LEADERS_ANYWHERE,
    POST,
    STAFF,
    STAFF_ANYWHERE,
    TEAM,
    row,
    seat,
)
from permissions.viewers import EVERYONE, NO_ONE, SIGNED_IN, any_campaigns

WEB = [
    row("home", EVERYONE),
    row("privacy", EVERYONE),
    row("about_data", EVERYONE),
    row("offline", EVERYONE),
    row("service_worker", EVERYONE),
    row("styleguide", NO_ONE),  # developers only: DEBUG or the demo
]

ACCOUNTS = [
    row("accounts:join", EVERYONE, FORM, token=lambda w: w.invitation.token),
    row("accounts:join_code", EVERYONE, FORM, token=lambda w: w.invitation.token),
    row("accounts:setup", EVERYONE, FORM, token=lambda w: w.setup_token),  # until there is an owner
    row("accounts:second_factor", SIGNED_IN),
    row("accounts:me", SIGNED_IN, FORM),
    row("accounts:sign_out_everywhere", SIGNED_IN, POST),
    row("accounts:team", LEADERS_ANYWHERE),
    row("accounts:invitations", LEADERS_ANYWHERE),
    row("accounts:invite", LEADERS_ANYWHERE, FORM),
    row("accounts:invitation", LEADERS, pk=lambda w: w.invitation.pk),
    row("accounts:revoke_invitation", LEADERS, POST, pk=lambda w: w.invitation.pk),
    row("accounts:member", LEADERS, FORM, pk=lambda w: w.member.pk),
    row("accounts:revoke_membership", LEADERS, POST, pk=lambda w: w.member.pk),
    row("accounts:audit", KEEPERS_ANYWHERE),
    row("accounts:audit_export", KEEPERS_ANYWHERE),
    row("accounts:organisation", any_campaigns("owner"), FORM),
]

CAMPAIGNS = [
    row("campaigns:index", STAFF_ANYWHERE),
    row("campaigns:new", LEADERS_ANYWHERE, FORM),
    row("campaigns:campaign", STAFF, slug=seat),
    row("campaigns:settings", LEADERS, FORM, slug=seat),
    row("campaigns:new_candidate", LEADERS, FORM, slug=seat),
    row("campaigns:candidate", LEADERS, FORM, slug=seat, pk=lambda w: w.candidate.pk),
    row("campaigns:candidate_removal", LEADERS, POST, slug=seat, pk=lambda w: w.candidate.pk),
    row("campaigns:cribs", LEADERS, slug=seat),
    row("campaigns:crib_preview", LEADERS, POST, slug=seat, area_id=lambda w: w.area.pk),
    row("campaigns:crib", LEADERS, FORM, slug=seat, area_id=lambda w: w.area.pk),
    row(
        "campaigns:crib_version",
        LEADERS,
        POST,
        slug=seat,
        area_id=lambda w: w.area.pk,
        version=lambda w: w.crib.version,
    ),
    row("campaigns:crib_page", TEAM, slug=seat, area_id=lambda w: w.area.pk),
    row("campaigns:crib_paper", TEAM, slug=seat, area_id=lambda w: w.area.pk),
    row("campaigns:scripts", LEADERS, slug=seat),
    row("campaigns:new_script", LEADERS, FORM, slug=seat),
    row("campaigns:script", LEADERS, FORM, slug=seat, pk=lambda w: w.script.pk),
    row("campaigns:script_preview", LEADERS, POST, slug=seat, pk=lambda w: w.script.pk),
    row("campaigns:script_copy", LEADERS, POST, slug=seat, pk=lambda w: w.script.pk),
    row("campaigns:script_deletion", LEADERS, POST, slug=seat, pk=lambda w: w.script.pk),
    row("campaigns:steps", LEADERS, POST, lambda w: {"question": w.question.pk}, slug=seat, pk=lambda w: w.script.pk),
    row("campaigns:step", LEADERS, POST, slug=seat, pk=lambda w: w.script.pk, step_id=lambda w: w.step.pk),
    row("campaigns:new_question", LEADERS, FORM, slug=seat),
    row("campaigns:question", LEADERS, FORM, slug=seat, pk=lambda w: w.question.pk),
]

INSIGHT = [
    row("insight:index", STAFF_ANYWHERE),
    row("insight:map", STAFF, slug=seat),
    row("insight:seat", STAFF, slug=seat, area_id=lambda w: w.area.pk),
    row("insight:finder", STAFF, slug=seat),
    row("insight:issues", STAFF, slug=seat),
    row("insight:issues_export", STAFF, POST, slug=seat),
    row("insight:follow_through", LEADERS, slug=seat),
    row("insight:follow_through_export", LEADERS, POST, slug=seat),
    row("insight:message_follow_through", LEADERS, slug=seat, pk=lambda w: w.message.pk),
]

# The pages of allauth: about oneself only. Signing in and resetting a password are for whoever is not signed in.
ALLAUTH = [
    row("account_login", EVERYONE, FORM),
    row("account_logout", EVERYONE, FORM),
    row("account_inactive", EVERYONE),
    row("account_signup", EVERYONE, FORM),  # says that it is closed
    row("account_request_login_code", EVERYONE, FORM),
    row("account_email_verification_sent", EVERYONE),
    row("account_confirm_email", EVERYONE, key="none"),
    row("account_reset_password", EVERYONE, FORM),
    row("account_reset_password_done", EVERYONE),
    row("account_reset_password_from_key", EVERYONE, FORM, uidb36="none", key="none-none"),
    row("account_reset_password_from_key_done", EVERYONE),
    row("account_email", SIGNED_IN, FORM),
    row("account_change_password", SIGNED_IN, FORM),
    row("account_set_password", SIGNED_IN, FORM),
    row("mfa_index", SIGNED_IN),
    row("mfa_login_webauthn", EVERYONE, FORM),
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
