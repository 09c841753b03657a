"""Forms of the room: the organiser's, and those of the public pages."""

from groundswell.events.forms.organiser import CancelForm, EventForm, MoveForm, WeeksForm
from groundswell.events.forms.public import LetterForm, OwnDetailsForm, SignUpForm

__all__ = ["CancelForm", "EventForm", "LetterForm", "MoveForm", "OwnDetailsForm", "SignUpForm", "WeeksForm"]
