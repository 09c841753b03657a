"""How far a text bank is, who has what, and what was answered: for the volunteer's own eyes and the organiser's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from groundswell.accounts.models import User
from groundswell.campaigns.models import Answer
from groundswell.compliance.enums import MessageRefusal
from groundswell.messaging.enums import DeliveryReason
from groundswell.messaging.models import Delivery
from groundswell.textbank.enums import ConversationState, EntryState, OutReason
from groundswell.textbank.models import AnswerSheet, Conversation, Entry, TextBank, TexterStatus
from groundswell.textbank.operations.sweeping import offered_again


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """A volunteer in a text bank: unsent in hand of how many, replies that wait, and replies that anybody may take."""

    left: int
    batch: int
    waiting: int
    offered: int
    today: int

    @property
    def sent(self) -> int:
        """Of the batch in hand."""
        return max(self.batch - self.left, 0)

    @property
    def share(self) -> int:
        """The same in per cent."""
        return round(100 * self.sent / self.batch) if self.batch else 0


def standing_of(bank: TextBank, *, texter_id: int, now: datetime) -> OwnStanding:
    """Four small queries."""
    status = TexterStatus.objects.filter(text_bank=bank, texter=texter_id).first()
    left = Entry.objects.filter(text_bank=bank, leased_by=texter_id, state=EntryState.LEASED).count()
    waiting = Conversation.objects.filter(text_bank=bank, texter=texter_id, state=ConversationState.WAITING)
    return OwnStanding(
        left=left,
        batch=max(status.batch if status else 0, left),
        waiting=waiting.count(),
        offered=offered_again(bank, now=now).exclude(texter=texter_id).count(),
        today=status.texts_today if status else 0,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the people of a text bank stand. `sent` are first texts that were pressed, whatever became of them."""

    entries: dict[int, int]
    left_out: dict[str, int]
    conversations: dict[str, int]
    deliveries: dict[str, int]
    failed: dict[str, int]
    replied: int
    late: int

    @property
    def ready(self) -> int:
        return self.entries.get(EntryState.READY, 0)

    @property
    def in_hands(self) -> int:
        return self.entries.get(EntryState.LEASED, 0)

    @property
    def sent(self) -> int:
        return self.entries.get(EntryState.SENT, 0)

    @property
    def to_text(self) -> int:
        """Everybody who gets a first text, or has got one."""
        return self.ready + self.in_hands + self.sent

    @property
    def waiting(self) -> int:
        return self.conversations.get(ConversationState.WAITING, 0)

    @property
    def review(self) -> int:
        return self.conversations.get(ConversationState.REVIEW, 0)

    @property
    def reply_share(self) -> int:
        """Of those texted, in per cent."""
        return round(100 * self.replied / self.sent) if self.sent else 0

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of one bar."""
        return [
            {"label": _("replied"), "value": self.replied, "tone": "own"},
            {"label": _("texted, no answer yet"), "value": self.sent - self.replied, "tone": "own-lean"},
            {"label": _("in volunteers’ hands"), "value": self.in_hands, "tone": "open"},
            {"label": _("ready"), "value": self.ready, "tone": "soft"},
        ]

    @property
    def out_rows(self) -> list[dict[str, Any]]:
        """Who gets none and why, the most frequent reason first."""
        rows = [{"label": label_of(reason), "count": count} for reason, count in self.left_out.items()]
        return sorted(rows, key=lambda row: (-int(str(row["count"])), str(row["label"])))

    @property
    def failed_rows(self) -> list[dict[str, Any]]:
        """What was pressed and did not arrive, by reason."""
        return [{"label": DeliveryReason(reason).label, "count": count} for reason, count in self.failed.items()]


def label_of(reason: str) -> str | Promise:
    """A reason in words: the list's own, or compliance's."""
    if reason in OutReason.values:
        return OutReason(reason).label
    return MessageRefusal(reason).label if reason in MessageRefusal.values else reason


def standing(bank: TextBank, *, now: datetime) -> Standing:
    """Five queries."""
    entries: dict[int, int] = {}
    left_out: dict[str, int] = {}
    rows = Entry.objects.filter(text_bank=bank).values_list("state", "reason").annotate(n=Count("pk")).order_by()
    for state, reason, count in rows:
        entries[state] = entries.get(state, 0) + count
        if state == EntryState.OUT:
            left_out[reason] = count
    deliveries: dict[str, int] = {}
    failed: dict[str, int] = {}
    sent = Delivery.objects.filter(message=bank.message_id).values_list("state", "reason")
    for state, reason, count in sent.annotate(n=Count("pk")).order_by():
        deliveries[state] = deliveries.get(state, 0) + count
        if reason:
            failed[reason] = failed.get(reason, 0) + count
    theirs = Conversation.objects.filter(text_bank=bank)
    return Standing(
        entries=entries,
        left_out=left_out,
        conversations=dict(theirs.values_list("state").annotate(n=Count("pk")).order_by()),
        deliveries=deliveries,
        failed=failed,
        replied=theirs.filter(last_in_at__isnull=False).count(),
        late=offered_again(bank, now=now).count(),
    )


@dataclass(frozen=True, slots=True)
class Texter:
    """A volunteer of a text bank, and what they have."""

    user: User
    last_seen_at: datetime
    in_hand: int
    sent: int
    replied: int
    waiting: int
    review: int


def texters_of(bank: TextBank) -> list[Texter]:
    """Everybody who was there, the latest first; three queries."""
    held = dict(
        Entry.objects.filter(text_bank=bank, state=EntryState.LEASED)
        .values_list("leased_by")
        .annotate(n=Count("pk"))
        .order_by()
    )
    theirs = {
        row["texter"]: row
        for row in Conversation.objects.filter(text_bank=bank)
        .values("texter")
        .annotate(
            sent=Count("pk"),
            replied=Count("pk", filter=Q(last_in_at__isnull=False)),
            waiting=Count("pk", filter=Q(state=ConversationState.WAITING)),
            review=Count("pk", filter=Q(state=ConversationState.REVIEW)),
        )
        .order_by()
    }
    nothing = {"sent": 0, "replied": 0, "waiting": 0, "review": 0}
    statuses = TexterStatus.objects.filter(text_bank=bank).select_related("texter").order_by("-last_seen_at", "pk")
    found = []
    for status in statuses:
        row = theirs.get(status.texter_id, nothing)
        counts = {name: int(row[name]) for name in nothing}
        found.append(Texter(status.texter, status.last_seen_at, held.get(status.texter_id, 0), **counts))
    return found


def said(bank: TextBank) -> list[dict[str, Any]]:
    """What was answered in this text bank, by question; of everybody their newest answer. For the picture of results."""
    sheets = AnswerSheet.objects.filter(conversation__text_bank=bank).values("client_uuid")
    newest = (
        Answer.objects.filter(source_uuid__in=sheets, withdrawn_at__isnull=True)
        .select_related("question", "option")
        .order_by("person", "question", "-answered_at", "-pk")
    )
    seen: dict[tuple[int, int], Any] = {}
    groups: dict[int, dict[str, Any]] = {}
    for answer in newest:
        key = (answer.person_id, answer.question_id)
        # Several options of one source stand together; an older source does not count any more.
        if seen.setdefault(key, answer.source_uuid) != answer.source_uuid:
            continue
        group = groups.setdefault(answer.question_id, {"question": answer.question, "people": set(), "counts": {}})
        label = str(answer.option or (answer.number if answer.number is not None else _("in their own words")))
        group["people"].add(answer.person_id)
        group["counts"][label] = group["counts"].get(label, 0) + 1
    return [
        {
            "question": group["question"],
            "people": len(group["people"]),
            "rows": [
                {"label": label, "value": count}
                for label, count in sorted(group["counts"].items(), key=lambda row: (-row[1], row[0]))
            ],
        }
        for _pk, group in sorted(groups.items())
    ]
