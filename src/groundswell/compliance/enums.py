from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    CALL = "call", _("telephone calls")
    VOICEMAIL = "voicemail", _("voicemail messages")
    SMS = "sms", _("text messages")
    EMAIL = "email", _("email")
    POST = "post", _("post")


class ConsentState(TextChoices):
    """What a line of the ledger says. A soft opt-in is no consent: a charity was given an address and told that it would
    write, and nobody said no (rule M3). A withdrawal ends both.
    """

    GIVEN = "given", _("given")
    WITHDRAWN = "withdrawn", _("withdrawn")
    SOFT = "soft_opt_in", _("soft opt-in, no consent")


# What lets us write, where the rest of the rules does, and can be taken back.
HOLDING_STATES = (ConsentState.GIVEN, ConsentState.SOFT)


class SuppressionScope(TextChoices):
    """What is closed: calls only, messages only, or everything."""

    CALLS = "calls", _("calls")
    MESSAGES = "messages", _("messages")
    ALL = "all", _("everything")


class SuppressionReason(TextChoices):
    ASKED = "asked", _("asked not to be contacted")
    OBJECTED = "objected", _("objected to marketing")
    IMPORTED = "imported", _("on an imported do-not-call list")
    ERASED = "erased", _("erased on request")
    ORGANISATION = "organisation", _("closed by the organisation")


# Who asked for these is never asked again, so nobody may open them again either (D4, D5).
FINAL_REASONS = frozenset({SuppressionReason.OBJECTED, SuppressionReason.ERASED})


class ScreeningList(TextChoices):
    TPS = "tps", _("Telephone Preference Service")
    CTPS = "ctps", _("Corporate Telephone Preference Service")


class Refusal(TextChoices):
    """Why a number may not be called now: the answer of the one definition, in the order it is asked."""

    NO_NUMBER = "no_number", _("no number")
    ERASED = "erased", _("erased")
    ANONYMOUS = "anonymous", _("anonymous entry")
    REMOVED = "removed", _("no longer on the register")
    UNDER_AGE = "under_age", _("under 16")
    DECEASED = "deceased", _("deceased")
    MOVED = "moved", _("moved away")
    OBJECTED = "objected", _("objected to marketing")
    SUPPRESSED = "suppressed", _("asked not to be called")
    RETIRED = "retired", _("number no longer in use")
    TPS = "tps", _("on the telephone preference service")
    SCREENING_OLD = "screening_old", _("screening too old")
    CALLED_TODAY = "called_today", _("already called today")
    ATTEMPTS_USED = "attempts_used", _("called often enough")


class MessageRefusal(TextChoices):
    """Why nothing may be written to an address by a channel: the answer of the one definition, in the order it is asked."""

    ERASED = "erased", _("erased")
    ANONYMOUS = "anonymous", _("anonymous entry")
    UNDER_AGE = "under_age", _("under 16")
    DECEASED = "deceased", _("deceased")
    OBJECTED = "objected", _("objected to marketing")
    SUPPRESSED = "suppressed", _("asked not to be messaged")
    PAUSED = "paused", _("asked for a break")
    RETIRED = "retired", _("address no longer in use")
    NO_CONSENT = "no_consent", _("no consent for this channel and address")


class DataRequestKind(TextChoices):
    """What a person may ask for about what is held on them."""

    COPY = "copy", _("a copy")
    ERASURE = "erasure", _("erasure")
