"""What sign-up pages hold on a person (rules D5, D6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import Action
from groundswell.compliance.personal_data import register, rows_of
from groundswell.compliance.retention import register_category
from groundswell.joining.models import Letter, NumberCode, SignUp
from groundswell.messaging.models import Delivery
from groundswell.people.models import Person
from groundswell.people.operations.unconfirmed import let_go_of_strangers


def _unconfirmed(before: datetime) -> QuerySet[Action]:
    """What somebody typed, perhaps of somebody else, and nobody has confirmed."""
    return Action.objects.filter(sign_up__isnull=False, state=ActionState.PENDING, happened_at__lt=before)


def _delete_unconfirmed(before: datetime, limit: int) -> int:
    """And the people whom a page made of it, of whom nothing else is held."""
    oldest = list(_unconfirmed(before).order_by("happened_at", "pk").values_list("pk", "person_id")[:limit])
    Action.objects.filter(pk__in=[action for action, _person in oldest]).delete()
    let_go_of_strangers(person_ids={person for _action, person in oldest}, but={Delivery}, by=None)
    return len(oldest)


def _sign_ups(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        SignUp.objects.filter(person=person).order_by("signed_up_at", "pk"),
        "page__ask__title",
        "email__value",
        "phone__value",
        "postcode",
        "constituency__name",
        "options__label",
        "signed_up_at",
        "action__state",
    )


def _forget_sign_ups(person: Person) -> int:
    return SignUp.objects.filter(person=person).delete()[1].get(SignUp._meta.label, 0)


def _letters(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Letter.objects.filter(sign_up__person=person).order_by("due_at", "pk"),
        "sign_up__page__ask__title",
        "due_at",
        "state",
        "sent_at",
    )


def _forget_letters(person: Person) -> int:
    return Letter.objects.filter(sign_up__person=person).delete()[0]


def _codes(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        NumberCode.objects.filter(sign_up__person=person).order_by("made_at", "pk"),
        "sign_up__page__ask__title",
        "contact_point__value",
        "made_at",
        "confirmed_at",
    )


def _forget_codes(person: Person) -> int:
    return NumberCode.objects.filter(sign_up__person=person).delete()[0]


# Erasure goes from the last to the first: letters, sign-ups, the actions under these. Their age is that of the action.
register(
    "sign_ups",
    order=322,
    label=_("Pages you signed up on"),
    models=[SignUp, SignUp.options.through],
    export=_sign_ups,
    erase=_forget_sign_ups,
)
register(
    "sign_up_letters",
    order=324,
    label=_("Letters to confirm a sign-up"),
    models=[Letter],
    export=_letters,
    erase=_forget_letters,
)
register(
    "sign_up_codes",
    order=326,
    label=_("Codes to confirm your number"),
    models=[NumberCode],
    export=_codes,
    erase=_forget_codes,
)
register_category(
    "unconfirmed_sign_ups",
    label=_("Sign-ups that nobody confirmed, and people made by them"),
    figure="retention_months_unconfirmed",
    older=_unconfirmed,
    delete=_delete_unconfirmed,
    is_always=True,
)
