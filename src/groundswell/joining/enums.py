from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LetterState(TextChoices):
    """Where the letter stands by which somebody confirms that it was they who signed up."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    # They closed this address to us, or were forgotten.
    DROPPED = "dropped", _("not allowed")
    FAILED = "failed", _("could not be sent")
    # The mail server's answer was lost: it may have gone. Who did not get it signs up once more.
    UNKNOWN = "unknown", _("perhaps sent")
