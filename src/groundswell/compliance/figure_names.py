"""What the figures of a jurisdiction pack are called on a page, with their unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIGURE_NAMES: Final[dict[str, str | Promise]] = {
    "tps_required": _("Numbers must be screened"),
    "screening_max_age_days": _("A screening counts for, in days"),
    "recorded_calls": _("Recorded calls allowed"),
    "voicemail_messages": _("Messages on answerphones allowed"),
    "predictive_dialling": _("Predictive dialling allowed"),
    "contact_hours": _("Contact hours"),
    "message_hours_email": _("Hours for emails"),
    "message_hours_sms": _("Hours for text messages"),
    "bank_holidays_closed": _("Closed on bank holidays"),
    "attempt_cap": _("Tries of a number in one phone bank"),
    "max_calls_per_day": _("Tries of a number a day, in all phone banks"),
    "minimum_contact_age": _("Youngest age to be contacted"),
    "attainment_age": _("Age that the register’s date of attainment stands for"),
    "charitable_soft_opt_in_from": _("Charities’ soft opt-in counts from"),
    "texts_confirmed_by_code": _("A number typed on a page is confirmed by a code"),
    "soft_opt_in": _("Soft opt-in allowed"),
    "register_entitled": _("Entitled to the electoral register"),
    "subject_access_days": _("Days to answer “what do you hold about me?”"),
    "retention_months_answers": _("Answers are kept for, in months"),
    "retention_months_actions": _("Sign-ups and other actions are kept for, in months"),
    "retention_months_notes": _("Notes of calls are kept for, in months"),
    "retention_months_texts": _("Texts received and our answers are kept for, in months"),
    "retention_months_imports": _("Files of imports are kept for, in months"),
    "retention_months_unconfirmed": _("Sign-ups that nobody confirmed are kept for, in months"),
    "retention_months_audit": _("The audit log is kept for, in months"),
    "retention_nightly": _("What is too old is deleted every night"),
    "two_person_messages": _("People one person alone may have a message sent to"),
    "lease_minutes": _("Minutes a household stays with a caller"),
    "households_a_day": _("Households a caller may be shown a day"),
}

# Shown so that the rule can be read whole, and not to be changed: the product has no means of doing otherwise.
FIXED_FIGURES: Final = frozenset(
    {
        "recorded_calls",
        "voicemail_messages",
        "predictive_dialling",
        "soft_opt_in",
        "charitable_soft_opt_in_from",
        "register_entitled",
        "subject_access_days",
    }
)


def figure_name(key: str) -> str:
    """A figure's name in words; its key where an owner's own pack brings one we do not know."""
    return str(FIGURE_NAMES.get(key, key.replace("_", " ")))


_PARTS: Final[dict[str, str | Promise]] = {
    # In the order in which they are shown.
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
    "": _("Elsewhere"),
}


def part_name(name: str) -> str:
    """The name of one part of a figure: a day of the week, or a nation; the empty one is for whatever is not named."""
    return str(_PARTS.get(name, name))


def in_order(names: Iterable[str]) -> list[str]:
    """The parts of a figure in the order of the week, or of the alphabet with "elsewhere" last."""
    week = list(_PARTS)
    return sorted(names, key=lambda name: (week.index(name) if name in week else 0, name))
