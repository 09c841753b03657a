"""What is known of a person's consents and suppressions, read for pages and exports."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from groundswell.compliance.enums import ConsentState
from groundswell.compliance.models import Consent, Suppression
from groundswell.people.models import Person


def hashes_of(person: Person) -> list[bytes]:
    """The keyed hashes of a person's addresses."""
    return [bytes(digest) for digest in person.contact_points.values_list("address_hash", flat=True)]


def consents_about(person: Person) -> QuerySet[Consent]:
    """Every line about a person or one of their addresses, newest first."""
    return (
        Consent.objects.filter(Q(person=person) | Q(address_hash__in=hashes_of(person)))
        .select_related("captured_by")
        .order_by("-given_at", "-id")
    )


def current_consents(person: Person) -> list[Consent]:
    """The consents that hold: the newest for each address, channel and purpose, unless a withdrawal is as new."""
    withdrawn = Consent.objects.filter(
        address_hash=OuterRef("address_hash"),
        channel=OuterRef("channel"),
        purpose=OuterRef("purpose"),
        state=ConsentState.WITHDRAWN,
        given_at__gte=OuterRef("given_at"),
    )
    held = consents_about(person).filter(~Exists(withdrawn), state=ConsentState.GIVEN)
    return list(
        held.order_by("address_hash", "channel", "purpose", "-given_at", "-id").distinct(
            "address_hash", "channel", "purpose"
        )
    )


def suppressions_of(digests: Iterable[bytes]) -> QuerySet[Suppression]:
    """Every suppression of these addresses, live ones first, lifted ones too."""
    return (
        Suppression.objects.filter(address_hash__in=list(digests))
        .select_related("created_by", "lifted_by")
        .order_by(F("lifted_at").desc(nulls_first=True), "-created_at", "-id")
    )
