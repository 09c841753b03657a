"""Phone banks and their evenings, text banks, and those who lead them."""

from __future__ import annotations

from permissions.rows import FORM, LEADERS, LEADERS_ANYWHERE, POST, STAFF, TEAM, row, seat
from permissions.viewers import EVERYONE, SIGNED_IN

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
