from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class QuestionKind(TextChoices):
    CHOICE = "choice", _("one of several")
    CHOICES = "choices", _("any of several")
    SCALE = "scale", _("a number on a scale")
    TEXT = "text", _("in their own words")


class AnswerChannel(TextChoices):
    """How an answer came. Whatever brings answers writes them to the one ledger, and says which of these it is."""

    CALL = "call", _("call")
    TEXT = "text", _("text")
    FORM = "form", _("form")


class Meaning(TextChoices):
    """The fixed master meanings. Labels drift between campaigns; these do not, so history survives renaming."""

    STRONG_SUPPORT = "strong_support", _("firm supporter")
    WEAK_SUPPORT = "weak_support", _("leaning our way")
    UNDECIDED = "undecided", _("undecided")
    WEAK_OPPOSED = "weak_opposed", _("leaning to another")
    OPPOSED = "opposed", _("firmly for another")
    WONT_SAY = "wont_say", _("will not say")
    NON_VOTER = "non_voter", _("does not vote")
    YES = "yes", _("yes")
    NO = "no", _("no")
    MAYBE = "maybe", _("perhaps")
    HAS = "has", _("has it")
    WANTS = "wants", _("wants it")
    OTHER = "other", _("other")


# What a voter-ID report counts as an identification (everything that places a voter, a refusal does not).
VOTER_ID_MEANINGS = frozenset(
    {
        Meaning.STRONG_SUPPORT,
        Meaning.WEAK_SUPPORT,
        Meaning.UNDECIDED,
        Meaning.WEAK_OPPOSED,
        Meaning.OPPOSED,
        Meaning.NON_VOTER,
    }
)


class VoterIdTemplate(TextChoices):
    """The three ready ways to ask for voting intention."""

    PARTY_CODE = "party_code", _("party code: own firm, own weak, each other party, undecided, won't say")
    PARTY_SCORES = "party_scores", _("0 to 10 for each party")
    SUPPORT_SCALE = "support_scale", _("1 to 5 for our candidate")


class AskKind(TextChoices):
    """What a page asks of a supporter."""

    SIGN_UP = "sign_up", _("sign up")
    JOIN = "join", _("join")
    VOLUNTEER = "volunteer", _("volunteer")
    SURVEY = "survey", _("answer a survey")
    ATTEND = "attend", _("come along")
    PETITION = "petition", _("sign a petition")
    LETTER = "letter", _("write a letter")
    SHARE = "share", _("share")
    DONATE = "donate", _("donate")


class ActionState(TextChoices):
    """Only a confirmed action counts. Withdrawn and rejected ones stay where they are."""

    PENDING = "pending", _("to be confirmed")
    CONFIRMED = "confirmed", _("confirmed")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ShareChannel(TextChoices):
    """Where a tracked link was passed on; the person presses send there themselves (rule S1)."""

    X = "x", "X"
    BLUESKY = "bluesky", "Bluesky"
    MASTODON = "mastodon", "Mastodon"
    FACEBOOK = "facebook", "Facebook"
    WHATSAPP = "whatsapp", "WhatsApp"
    THREADS = "threads", "Threads"
    EMAIL = "email", _("email")
    COPY = "copy", _("copied link")
    DEVICE = "device", _("share sheet")
    QR = "qr", _("QR code")
    MESSAGE = "message", _("message")


# A message has a link of its own, made when it is sent; the others are made for every ask.
OF_EVERY_ASK = tuple(channel for channel in ShareChannel if channel != ShareChannel.MESSAGE)
