"""What a text bank's words and presses must be. Pure: no database, no HTTP, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from groundswell.messaging.sms import as_sent

# A batch stays in a volunteer's hands for so long; what is unsent then is anybody's.
LEASE = timedelta(hours=1)
# Replies are the sender's for so long; then they are offered to whoever asks.
HELD = timedelta(hours=1)
# Two text banks leave so much time between their first texts to one number.
BETWEEN_BANKS = timedelta(days=1)
# How far somebody passed over goes back: behind everybody who was not. Positions begin by lot below it.
PASS = 2**27
REPLY_LIMIT = 1600
NOTE_LIMIT = 2_000


class TextBankError(ValueError):
    """Something a text bank does not allow; the message says what is wrong and what to do."""


class NotYoursError(TextBankError):
    """The conversation is in somebody else's hands (by now)."""


def checked_reply(text: str) -> str:
    """The words of a reply as they leave. Raises TextBankError for none, too many, or a place nobody has filled in."""
    words = as_sent(text.replace("\0", "")).strip()
    if not words:
        raise TextBankError(_("Write something first."))
    if len(words) > REPLY_LIMIT:
        raise TextBankError(
            _("That is too long for a text. Keep it under %(limit)s characters.") % {"limit": REPLY_LIMIT}
        )
    if "{{" in words or "}}" in words:
        raise TextBankError(_("There are curly brackets left in your words. Write what belongs there."))
    return words


def checked_note(text: str) -> str:
    """A note as it is kept."""
    return text.replace("\0", "").strip()[:NOTE_LIMIT]


def dealt(conversations: Sequence[int], texters: Sequence[int]) -> dict[int, list[int]]:
    """Conversations dealt out one after the other, by whom they go to: the longest waiting first, shares alike."""
    found: dict[int, list[int]] = {texter: [] for texter in texters}
    for place, conversation in enumerate(conversations):
        found[texters[place % len(texters)]].append(conversation)
    return found
