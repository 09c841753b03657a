"""May this letter go to this address? Asked at delivery, for letters that somebody signed up for (no marketing)."""

from __future__ import annotations

from groundswell.compliance.enums import Refusal, SuppressionScope
from groundswell.compliance.models import Suppression
from groundswell.people.models import ContactPoint, Person

CLOSES_LETTERS = (SuppressionScope.MESSAGES, SuppressionScope.ALL)


def letter_refusal(*, person: Person, address: ContactPoint) -> Refusal | None:
    """Why nothing is sent there, as the database has it now; None: it may be (rules D4, D5, M5).

    What somebody signed up for needs no consent to marketing. But an address that is closed is closed, and who
    objected or asked to be forgotten is not written to, whatever was planned before.
    """
    known = Person.objects.filter(pk=person.pk).values("erased_at", "deceased_at", "objected_at").first()
    point = ContactPoint.objects.filter(pk=address.pk).values("retired_at").first()
    if known is None or point is None or known["erased_at"] is not None:
        return Refusal.ERASED
    if known["deceased_at"] is not None:
        return Refusal.DECEASED
    if known["objected_at"] is not None:
        return Refusal.OBJECTED
    closed = Suppression.objects.filter(
        address_hash=bytes(address.address_hash), scope__in=CLOSES_LETTERS, lifted_at__isnull=True
    )
    if closed.exists():
        return Refusal.SUPPRESSED
    return Refusal.RETIRED if point["retired_at"] is not None else None
