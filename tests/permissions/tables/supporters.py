"""What supporters open, what is sent to them, and what comes back."""

from __future__ import annotations

from permissions.rows import FORM, KEEPERS, LEADERS, LEADERS_ANYWHERE, POST, STAFF, row, seat
from permissions.viewers import EVERYONE, NO_ONE, any_campaigns

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
    row("events:mine_coming_in", EVERYONE, POST, token=lambda w: w.own_token),
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
