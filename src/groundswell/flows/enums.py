from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StepKind(TextChoices):
    """What one question of a flow is after. The first three write to the ledger of answers, beside those from calls."""

    CHOICE = "choice", _("one or more of several")
    VOTER_ID = "voter_id", _("voter ID")
    TEXT = "text", _("in their own words")
    NAME = "name", _("their name")
    EMAIL = "email", _("their email")
    POSTCODE = "postcode", _("their postcode")
    CONSENT = "consent", _("consent, yes or no")
    AGE = "age", _("old enough to be contacted")


# Ask one of the campaign's questions.
ANSWERED_KINDS = (StepKind.CHOICE, StepKind.VOTER_ID, StepKind.TEXT)


class RunState(TextChoices):
    """Where somebody stands in a flow. Only one run is open between two numbers."""

    OPEN = "open", _("being answered")
    DONE = "done", _("finished")
    HANDED = "handed", _("handed to a person")
    STOPPED = "stopped", _("stopped")
    LEFT = "left", _("began another one")
    EXPIRED = "expired", _("never went on")
    UNDER_AGE = "under_age", _("too young")
