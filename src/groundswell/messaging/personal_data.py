"""What the outbox holds on a person: what was written to them, what came of it, and what they wrote (rules D5, D6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.personal_data import exempt, register, rows_of
from groundswell.compliance.retention import register_category
from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.models import Delivery, Inbound, InboundPart, Line, Message, Receipt, SimulatedText
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, Person, PersonContact


def _deliveries(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Delivery.objects.filter(person=person).order_by("created_at", "pk"),
        "message__name",
        "message__channel",
        "message__subject",
        "contact_point__value",
        "body",
        "state",
        "reason",
        "created_at",
        "sent_at",
    )


def _forget_deliveries(person: Person) -> int:
    """What has not left, stays. That something was sent is kept, without to whom or which words: totals must hold."""
    theirs = Delivery.objects.filter(person=person)
    theirs.filter(state__in=[DeliveryState.PENDING, DeliveryState.HELD]).update(
        state=DeliveryState.SUPPRESSED, reason=DeliveryReason.ERASED
    )
    return theirs.update(person=None, contact_point=None, body="", problem="")


def _receipts(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Receipt.objects.filter(delivery__person=person).order_by("at", "pk"),
        "delivery__message__name",
        "state",
        "problem",
        "at",
    )


def _forget_receipts(person: Person) -> int:
    unfound = Q()
    for address in person.contact_points.values_list("value", flat=True):
        unfound |= Q(between__endswith=f">{address}")
    theirs = Q(delivery__person=person) | (Q(delivery__isnull=True) & unfound if unfound else Q())
    return Receipt.objects.filter(theirs).delete()[0]


def _written_by(person: Person) -> QuerySet[Inbound]:
    """All that came from their addresses, also before we knew whose they are."""
    addresses = person.contact_points.values("value")
    return Inbound.objects.filter(Q(contact_point__people=person) | Q(their_address__in=addresses)).distinct()


def _inbound(person: Person) -> list[dict[str, Any]]:
    parts = InboundPart.objects.filter(their_address__in=person.contact_points.values("value"))
    return [
        *rows_of(
            _written_by(person).order_by("at", "pk"), "channel", "their_address", "our_address", "text", "at", "route"
        ),
        *rows_of(parts.order_by("at", "pk"), "their_address", "our_address", "text", "at"),
    ]


def _forget_inbound(person: Person) -> int:
    """Who of those that share an address wrote it, nobody can tell."""
    parts = InboundPart.objects.filter(their_address__in=person.contact_points.values("value"))
    whole = Inbound.objects.filter(pk__in=list(_written_by(person).values_list("pk", flat=True)))
    return int(parts.delete()[0] + whole.delete()[0])


def _simulated(person: Person) -> list[dict[str, Any]]:
    return rows_of(_simulated_to(person).order_by("at", "pk"), "our_address", "their_address", "text", "at")


def _forget_simulated(person: Person) -> int:
    return _simulated_to(person).delete()[0]


def _simulated_to(person: Person) -> QuerySet[SimulatedText]:
    return SimulatedText.objects.filter(their_address__in=person.contact_points.values("value"))


# Erasure goes from the last to the first: receipts, the deliveries they are about.
register(
    "deliveries",
    order=340,
    label=_("Messages we sent you"),
    models=[Delivery],
    export=_deliveries,
    erase=_forget_deliveries,
)
register(
    "receipts",
    order=345,
    label=_("What became of those messages"),
    models=[Receipt],
    export=_receipts,
    erase=_forget_receipts,
)
register(
    "inbound",
    order=350,
    label=_("Messages you sent us"),
    models=[Inbound, InboundPart],
    export=_inbound,
    erase=_forget_inbound,
)
register(
    "simulated_texts",
    order=355,
    label=_("Texts the demo would have sent you"),
    models=[SimulatedText],
    export=_simulated,
    erase=_forget_simulated,
)


def _old_texts(before: datetime) -> list[QuerySet[Any]]:
    """What they wrote, what we answered in words of its own, what the demo showed, and the numbers of strangers."""
    strangers = ContactPoint.objects.filter(
        ~Exists(PersonContact.objects.filter(contact_point=OuterRef("pk"))),
        ~Exists(Inbound.objects.filter(contact_point=OuterRef("pk"), received_at__gte=before)),
        ~Exists(Delivery.objects.filter(contact_point=OuterRef("pk"), created_at__gte=before)),
        Q(inbound__isnull=False),
        kind=ContactKind.PHONE,
    )
    return [
        strangers,
        Inbound.objects.filter(received_at__lt=before),
        SimulatedText.objects.filter(at__lt=before),
        Delivery.objects.filter(created_at__lt=before).exclude(body=""),
    ]


def _all_old_texts(before: datetime) -> QuerySet[Any, Any]:
    first, *others = (rows.order_by().values_list("pk").distinct() for rows in _old_texts(before))
    return first.union(*others, all=True)


def _delete_old_texts(before: datetime, limit: int) -> int:
    gone = 0
    for rows in _old_texts(before):
        oldest = list(rows.order_by("pk").values_list("pk", flat=True).distinct()[: limit - gone])
        gone += len(oldest)
        chosen = rows.model._default_manager.filter(pk__in=oldest)
        if rows.model is Delivery:
            # That something was sent is kept, as of erasure: totals must hold.
            chosen.update(body="", problem="")
        else:
            chosen.delete()
    return gone


register_category(
    "texts",
    label=_("Texts received, and our answers"),
    figure="retention_months_texts",
    older=_all_old_texts,
    delete=_delete_old_texts,
)

exempt(Message, "what is said to many; its tracked link is the message's own, of no person")
exempt(Line, "who listens at which way in, and how it is; of no person")
