from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CodeAnswer(TextChoices):
    """What is said to whoever types a code, or asks for one."""

    RIGHT = "right", _("Thank you: the number is yours.")
    WRONG = "wrong", _("That is not the code. Look at the newest text, and type its six figures.")
    DEAD = "dead", _("That code holds no longer. Have a new one sent.")
    SENT = "sent", _("We have sent a code to your number. Type it here.")
    JUST_SENT = "just_sent", _("A code is on its way. Give it a minute before you ask for another one.")
    ENOUGH = "enough", _("Enough codes went to this number today. Come back tomorrow.")
    NO_WAY = "no_way", _("We cannot send texts just now. Nothing else you agreed to hangs on it.")


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
