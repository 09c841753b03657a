from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class TextBankStatus(TextChoices):
    """`preparing`: a worker makes its list. Closed for good: nothing of it can be opened again."""

    DRAFT = "draft", _("draft")
    PREPARING = "preparing", _("list being made")
    OPEN = "open", _("open")
    PAUSED = "paused", _("paused")
    CLOSED = "closed", _("closed")


class EntryState(IntegerChoices):
    """Where somebody on the list stands before their first text; `ready` and `leased` have a partial index each."""

    READY = 0, _("ready")
    LEASED = 1, _("in a volunteer's hands")
    SENT = 2, _("texted")
    OUT = 3, _("left out")


class OutReason(TextChoices):
    """Why somebody on the list gets no first text; a refusal of compliance may stand here as well."""

    NO_ADDRESS = "no_address", _("no number for texts")
    SHARED = "shared", _("shares a number with somebody who gets it")
    MISSING_FIELD = "missing_field", _("something it says about them is not known")
    TEXTED_LATELY = "texted_lately", _("texted by another text bank within a day")
    OUT_OF_LIST = "out_of_list", _("no longer on the list")
    REMOVED = "removed", _("taken out by a volunteer")


class ConversationState(TextChoices):
    """Whose turn it is. `waiting`: their word is the last, and a volunteer should answer."""

    QUIET = "quiet", _("no answer yet")
    WAITING = "waiting", _("waiting for an answer")
    ANSWERED = "answered", _("answered")
    REVIEW = "review", _("with an organiser")
    ENDED = "ended", _("finished")


class LeaseStatus(TextChoices):
    """What a volunteer who asks for texts to send gets: some, or the reason why not."""

    TEXTS = "texts", _("texts to send")
    EMPTY = "empty", _("nobody left to text")
    HOURS = "hours", _("outside texting hours")
    IN_HANDS = "in_hands", _("in other volunteers' hands")
    NOT_OPEN = "not_open", _("the text bank is not open")
    LIMIT = "limit", _("enough for one day")


class PressStatus(TextChoices):
    """What became of a press."""

    SENT = "sent", _("written down, and on its way")
    REPEATED = "repeated", _("pressed before")
    NOT_ALLOWED = "not_allowed", _("may not be texted")
    HOURS = "hours", _("outside texting hours")
    GONE = "gone", _("not in your hands any more")
    NOT_OPEN = "not_open", _("the text bank is not open")
