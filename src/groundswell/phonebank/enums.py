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


class ReckoningKind(TextChoices):
    """What the worker counts because a page may not wait for it."""

    REACH = "reach", _("how many households would be rung, and why the others would not")
    RESULTS = "results", _("what people said, by question and by area")


class HoldKind(IntegerChoices):
    """What can be in somebody's hands only once, whatever the phone bank."""

    HOUSEHOLD = 0, _("household")
    NUMBER = 1, _("number")
    PERSON = 2, _("person")


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


class ClaimStatus(TextChoices):
    """What a caller who asks for the next household gets: one, or the reason why not."""

    HOUSEHOLD = "household", _("a household")
    EMPTY = "empty", _("nobody to ring now")
    PAUSED = "paused", _("paused")
    NOT_OPEN = "not_open", _("the phone bank is not open")
    LIMIT = "limit", _("enough for one day")
    REVOKED = "revoked", _("no longer a member")


class RecordStatus(TextChoices):
    """What became of a result that a phone delivered."""

    RECORDED = "recorded", _("recorded")
    REPEATED = "repeated", _("recorded before")
    LATE = "late", _("recorded; somebody else has the household now")
    UNKNOWN = "unknown", _("this household was not in your hands")
    REVOKED = "revoked", _("no longer a member")


class DoneReason(TextChoices):
    """Why a household needs no call in this phone bank; a refusal of compliance may stand here as well."""

    CALLED = "called", _("called")
    ATTEMPTS = "attempts_used", _("called often enough")
    OUT_OF_SEGMENT = "out_of_segment", _("no longer in the list")
    REMOVED = "removed_by_organiser", _("taken out by an organiser")
    GONE = "gone", _("nobody left at the address")


class EmptyReason(TextChoices):
    """Why there is no household to claim now (fixed point 6)."""

    ALL_CALLED = "all_called", _("everybody has been called")
    OUTSIDE_HOURS = "outside_hours", _("outside calling hours")
    COOLING_DOWN = "cooling_down", _("waiting until they may be tried again")
    CALL_BACKS = "call_backs", _("call-backs agreed for later")
    IN_HANDS = "in_hands", _("in other callers' hands")
    FLAGGED = "flagged", _("waiting for an organiser")
    NOBODY_TO_CALL = "nobody_to_call", _("no number that may be called")
    NO_HOUSEHOLDS = "no_households", _("the list is empty")
