"""Who may see what: every address of the site, one line each. An address that is not here fails the suite.

A line is `row(NAME, WHO, **arguments)`: a page to be read. A page with a form on it adds FORM, what is only posted adds
POST; any other method must be refused as such. An argument that needs something to exist is a function of the `World`
(world.py). WHO is one of EVERYONE, SIGNED_IN, NO_ONE, `only("organiser", ...)` for
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


READ = ("get",)
FORM = ("get", "post")
POST = ("post",)


@dataclass(frozen=True)
class Row:
    """One address, the methods it answers, and those who may see it."""

    name: str
    who: frozenset[str]
    methods: tuple[str, ...] = READ
    data: Callable[[World], dict[str, Any]] | None = None
    arguments: dict[str, Argument] = field(default_factory=dict)


def row(
    name: str,
    who: frozenset[str],
    methods: tuple[str, ...] = READ,
    data: Callable[[World], dict[str, Any]] | None = None,
    **arguments: Argument,
) -> Row:
    """A line of the table; `data` is what a form must hold to be looked at."""
    return Row(name, who, methods, data, arguments)


LEADERS = only("organiser", "owner")
STAFF = only("organiser", "data_manager", "owner")
LEADERS_ANYWHERE = any_campaigns("organiser", "owner")
STAFF_ANYWHERE = any_campaigns("organiser", "data_manager", "owner")
KEEPERS = only("data_manager", "owner")
KEEPERS_ANYWHERE = any_campaigns("data_manager", "owner")
TEAM = only("caller", "organiser", "data_manager", "owner")


def seat(_world: World) -> str:
    """The campaign in question."""
    return "seat"


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

# Calling is for everyone in the campaign, whatever their role.
CALLING = [
    row("phonebank:calling", SIGNED_IN - {"bare_owner"}),  # a list of phone banks, or that there is none for them
    row("phonebank:token", EVERYONE),  # a CSRF cookie, and nothing else
    row("phonebank:call", TEAM, bank_id=lambda w: w.bank.pk),
    row("phonebank:result", TEAM, POST, bank_id=lambda w: w.bank.pk),
    row("phonebank:undo", TEAM, POST, bank_id=lambda w: w.bank.pk),
    row("phonebank:skip", TEAM, POST, bank_id=lambda w: w.bank.pk),
    row("phonebank:flag", TEAM, POST, bank_id=lambda w: w.bank.pk),
    row("phonebank:pause", TEAM, POST, bank_id=lambda w: w.bank.pk),
    row("phonebank:resume", TEAM, POST, bank_id=lambda w: w.bank.pk),
    row("phonebank:heartbeat", TEAM, POST, bank_id=lambda w: w.bank.pk),
    row("phonebank:session_line", TEAM, bank_id=lambda w: w.bank.pk),
]

# Texting too; a conversation is for whoever has it, and for those who lead.
TEXTING = [
    row("textbank:texting", SIGNED_IN - {"bare_owner"}),  # a list of text banks, or that there is none for them
    row("textbank:size", SIGNED_IN, POST),  # counts letters, of nobody
    row("textbank:text", TEAM, bank_id=lambda w: w.text_bank.pk),
    row("textbank:batch", TEAM, POST, bank_id=lambda w: w.text_bank.pk),
    row("textbank:press", TEAM, POST, bank_id=lambda w: w.text_bank.pk),
    row("textbank:skip", TEAM, POST, bank_id=lambda w: w.text_bank.pk),
    row("textbank:leave", TEAM, POST, bank_id=lambda w: w.text_bank.pk),
    row("textbank:replies", TEAM, bank_id=lambda w: w.text_bank.pk),
    row("textbank:standing", TEAM, bank_id=lambda w: w.text_bank.pk),
    row("textbank:take", TEAM, POST, bank_id=lambda w: w.text_bank.pk),
    row("textbank:conversation", LEADERS, pk=lambda w: w.conversation.pk),
    row("textbank:reply", LEADERS, POST, pk=lambda w: w.conversation.pk),
    row("textbank:answers", LEADERS, POST, pk=lambda w: w.conversation.pk),
    row("textbank:about", LEADERS, POST, pk=lambda w: w.conversation.pk),
    row("textbank:steer_conversation", LEADERS, POST, pk=lambda w: w.conversation.pk),
    row("textbank:index", LEADERS, slug=seat),
    row("textbank:new_bank", LEADERS, FORM, slug=seat),
    row("textbank:look", LEADERS, POST, slug=seat),
    row("textbank:review", LEADERS, slug=seat),
    row("textbank:bank", LEADERS, slug=seat, pk=lambda w: w.text_bank.pk),
    row("textbank:bank_live", LEADERS, slug=seat, pk=lambda w: w.text_bank.pk),
    row("textbank:edit_bank", LEADERS, FORM, slug=seat, pk=lambda w: w.text_bank.pk),
    row("textbank:status", LEADERS, POST, slug=seat, pk=lambda w: w.text_bank.pk),
    row("textbank:new_canned", LEADERS, FORM, slug=seat, pk=lambda w: w.text_bank.pk),
    row("textbank:canned", LEADERS, FORM, slug=seat, pk=lambda w: w.text_bank.pk, reply_id=lambda w: w.canned.pk),
    row("textbank:sweep", LEADERS, POST, slug=seat, pk=lambda w: w.text_bank.pk),
    row(
        "textbank:take_over", LEADERS, POST, slug=seat, pk=lambda w: w.text_bank.pk, user_id=lambda w: w.member.user_id
    ),
    row("textbank:results", LEADERS, slug=seat, pk=lambda w: w.text_bank.pk),
]

MESSAGING = [
    row("messaging:senders", LEADERS_ANYWHERE),
    row("messaging:new_sender", any_campaigns("owner"), FORM),
    row("messaging:new_text_sender", any_campaigns("owner"), FORM),
    row("messaging:sender", any_campaigns("owner"), FORM, pk=lambda w: w.sender.pk),
    row("messaging:sender_letter", any_campaigns("owner"), POST, pk=lambda w: w.sender.pk),
    row("messaging:sender_pace", any_campaigns("owner"), POST, pk=lambda w: w.sender.pk),
    row("messaging:sender_retirement", any_campaigns("owner"), POST, pk=lambda w: w.sender.pk),
    row("messaging:index", LEADERS, slug=seat),
    row("messaging:new_message", LEADERS, FORM, slug=seat, channel="email"),
    row("messaging:look", LEADERS, POST, slug=seat, channel="sms"),
    row("messaging:reach", LEADERS, POST, slug=seat, channel="email"),
    row("messaging:message", LEADERS, slug=seat, pk=lambda w: w.message.pk),
    row("messaging:edit_message", LEADERS, FORM, slug=seat, pk=lambda w: w.message.pk),
    row("messaging:discard", LEADERS, POST, slug=seat, pk=lambda w: w.sent_message.pk),
    row("messaging:preview", LEADERS, slug=seat, pk=lambda w: w.message.pk),
    row("messaging:preview_html", LEADERS, slug=seat, pk=lambda w: w.message.pk),
    row("messaging:test", LEADERS, POST, slug=seat, pk=lambda w: w.message.pk),
    row("messaging:submission", LEADERS, POST, slug=seat, pk=lambda w: w.sent_message.pk),
    row("messaging:approval", LEADERS, POST, slug=seat, pk=lambda w: w.sent_message.pk),
    row("messaging:steering", LEADERS, POST, slug=seat, pk=lambda w: w.sent_message.pk),
    row("messaging:message_live", LEADERS, slug=seat, pk=lambda w: w.sent_message.pk),
    row("messaging:not_reached", STAFF, slug=seat, pk=lambda w: w.sent_message.pk),
    row("messaging:not_reached_export", KEEPERS, POST, slug=seat, pk=lambda w: w.sent_message.pk),
]

# The evening: everybody in the campaign may come; who leads it hosts.
EVENING = [
    row("phonebank:session", TEAM, pk=lambda w: w.session.pk),
    row("phonebank:session_here", TEAM, pk=lambda w: w.session.pk),
    row("phonebank:session_join", TEAM, POST, pk=lambda w: w.session.pk),
    row("phonebank:session_start", TEAM, POST, pk=lambda w: w.session.pk),
    row("phonebank:session_leave", TEAM, POST, pk=lambda w: w.session.pk),
    row("phonebank:session_thanks", TEAM, pk=lambda w: w.session.pk),
    row("phonebank:session_practice", TEAM, pk=lambda w: w.session.pk),
    row("phonebank:session_practice_result", TEAM, POST, pk=lambda w: w.session.pk),
    row("phonebank:session_host", LEADERS, pk=lambda w: w.session.pk),
    row("phonebank:session_host_live", LEADERS, pk=lambda w: w.session.pk),
    row("phonebank:session_begin", LEADERS, POST, pk=lambda w: w.session.pk),
    row("phonebank:session_message", LEADERS, POST, pk=lambda w: w.session.pk),
    row("phonebank:session_end", LEADERS, POST, pk=lambda w: w.session.pk),
    row("phonebank:session_move", LEADERS, POST, pk=lambda w: w.session.pk),
    row("phonebank:session_close", LEADERS, POST, pk=lambda w: w.session.pk),
    row("phonebank:session_link", LEADERS, POST, pk=lambda w: w.session.pk),
    row("phonebank:session_flag", LEADERS, POST, pk=lambda w: w.session.pk, flag_id=lambda w: w.flag.pk),
    row("phonebank:session_room", LEADERS, pk=lambda w: w.session.pk),
]

# A board shows counts and first names of callers: on a wall to whoever has its key, else to the campaign.
BOARDS = [
    row("phonebank:wall", EVERYONE, board_key=lambda w: w.session.board_key),
    row("phonebank:wall_numbers", EVERYONE, board_key=lambda w: w.session.board_key),
    row("phonebank:board", TEAM, session_id=lambda w: w.session.pk),
    row("phonebank:board_numbers", TEAM, session_id=lambda w: w.session.pk),
    row("phonebank:board_leaders", LEADERS, POST, session_id=lambda w: w.session.pk),
    row("phonebank:board_key", LEADERS, POST, session_id=lambda w: w.session.pk),
    row("phonebank:session_report", STAFF, session_id=lambda w: w.session.pk),
    row("phonebank:session_report_pdf", STAFF, session_id=lambda w: w.session.pk),
    row("phonebank:session_report_export", STAFF, POST, session_id=lambda w: w.session.pk),
    row("phonebank:session_picture", TEAM, session_id=lambda w: w.session.pk),
]

ORGANISING = [
    row("phonebank:index", LEADERS_ANYWHERE),
    # The outcomes are the organisation's, not one campaign's.
    row("phonebank:outcomes", LEADERS_ANYWHERE),
    row("phonebank:new_outcome", LEADERS_ANYWHERE, FORM),
    row("phonebank:outcome", LEADERS_ANYWHERE, FORM, pk=lambda w: w.outcome.pk),
    row("phonebank:overview", STAFF, slug=seat),
    row("phonebank:overview_live", STAFF, slug=seat),
    row("phonebank:new_bank", LEADERS, FORM, slug=seat),
    row("phonebank:bank_count", LEADERS, POST, slug=seat),
    row("phonebank:bank", LEADERS, slug=seat, pk=lambda w: w.bank.pk),
    row("phonebank:bank_live", LEADERS, slug=seat, pk=lambda w: w.bank.pk),
    row("phonebank:bank_building", LEADERS, slug=seat, pk=lambda w: w.bank.pk),
    row("phonebank:edit_bank", LEADERS, FORM, slug=seat, pk=lambda w: w.bank.pk),
    row("phonebank:reach", LEADERS, slug=seat, pk=lambda w: w.bank.pk),
    row("phonebank:bank_status", LEADERS, POST, slug=seat, pk=lambda w: w.bank.pk),
    row("phonebank:results", STAFF, slug=seat),
    row("phonebank:results_export", STAFF, POST, slug=seat),
    row("phonebank:callers", LEADERS, slug=seat),
    row("phonebank:caller", LEADERS, slug=seat, pk=lambda w: w.caller.pk),
    row("phonebank:caller_review", LEADERS, POST, slug=seat, pk=lambda w: w.caller.pk),
    row("phonebank:flags", LEADERS, slug=seat),
    row("phonebank:flag_solution", LEADERS, POST, slug=seat, pk=lambda w: w.flag.pk),
]

# Closed numbers, screening and retention are the organisation's: whoever answers for the law in any campaign.
COMPLIANCE = [
    row("compliance:rules", EVERYONE),
    row("compliance:figures", KEEPERS_ANYWHERE),
    row("compliance:figure", any_campaigns("owner"), FORM, key="attempt_cap"),
    row("compliance:screening", KEEPERS_ANYWHERE),
    row("compliance:do_not_call", KEEPERS_ANYWHERE, FORM),
    row("compliance:lift", KEEPERS_ANYWHERE, POST, pk=lambda w: w.suppression.pk),
    row("compliance:retention", KEEPERS_ANYWHERE),
    row("compliance:requests", KEEPERS_ANYWHERE),
    row("compliance:request_handled", KEEPERS_ANYWHERE, POST, pk=lambda w: w.data_request.pk),
    row("compliance:delete_expired", KEEPERS_ANYWHERE, POST, category="answers"),
]

# A person of the campaign's areas. Callers see none: they are handed one household at a time (rule D12).
PEOPLE = [
    row("person:search", STAFF_ANYWHERE),
    row("person:page", STAFF, pk=lambda w: w.person.pk),
    row("person:close", STAFF, POST, lambda w: {"contact_point": w.number.pk}, pk=lambda w: w.person.pk),
    row("person:lift", KEEPERS, POST, pk=lambda w: w.person.pk, suppression=lambda w: w.suppression.pk),
    row("person:object", STAFF, POST, pk=lambda w: w.person.pk),
    row("person:erase", KEEPERS, FORM, pk=lambda w: w.person.pk),
    row("person:export", KEEPERS, POST, pk=lambda w: w.person.pk),
    row("person:rename", KEEPERS, POST, pk=lambda w: w.person.pk),
    row("person:put_back", KEEPERS, POST, pk=lambda w: w.person.pk),
    row("person:add_address", KEEPERS, POST, pk=lambda w: w.person.pk),
    row("person:retire_address", KEEPERS, POST, lambda w: {"contact_point": w.number.pk}, pk=lambda w: w.person.pk),
    row("person:tag", STAFF, POST, pk=lambda w: w.person.pk),
    row("person:untag", STAFF, POST, pk=lambda w: w.person.pk, tag=lambda w: w.tag.pk),
    row("person:consent", KEEPERS, FORM, pk=lambda w: w.person.pk),
    row("person:withdraw", STAFF, POST, pk=lambda w: w.person.pk, consent=lambda w: w.consent.pk),
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

IMPORTS = [
    row("imports:index", KEEPERS_ANYWHERE),
    row("imports:new", KEEPERS_ANYWHERE, FORM, kind="register"),
    row("imports:import", KEEPERS, pk=lambda w: w.imported.pk),
    row("imports:columns", KEEPERS, FORM, pk=lambda w: w.upload.pk),
    row("imports:preview", KEEPERS, pk=lambda w: w.upload.pk),
    row("imports:run", KEEPERS, POST, pk=lambda w: w.upload.pk),
    row("imports:discard", KEEPERS, POST, pk=lambda w: w.upload.pk),
    row("imports:progress", KEEPERS, pk=lambda w: w.imported.pk),
    row("imports:rejects", KEEPERS, pk=lambda w: w.imported.pk),
    row("imports:undo", KEEPERS, FORM, pk=lambda w: w.imported.pk),
]

EVENTS = [
    row("events:list", LEADERS, slug=seat),
    row("events:new", LEADERS, FORM, slug=seat),
    row("events:manage", LEADERS, slug=seat, pk=lambda w: w.event.pk),
    row("events:edit", LEADERS, FORM, slug=seat, pk=lambda w: w.event.pk),
    row("events:preview", LEADERS, slug=seat, pk=lambda w: w.event.pk),
    row("events:publication", LEADERS, POST, slug=seat, pk=lambda w: w.event.pk),
    row("events:move", LEADERS, FORM, slug=seat, pk=lambda w: w.event.pk),
    row("events:cancellation", LEADERS, FORM, slug=seat, pk=lambda w: w.event.pk),
    row("events:weeks", LEADERS, FORM, slug=seat, pk=lambda w: w.event.pk),
    row("events:discarding", LEADERS, POST, slug=seat, pk=lambda w: w.event.pk),
    row("events:sign_ups", LEADERS, slug=seat, pk=lambda w: w.event.pk),
    row("events:arrival", LEADERS, POST, slug=seat, pk=lambda w: w.event.pk, attendance_id=lambda w: w.attendance.pk),
    row("events:removal", LEADERS, POST, slug=seat, pk=lambda w: w.event.pk, attendance_id=lambda w: w.attendance.pk),
    # By the signed link alone, whoever opens it: it was sent to one address.
    row("events:letter_again", LEADERS, POST, slug=seat, pk=lambda w: w.event.pk, notice_id=lambda w: w.notice.pk),
    row("tracked_link", EVERYONE, code=lambda w: w.share_link.code),
    row("mastodon", EVERYONE, code=lambda w: w.share_link.code),
    row("events:mine", EVERYONE, FORM, token=lambda w: w.own_token),
    row("events:mine_consent", EVERYONE, POST, token=lambda w: w.own_token, channel="email"),
    row("events:mine_withdrawal", EVERYONE, POST, token=lambda w: w.own_token),
    row("events:index", EVERYONE),
    row("events:card", EVERYONE, slug=lambda w: w.event.ask.slug),
    row("events:calendar", EVERYONE, slug=lambda w: w.event.ask.slug),
    row("events:page", EVERYONE, FORM, slug=lambda w: w.event.ask.slug),
    row("events:letter", EVERYONE, FORM, slug=lambda w: w.event.ask.slug),
    row("events:thanks", EVERYONE, slug=lambda w: w.event.ask.slug),
]

JOINING = [
    row("joining:list", LEADERS, slug=seat),
    row("joining:new", LEADERS, FORM, slug=seat),
    row("joining:manage", LEADERS, slug=seat, pk=lambda w: w.sign_up_page.pk),
    row("joining:edit", LEADERS, FORM, slug=seat, pk=lambda w: w.sign_up_page.pk),
    row("joining:publication", LEADERS, POST, slug=seat, pk=lambda w: w.sign_up_page.pk),
    row("joining:closing", LEADERS, POST, slug=seat, pk=lambda w: w.sign_up_page.pk),
    row("joining:page", EVERYONE, FORM, slug=lambda w: w.sign_up_page.ask.slug),
    row("joining:thanks", EVERYONE, slug=lambda w: w.sign_up_page.ask.slug),
    row("joining:embedded", EVERYONE, FORM, slug=lambda w: w.sign_up_page.ask.slug),
    row("joining:embedded_thanks", EVERYONE, slug=lambda w: w.sign_up_page.ask.slug),
    row("joining:confirm", EVERYONE, FORM, token=lambda w: w.confirm_token),
    row("joining:number", EVERYONE, FORM, token=lambda w: w.confirm_token),
    row("joining:number_code", EVERYONE, POST, token=lambda w: w.confirm_token),
    row("surveys:list", LEADERS, slug=seat),
    row("surveys:new", LEADERS, FORM, slug=seat),
    row("surveys:manage", LEADERS, slug=seat, pk=lambda w: w.survey.pk),
    row("surveys:edit", LEADERS, FORM, slug=seat, pk=lambda w: w.survey.pk),
    row("surveys:publication", LEADERS, POST, slug=seat, pk=lambda w: w.survey.pk),
    row("surveys:closing", LEADERS, POST, slug=seat, pk=lambda w: w.survey.pk),
    row("surveys:page", EVERYONE, slug=lambda w: w.survey.ask.slug),
    row("surveys:own", EVERYONE, FORM, token=lambda w: w.survey_token),
    row("surveys:thanks", EVERYONE, token=lambda w: w.survey_token),
]

FLOWS = [
    row("flows:confirm", EVERYONE, FORM, token=lambda w: w.email_yes_token),
    row("flows:list", LEADERS, slug=seat),
    row("flows:new", LEADERS, FORM, slug=seat),
    row("flows:manage", LEADERS, slug=seat, pk=lambda w: w.flow.pk),
    row("flows:edit", LEADERS, FORM, slug=seat, pk=lambda w: w.flow.pk),
    row("flows:publication", LEADERS, POST, slug=seat, pk=lambda w: w.flow.pk),
    row("flows:retirement", LEADERS, POST, slug=seat, pk=lambda w: w.flow.pk),
    row("flows:copy", LEADERS, POST, slug=seat, pk=lambda w: w.flow.pk),
    row("flows:discard", LEADERS, POST, slug=seat, pk=lambda w: w.flow.pk),
    row("flows:lead", LEADERS, POST, slug=seat, pk=lambda w: w.flow.pk),
    row("flows:rehearsal", LEADERS, FORM, slug=seat, pk=lambda w: w.flow.pk),
    row("flows:new_step", LEADERS, FORM, slug=seat, pk=lambda w: w.flow.pk, kind="name"),
    row("flows:step", LEADERS, FORM, slug=seat, pk=lambda w: w.flow.pk, step=lambda w: w.flow.steps.get().pk),
    row("flows:place", LEADERS, POST, slug=seat, pk=lambda w: w.flow.pk, step=lambda w: w.flow.steps.get().pk),
]

# By the signed link alone, whoever opens it: it was sent to one address.
PREFERENCES = [
    row("preferences:page", EVERYONE, token=lambda w: w.preference_token),
    row("preferences:one_click", EVERYONE, FORM, token=lambda w: w.preference_token),
    row(
        "preferences:consent",
        EVERYONE,
        POST,
        token=lambda w: w.preference_token,
        point=lambda w: w.number.pk,
        channel="sms",
    ),
    row("preferences:topics", EVERYONE, POST, token=lambda w: w.preference_token, question=lambda w: w.open_topic.pk),
    row("preferences:pause", EVERYONE, POST, token=lambda w: w.preference_token),
    row("preferences:stop", EVERYONE, POST, token=lambda w: w.preference_token),
    row("preferences:objection", EVERYONE, POST, token=lambda w: w.preference_token),
    row("preferences:request", EVERYONE, POST, token=lambda w: w.preference_token),
]

# What providers post, known by its signature alone; where a provider has no settings, as here, there is nothing.
INCOMING = [
    row("incoming:inbox", LEADERS_ANYWHERE),
    row("incoming:handle", LEADERS, POST, pk=lambda w: w.inbound.pk),
    row("incoming:thread", LEADERS, pk=lambda w: w.inbound.pk),
    row("incoming:reply", LEADERS, POST, pk=lambda w: w.inbound.pk),
    row("incoming:simulator", NO_ONE, FORM),  # the demo's alone
    row("incoming:twilio_inbound", NO_ONE, POST),
    row("incoming:http_inbound", NO_ONE, POST),
    row("incoming:twilio_receipts", NO_ONE, POST),
    row("incoming:http_receipts", NO_ONE, POST),
    row("incoming:email_events", NO_ONE, POST, service=lambda _w: "postmark"),
]

TABLE = [
    *WEB,
    *ACCOUNTS,
    *CAMPAIGNS,
    *EVENTS,
    *JOINING,
    *FLOWS,
    *PREFERENCES,
    *INCOMING,
    *INSIGHT,
    *MESSAGING,
    *CALLING,
    *TEXTING,
    *EVENING,
    *BOARDS,
    *ORGANISING,
    *COMPLIANCE,
    *PEOPLE,
    *IMPORTS,
    *ALLAUTH,
]
