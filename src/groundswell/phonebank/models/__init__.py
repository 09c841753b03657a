"""Calling: the lists to ring and their ledger, and the evenings on which people ring together."""

from groundswell.phonebank.models.bank import (
    Call,
    CallerStatus,
    Flag,
    Hold,
    Outcome,
    PhoneBank,
    PhoneBankQuerySet,
    QueueEntry,
    Skip,
    Tally,
)
from groundswell.phonebank.models.queue_build import QueueBuild
from groundswell.phonebank.models.reckoning import Reckoning
from groundswell.phonebank.models.session import Session, SessionBank, SessionCaller, SessionMessage

__all__ = [
    "Call",
    "CallerStatus",
    "Flag",
    "Hold",
    "Outcome",
    "PhoneBank",
    "PhoneBankQuerySet",
    "QueueBuild",
    "QueueEntry",
    "Reckoning",
    "Session",
    "SessionBank",
    "SessionCaller",
    "SessionMessage",
    "Skip",
    "Tally",
]
