"""What text banks hold on a person: a place on a list, a conversation and its note (rules D5, D6, D10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.personal_data import exempt, register, rows_of
from groundswell.compliance.retention import register_category
from groundswell.people.models import Person
from groundswell.textbank.enums import ConversationState
from groundswell.textbank.models import AnswerSheet, CannedReply, Conversation, Entry, TextBank, TexterStatus


def _entries(person: Person) -> list[dict[str, Any]]:
    return rows_of(Entry.objects.filter(person=person).order_by("pk"), "text_bank__name", "state", "reason")


def _forget_entries(person: Person) -> int:
    return Entry.objects.filter(person=person).delete()[0]


def _conversations(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Conversation.objects.filter(person=person).order_by("pk"),
        "text_bank__name",
        "contact_point__value",
        "state",
        "started_at",
        "note",
        "handed_note",
    )


def _forget_conversations(person: Person) -> int:
    """That there was one is kept for the totals; with whom, and what was noted, goes."""
    theirs = Conversation.objects.filter(person=person)
    return theirs.update(
        person=None,
        contact_point=None,
        note="",
        handed_note="",
        handed_at=None,
        waiting_since=None,
        held_until=None,
        state=ConversationState.ENDED,
    )


def _noted_before(before: datetime) -> QuerySet[Conversation]:
    return Conversation.objects.filter(last_out_at__lt=before).exclude(note="")


def _delete_notes(before: datetime, limit: int) -> int:
    oldest = list(_noted_before(before).order_by("pk").values_list("pk", flat=True)[:limit])
    return Conversation.objects.filter(pk__in=oldest).update(note="")


register("text_lists", order=336, label=_("Texts planned"), models=[Entry], export=_entries, erase=_forget_entries)
register(
    "text_conversations",
    order=337,
    label=_("Conversations by text"),
    models=[Conversation],
    export=_conversations,
    erase=_forget_conversations,
)
register_category(
    "text_notes",
    label=_("Notes of conversations by text"),
    figure="retention_months_notes",
    older=_noted_before,
    delete=_delete_notes,
)
exempt(AnswerSheet, "says of a conversation that answers were noted; the answers themselves are held elsewhere")
exempt(CannedReply, "words for anybody")
exempt(TextBank, "a list and its settings")
exempt(TexterStatus, "where a volunteer stands, not whom they text")
