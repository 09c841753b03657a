from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class PhoneBankStatus(TextChoices):
    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    PAUSED = "paused", _("paused")
    CLOSED = "closed", _("closed")


class QueueState(IntegerChoices):
    """The state of a household in a queue; `ready`, `waiting` and `leased` have a partial index each."""

    READY = 0, _("ready")
    LEASED = 1, _("in a caller's hands")
    WAITING = 2, _("waiting")
    DONE = 3, _("done")
    BLOCKED = 4, _("blocked by a flag")


class OutcomeEffect(TextChoices):
    """What an outcome does, besides being recorded."""

    NONE = "none", _("nothing more")
    PERSON_MOVED = "person_moved", _("the person has moved")
    PERSON_DECEASED = "person_deceased", _("the person has died")
    NUMBER_RETIRED = "number_retired", _("the number is retired")
    NUMBER_SUPPRESSED = "number_suppressed", _("do not call again")
    PERSON_DONE = "person_done", _("this person is finished, others may be asked")


class OutcomeNext(TextChoices):
    """What becomes of the household."""

    DONE = "done", _("finished")
    RETRY = "retry", _("try again later")
    CALL_BACK = "call_back", _("call back at a time agreed")
    NEXT_NUMBER = "next_number", _("try another number or person, else finished")


class PriorityOrder(TextChoices):
    RANDOM = "random", _("mixed")
    MARGINAL_AREAS_FIRST = "areas", _("area by area")
    MOST_PEOPLE_FIRST = "people", _("largest households first")
    NEVER_CALLED_FIRST = "fresh", _("never called first")
