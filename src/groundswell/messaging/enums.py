from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.enums import Channel

# What the outbox carries.
CHANNELS = (Channel.EMAIL, Channel.SMS)


class MessageKind(TextChoices):
    """Who sets it off: an organiser to many, an answer of a keyword flow, a volunteer's press, a word that was texted, or
    (`letter`) what somebody signed up for.
    """

    BROADCAST = "broadcast", _("broadcast")
    FLOW = "flow", _("keyword flow")
    TEXT_BANK = "text_bank", _("text bank")
    REPLY = "reply", _("reply")
    NOTICE = "notice", _("notice")
    STOPPED = "stopped", _("confirmation of a stop")
    CODE = "code", _("code to confirm a number")
    LETTER = "letter", _("letter")


# Go at any hour and need no consent to campaigning: the person has just asked for them. What else is against an address
# (suppressed, objected, erased) stands, except that a stop may be confirmed, once, to whom it closed.
ASKED_FOR_KINDS = (
    MessageKind.FLOW,
    MessageKind.REPLY,
    MessageKind.NOTICE,
    MessageKind.STOPPED,
    MessageKind.CODE,
    MessageKind.LETTER,
)


# A confirmation of a stop and answers to what was texted also go to a number that is nobody's we know.
TO_STRANGERS_TOO = (MessageKind.NOTICE, MessageKind.STOPPED, MessageKind.REPLY)


class MessageStatus(TextChoices):
    DRAFT = "draft", _("draft")
    WAITING = "waiting", _("waiting for approval")
    PREPARING = "preparing", _("being prepared")
    SENDING = "sending", _("sending")
    PAUSED = "paused", _("paused")
    CANCELLED = "cancelled", _("cancelled")
    DONE = "done", _("done")


class WinsBy(TextChoices):
    """By what the better of two subjects is told."""

    CLICKS = "clicks", _("whose link is opened more often")
    ACTIONS = "actions", _("after which more people act")
    HAND = "hand", _("I choose it myself")


class DeliveryState(TextChoices):
    """Where one message to one address stands. From `leased` on it may have left; `unknown` is not sent again by itself."""

    PENDING = "pending", _("waiting")
    HELD = "held", _("put off by the provider")
    LEASED = "leased", _("being sent")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")
    SUPPRESSED = "suppressed", _("not allowed")
    SKIPPED = "skipped", _("skipped")
    UNKNOWN = "unknown", _("not known")


# May still leave.
OPEN_STATES = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.LEASED)
# Did not reach anybody, or nobody knows: each says why.
UNREACHED_STATES = (
    DeliveryState.FAILED,
    DeliveryState.SUPPRESSED,
    DeliveryState.SKIPPED,
    DeliveryState.UNKNOWN,
)


class DeliveryReason(TextChoices):
    """Why somebody did not get it. The first ones are compliance's (`MessageRefusal`), the others the outbox's own."""

    ERASED = "erased", _("erased")
    ANONYMOUS = "anonymous", _("anonymous entry")
    UNDER_AGE = "under_age", _("under 16")
    DECEASED = "deceased", _("deceased")
    OBJECTED = "objected", _("objected to marketing")
    SUPPRESSED = "suppressed", _("asked not to be messaged")
    PAUSED = "paused", _("asked for a break")
    RETIRED = "retired", _("address no longer in use")
    NO_CONSENT = "no_consent", _("no consent for this channel and address")
    NO_ADDRESS = "no_address", _("no address for this channel")
    SHARED = "shared", _("shares an address with somebody who gets it")
    CANCELLED = "cancelled", _("the message was cancelled")
    TOO_LATE = "too_late", _("its time had passed")
    NOT_NEEDED = "not_needed", _("not needed any more")
    MISSING_FIELD = "missing_field", _("something it says about them is not known")
    UNWRITABLE = "unwritable", _("the message could not be written")
    REFUSED = "refused", _("refused by the provider")
    BOUNCED = "bounced", _("bounced")
    UNDELIVERED = "undelivered", _("the network could not deliver it")
    EXPIRED = "expired", _("the network gave up within the hours allowed")
    LOST = "lost", _("the provider's answer was lost")


class InboundRoute(TextChoices):
    """Where an incoming message went. Nothing is lost: what nothing else claims waits in the inbox."""

    STOP = "stop", _("stop")
    HELP = "help", _("help")
    CONVERSATION = "conversation", _("conversation")
    FLOW = "flow", _("keyword flow")
    INBOX = "inbox", _("inbox")
