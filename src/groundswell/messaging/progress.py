"""How far a message is: what became of each delivery, and what people did after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import Action, Campaign, Visit
from groundswell.messaging.enums import UNREACHED_STATES, DeliveryReason, DeliveryState, MessageKind
from groundswell.messaging.models import Delivery, Message
from groundswell.messaging.open_hours import asleep_of


@dataclass(frozen=True, slots=True)
class Progress:
    """Numbers of people, `visits` apart: one person may open a link twice, and a scanner's look is not counted."""

    by_state: dict[str, int]
    by_reason: dict[str, int]
    visits: int
    acted: int
    # Of those not handed over: who sleeps now, or has a Sunday, and when the first of them may get it (rule M9).
    asleep: int = 0
    opens_at: datetime | None = None

    @property
    def queued(self) -> int:
        """Not handed over yet."""
        return self._of(DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.LEASED)

    @property
    def held(self) -> int:
        """Of those, the ones that a provider put off."""
        return self._of(DeliveryState.HELD)

    @property
    def sent(self) -> int:
        """Handed over, whatever became of it; not those of whom nobody knows."""
        return self._of(DeliveryState.SENT, DeliveryState.DELIVERED) + self.bounced

    @property
    def delivered(self) -> int:
        """Of those, the ones that a provider says arrived."""
        return self._of(DeliveryState.DELIVERED)

    @property
    def bounced(self) -> int:
        """Handed over and come back."""
        after = (DeliveryReason.BOUNCED, DeliveryReason.UNDELIVERED, DeliveryReason.EXPIRED)
        return sum(self.by_reason.get(reason, 0) for reason in after)

    @property
    def unknown(self) -> int:
        """Perhaps handed over: the answer was lost, and it is not sent again by itself."""
        return self._of(DeliveryState.UNKNOWN)

    @property
    def unreached(self) -> int:
        """Everybody who did not get it, as far as is known; not those for whom it was not meant any more."""
        return self._of(*UNREACHED_STATES) - self.by_reason.get(DeliveryReason.NOT_NEEDED, 0)

    @property
    def meant(self) -> int:
        """Everybody on the list."""
        return sum(self.by_state.values())

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of one bar: of everybody whom it goes to. Who may not be written to has a list of their own."""
        delivered = self.delivered
        sent = self._of(DeliveryState.SENT)
        return [
            {"label": DeliveryState.DELIVERED.label, "value": delivered, "tone": "own"},
            {"label": DeliveryState.SENT.label, "value": sent, "tone": "own-lean"},
            {"label": DeliveryState.PENDING.label, "value": self.queued - self.held - self.asleep, "tone": "soft"},
            {"label": _("held for better hours"), "value": self.asleep, "tone": "open"},
            {"label": DeliveryState.HELD.label, "value": self.held, "tone": "none"},
            {"label": DeliveryState.FAILED.label, "value": self._of(DeliveryState.FAILED), "tone": "warn"},
            {"label": DeliveryState.UNKNOWN.label, "value": self.unknown, "tone": "rest"},
        ]

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """Why people did not get it, the most frequent reason first."""
        return reason_rows(self.by_reason)

    def _of(self, *states: DeliveryState) -> int:
        return sum(self.by_state.get(state, 0) for state in states)


def reason_rows(by_reason: dict[str, int]) -> list[dict[str, Any]]:
    """Reasons by their names, the most frequent first."""
    rows = [
        {"label": DeliveryReason(reason).label, "count": count}
        for reason, count in by_reason.items()
        if reason != DeliveryReason.NOT_NEEDED
    ]
    return sorted(rows, key=lambda row: (-int(str(row["count"])), str(row["label"])))


@dataclass(frozen=True, slots=True)
class Standing:
    """A message and how it stands."""

    message: Message
    progress: Progress


def progress_of(message: Message, *, now: datetime) -> Progress:
    """Some few queries, however many it goes to."""
    by_state: dict[str, int] = {}
    by_reason: dict[str, int] = {}
    for state, reason, count in message.deliveries.values_list("state", "reason").annotate(n=Count("pk")).order_by():
        by_state[state] = by_state.get(state, 0) + count
        if reason:
            by_reason[reason] = by_reason.get(reason, 0) + count
    links = [link for link in (message.link_id, message.link_b_id) if link]
    asleep, opens_at = asleep_of(message, now=now)
    confirmed = Action.objects.filter(source__in=links, state=ActionState.CONFIRMED)
    return Progress(
        by_state=by_state,
        by_reason=by_reason,
        visits=Visit.objects.filter(link__in=links, is_automatic=False).count() if links else 0,
        acted=confirmed.values("person").distinct().count() if links else 0,
        asleep=asleep,
        opens_at=opens_at,
    )


def letters_of(campaign: Campaign, *, now: datetime) -> list[Standing]:
    """The letters that a campaign's pages and events have caused, and how they stand; one line for each sender of theirs."""
    found = Message.objects.filter(campaign=campaign, kind=MessageKind.LETTER).order_by("pk")
    return [Standing(message, progress_of(message, now=now)) for message in found]


def unreached(message: Message) -> QuerySet[Delivery]:
    """The deliveries that reached nobody, or of which nobody knows, with whom they were for."""
    return _unreached(message).select_related("person", "contact_point").order_by("reason", "pk")


def unreached_by_reason(message: Message) -> dict[str, int]:
    """How many of them, for each reason; by an index that holds nobody else."""
    return dict(_unreached(message).values_list("reason").annotate(n=Count("pk")).order_by())


def unreached_from(message: Message, place: int, most: int) -> list[Delivery]:
    """So many from this place of the list on; those before are passed over in the index, without a look at who they are."""
    keys = unreached(message).values_list("pk", flat=True)[place : place + most]
    return list(unreached(message).filter(pk__in=list(keys)))


def _unreached(message: Message) -> QuerySet[Delivery]:
    return message.deliveries.filter(state__in=UNREACHED_STATES).exclude(reason=DeliveryReason.NOT_NEEDED)


def unreached_rows(message: Message) -> Iterator[list[str]]:
    """The same as a table with its heading, one row at a time."""
    yield ["Name", "Address", "State", "Reason", "What the provider said"]
    for delivery in unreached(message).iterator(chunk_size=2000):
        yield [
            name_of(delivery),
            delivery.contact_point.value if delivery.contact_point else "",
            str(delivery.get_state_display()),
            str(delivery.get_reason_display()),
            delivery.problem,
        ]


def name_of(delivery: Delivery) -> str:
    """Whom it was for; empty once they are forgotten."""
    person = delivery.person
    return f"{person.given_names} {person.family_name}".strip() if person is not None else ""
