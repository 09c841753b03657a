from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EventKind(TextChoices):
    """What people do together."""

    PHONE_BANK = "phone_bank", _("phone bank")
    TEXT_BANK = "text_bank", _("text bank")
    STORM = "storm", _("storm")
    CANVASS = "canvass", _("canvass")
    MEETING = "meeting", _("meeting")


class Venue(TextChoices):
    ONLINE = "online", _("online")
    ROOM = "room", _("in a room")
    BOTH = "both", _("in a room and online")


class EventStatus(TextChoices):
    """A draft is seen by organisers only. Whether a published one is over, the clock says."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    CANCELLED = "cancelled", _("cancelled")


class NoticeKind(TextChoices):
    """The letters an event sends to whoever signed up for it."""

    CONFIRMATION = "confirmation", _("confirmation")
    DAY_BEFORE = "day_before", _("reminder, the day before")
    HOUR_BEFORE = "hour_before", _("reminder, an hour before")
    MOVED = "moved", _("change of time or place")
    PLACE = "place", _("a place came free")
    CANCELLED = "cancelled", _("cancellation")
    THANKS = "thanks", _("thanks")


class NoticeState(TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    # No longer due: the event was cancelled or moved, the person withdrew, or closed this address to us.
    DROPPED = "dropped", _("not needed any more")
    FAILED = "failed", _("could not be sent")
    # The mail server's answer was lost: it may have gone, so it is not sent again.
    UNKNOWN = "unknown", _("perhaps sent")


class NoticeReason(TextChoices):
    """Why a letter was not sent, or nobody knows whether it was."""

    SUPERSEDED = "superseded", _("a newer letter took its place")
    EVENT_CANCELLED = "event_cancelled", _("the event was cancelled")
    WITHDREW = "withdrew", _("they withdrew")
    DID_NOT_COME = "did_not_come", _("they did not come")
    TOO_LATE = "too_late", _("its time had passed before it could be sent")
    CLOSED = "closed", _("they closed this address to us")
    ERASED = "erased", _("they asked to be forgotten")
    DEAD_ADDRESS = "dead_address", _("the address is no longer in use")
    REFUSED = "refused", _("the mail server refused it")
    BOUNCED = "bounced", _("it came back undelivered")
    UNWRITABLE = "unwritable", _("it could not be written; the worker’s log says why")
    LOST = "lost", _("the mail server’s answer was lost: it may have arrived")


# What nobody need look into: the letter was not wanted any more.
REASONS_AS_MEANT = frozenset(
    {NoticeReason.SUPERSEDED, NoticeReason.EVENT_CANCELLED, NoticeReason.WITHDREW, NoticeReason.DID_NOT_COME}
)
