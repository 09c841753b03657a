"""Texting person to person: text banks, their lists, and the conversations that come of them."""

from groundswell.textbank.models.bank import CannedReply, Entry, TextBank, TexterStatus
from groundswell.textbank.models.conversation import AnswerSheet, Conversation

__all__ = ["AnswerSheet", "CannedReply", "Conversation", "Entry", "TextBank", "TexterStatus"]
