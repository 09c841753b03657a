"""What came back: delivery status (RFC 3464) and complaints (RFC 5965), whoever wrote them. Pure, and never raises.

Which email it was is known by our signed return path alone: anything else in a report anybody could have written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from typing import Final

from groundswell.messaging.providers.contract import Back, BackOf
from groundswell.messaging.return_paths import reference_in

# Where a mail server writes the address that it delivered to, and where a complaint says what it was sent under.
ARRIVED_AT: Final = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To")
SENT_UNDER: Final = ("Original-Mail-From", "Return-Path", "X-Original-Mail-From")
_STATUS: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# Of the permanent ones those that speak of the address (RFC 3463): no such mailbox or domain, moved, switched off. A full
# mailbox, a size, a policy or a fault on the way may be gone tomorrow.
DEAD: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
# What servers say where their code says too little ("5.0.0").
DEAD_WORDS: Final = re.compile(
    r"user (is )?unknown|unknown (user|recipient)|no such (user|recipient|mailbox)|"
    r"(mailbox|recipient|address|account|user) (does not|doesn't) exist|account (is )?(disabled|closed)|"
    r"(mailbox|recipient|account|user) not found",
    re.IGNORECASE,
)
VAGUE: Final = frozenset({"5.0.0", "5.5.0"})
PROBLEM_LENGTH = 300
MOST_PARTS = 100


def report_in(raw: bytes, *, now: datetime) -> BackOf | None:
    """What a message that came back says; None when it is no report on an email of ours, or says only "not yet"."""
    try:
        return _read(message_from_bytes(raw), now)
    except Exception:  # the parser of mail raises many things at what is none; then it is none
        return None


def _read(letter: Message, now: datetime) -> BackOf | None:
    parts = list(_parts(letter))
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/feedback-report":
            return _complaint(letter, parts, part, now)
        if kind == "message/delivery-status":
            return _status(letter, part, now)
    return None


def _parts(letter: Message) -> Iterator[Message]:
    for number, part in enumerate(letter.walk()):
        if number >= MOST_PARTS:
            return
        yield part


def _status(letter: Message, part: Message, now: datetime) -> BackOf | None:
    reference = reference_in(_values(letter, ARRIVED_AT))
    if not reference:
        return None
    for block in _blocks(part):
        if _first(block, "Action").lower() != "failed":
            continue
        status, said = _code(block)
        is_dead = status in DEAD or (status in VAGUE and DEAD_WORDS.search(said) is not None)
        back = Back.DEAD if is_dead else Back.NOT_NOW
        problem = said if status in said else f"{status} {said}".strip()
        return BackOf(f"back:{reference}", back, now, reference, problem=problem[:PROBLEM_LENGTH])
    return None


def _code(block: Message) -> tuple[str, str]:
    """The enhanced status, and the server's own words. The words know better where they hold a code of their own."""
    said = " ".join(_first(block, "Diagnostic-Code").split())
    said = said.partition(";")[2].strip() or said
    own = [".".join(found) for found in _STATUS.findall(said) if found[0] == "5"]
    given = [".".join(found) for found in _STATUS.findall(_first(block, "Status"))]
    return (own or given or ["5.0.0"])[0], said


def _complaint(letter: Message, parts: list[Message], report: Message, now: datetime) -> BackOf | None:
    texts = _values(letter, ARRIVED_AT)
    fields = _blocks(report)
    if any(_first(block, "Feedback-Type").lower() in NO_COMPLAINT for block in fields):
        return None
    for block in (*fields, *parts, *(_headers_in(part) for part in parts)):
        texts += _values(block, SENT_UNDER)
    reference = reference_in(texts)
    if not reference:
        return None
    return BackOf(f"complaint:{reference}", Back.COMPLAINT, now, reference, problem="reported as spam")


NO_COMPLAINT: Final = frozenset({"not-spam", "auth-failure", "dmarc"})


def _blocks(part: Message) -> list[Message]:
    """The groups of fields that a report is made of."""
    inner = part.get_payload()
    if isinstance(inner, list):
        return [block for block in inner if isinstance(block, Message)]
    return [message_from_bytes(str(inner).encode("utf-8", "replace"))]


def _headers_in(part: Message) -> Message:
    """The original's headers, where only they were returned, as text."""
    if part.get_content_type() != "text/rfc822-headers":
        return Message()
    body = part.get_payload(decode=True)
    return message_from_bytes(body if isinstance(body, bytes) else b"")


def _values(block: Message, names: tuple[str, ...]) -> list[str]:
    return [str(value) for name in names for value in block.get_all(name, [])]


def _first(block: Message, name: str) -> str:
    return str(block.get(name, "")).strip()
