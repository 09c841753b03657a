"""What happened to one person's record: who looked, who changed what, which imports made or changed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from groundswell.people.models import Person
from groundswell.web.person.statements import ask

SHOWN = 40

WORDS: Final[Mapping[tuple[str, str], str | Promise]] = {
    ("view", "view_person"): _("looked at this page"),
    ("view", "preview_erasure"): _("looked at what erasing would do"),
    ("view", "claim_household"): _("was shown the household to call it"),
    ("view", "view_flag"): _("looked at what a caller told the organiser"),
    ("change", "flag_household"): _("told the organiser something about the household"),
    ("change", "solve_flag"): _("solved what a caller told the organiser"),
    ("change", "skip_household"): _("passed the household over"),
    ("export", "export_held_data"): _("exported what we hold"),
    ("change", "correct_name"): _("corrected the name"),
    ("change", "correct_departure"): _("put right that they have not gone"),
    ("change", "add_address"): _("added a number or email"),
    ("change", "retire_address"): _("took a number or email out of use"),
    ("change", "tag_person"): _("put on a tag"),
    ("change", "untag_person"): _("took off a tag"),
    ("create", "make_supporter"): _("signed up"),
    ("change", "sign_up"): _("signed them up for an event"),
    ("change", "withdraw_sign_up"): _("took back the sign-up for an event"),
    ("change", "change_own_details"): _("noted what they changed on their own page"),
    ("change", "sign_up_on_page"): _("noted what they typed on a sign-up page"),
    ("change", "confirm_sign_up"): _("noted that they confirmed what they typed"),
    ("create", "take_action"): _("noted that they act"),
    ("change", "take_action"): _("noted that they act again"),
    ("create", "make_links"): _("made links for them to pass on"),
    ("change", "send_again"): _("sent a letter again"),
    ("change", "add_own_number"): _("gave a number of their own"),
    ("change", "add_own_email"): _("gave an email address of their own"),
    ("change", "name_supporter"): _("told us their name"),
    ("change", "begin_flow"): _("began to answer our questions by text"),
    ("change", "move_flow"): _("took over answers given from a shared number"),
    ("view", "view_texts"): _("read their texts"),
    ("change", "reply_to_text"): _("answered their text"),
    ("view", "lease_texts"): _("was shown the name to text them"),
    ("view", "view_conversation"): _("read the conversation by text"),
    ("view", "view_review"): _("looked at conversations for an organiser"),
    ("change", "send_text"): _("texted them first"),
    ("change", "send_reply"): _("answered by text"),
    ("change", "refuse_text"): _("pressed a text that may not go"),
    ("change", "pass_over_text"): _("passed them over for a text"),
    ("change", "take_reply"): _("took over the conversation by text"),
    ("change", "give_conversation"): _("gave the conversation to a volunteer"),
    ("change", "hand_to_organiser"): _("handed the conversation to an organiser"),
    ("change", "note_answers"): _("noted answers from texts"),
    ("change", "save_conversation"): _("wrote a note on the conversation"),
    ("change", "end_conversation"): _("finished the conversation"),
    ("change", "open_conversation"): _("opened the conversation again"),
    ("change", "stop_texts"): _("closed their number to texts, as they asked"),
    ("change", "object_to_marketing"): _("recorded an objection to marketing"),
    ("change", "mark_moved"): _("noted from a call that they have moved"),
    ("change", "mark_deceased"): _("noted from a call that they have died"),
    ("change", "suppress_number"): _("closed a number, as asked on the telephone"),
    ("change", "retire_number"): _("noted that a number is not theirs"),
    ("change", "suppress"): _("closed a number or email"),
    ("change", "lift_suppression"): _("opened a number or email again"),
    ("create", "record_consent"): _("recorded a consent"),
    ("create", "record_soft_opt_in"): _("recorded a soft opt-in"),
    ("create", "withdraw_consent"): _("recorded a withdrawal of consent"),
    ("change", "pause_messages"): _("asked for a break from messages"),
    ("change", "end_pause"): _("ended the break from messages"),
    ("change", "stop_messages"): _("stopped all messages"),
    ("change", "send_number_code"): _("had a code sent to their number"),
    ("change", "confirm_number"): _("typed the code from their number: texts are agreed to"),
    ("change", "ask_to_confirm_email"): _("had a letter sent to confirm a yes to email that was texted"),
    ("change", "confirm_email"): _("confirmed a yes to email that was texted"),
    ("change", "place_supporter"): _("told us the postcode they live at"),
    ("change", "say_yes"): _("said yes on their preference page"),
    ("change", "say_no"): _("said no on their preference page"),
    ("create", "ask_for_data"): _("asked for a copy, or to be forgotten"),
    ("change", "handle_data_request"): _("saw to what they asked about their data"),
    ("view", "view_data_requests"): _("looked at what they asked about their data"),
    ("delete", "erase_person"): _("erased this person"),
    ("import", "made"): _("brought this person in"),
    ("import", "register"): _("brought an entry on the register"),
    ("import", "number"): _("brought a number"),
    ("import", "changed"): _("changed the record"),
}
ICONS: Final = {"view": "eye", "export": "download", "import": "file-input", "delete": "eraser"}


@dataclass(frozen=True)
class Event:
    """One line: when, who (or which file), and what they did."""

    at: datetime
    action: str
    verb: str
    who: str
    tag: str = ""
    # How often in a row on that day.
    times: int = 1

    @property
    def what(self) -> str:
        """What was done, in words; an action nobody put into words by its name."""
        return str(WORDS.get((self.action, self.verb), self.verb.replace("_", " ")))

    @property
    def icon(self) -> str:
        """The picture beside it."""
        return ICONS.get(self.action, "pencil")


def timeline_of(person: Person) -> list[Event]:
    """The newest SHOWN events of a person's record, newest first; one query."""
    parameters = {"person": person.pk, "household": person.household_id, "limit": SHOWN}
    return _folded([Event(*row) for row in ask("timeline", parameters)])


def _folded(events: list[Event]) -> list[Event]:
    """The same done by the same on one day, again and again, as one line with the newest time."""
    lines: list[Event] = []
    for event in events:
        last = lines[-1] if lines else None
        if last and _same(last) == _same(event):
            lines[-1] = replace(last, times=last.times + 1)
        else:
            lines.append(event)
    return lines


def _same(event: Event) -> tuple[object, ...]:
    return event.action, event.verb, event.who, event.tag, timezone.localdate(event.at)
