"""What a deliver_sm is: a receipt, or a text (or a part of one). Pure but for the time passed in."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any, Final

from smpplib import consts

from groundswell.config.sms import SmppGateway
from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.providers.contract import PartOf, ReceiptOf
from groundswell.messaging.providers.smpp.parts import Piece, as_address, as_read

# Bits 2 to 5 of esm_class: a receipt of the network's; one of the telephone's own; news on the way.
_KIND: Final = 0b00111100
_RECEIPT: Final = 0b00000100
_ON_THE_WAY: Final = 0b00100000
_UDHI: Final = consts.SMPP_GSMFEAT_UDHI
# "id:... stat:... err:..." as appendix B of the protocol shows it, and as everybody writes it.
_FIELD: Final = re.compile(r"\b(id|stat|err)\s*:\s*([^\s:]+)", re.IGNORECASE)
LONGEST_ID = 128

_STATES: Final[dict[str, tuple[DeliveryState, DeliveryReason | None]]] = {
    "DELIVRD": (DeliveryState.DELIVERED, None),
    "ACCEPTD": (DeliveryState.SENT, None),
    "EXPIRED": (DeliveryState.FAILED, DeliveryReason.EXPIRED),
    "DELETED": (DeliveryState.FAILED, DeliveryReason.UNDELIVERED),
    "UNDELIV": (DeliveryState.FAILED, DeliveryReason.UNDELIVERED),
    "REJECTD": (DeliveryState.FAILED, DeliveryReason.REFUSED),
}
_WORDS: Final = {
    consts.SMPP_MESSAGE_STATE_DELIVERED: "DELIVRD",
    consts.SMPP_MESSAGE_STATE_EXPIRED: "EXPIRED",
    consts.SMPP_MESSAGE_STATE_DELETED: "DELETED",
    consts.SMPP_MESSAGE_STATE_UNDELIVERABLE: "UNDELIV",
    consts.SMPP_MESSAGE_STATE_ACCEPTED: "ACCEPTD",
    consts.SMPP_MESSAGE_STATE_REJECTED: "REJECTD",
}


def arrived(pdu: Any, gateway: SmppGateway, *, now: datetime) -> ReceiptOf | PartOf | None:
    """What has come; None for what changes nothing (a message on its way, a receipt that says nothing)."""
    esm_class = int(pdu.esm_class or 0)
    codes = bytes(pdu.short_message or b"") or bytes(pdu.message_payload or b"")
    kind = esm_class & _KIND
    if kind == _ON_THE_WAY:
        return None
    if kind == _RECEIPT:
        return _receipt(pdu, codes, gateway, now)
    return _part(pdu, codes, gateway, now, has_header=bool(esm_class & _UDHI))


def _receipt(pdu: Any, codes: bytes, gateway: SmppGateway, now: datetime) -> ReceiptOf | None:
    """By its parameters where it has them, else by its words. None without a name or with a state that means nothing."""
    said = {name.lower(): value for name, value in _FIELD.findall(codes.decode("latin-1"))}
    name = _plain(pdu.receipted_message_id) or said.get("id", "")
    word = said.get("stat", "").upper()[:7] or _WORDS.get(int(pdu.message_state or 0), "")
    if not name or len(name) > LONGEST_ID or word not in _STATES:
        return None
    if gateway.receipt_ids == "decimal" and name.isdecimal():
        name = str(int(name))
    state, reason = _STATES[word]
    error = said.get("err", "")
    problem = "" if reason is None else f"{word} {error}".strip()
    return ReceiptOf(
        event_id=f"{name}:{word}",
        provider_id=name,
        state=state,
        at=now,
        reason=reason,
        problem=problem[:300],
        our_address=as_address(pdu.destination_addr, pdu.dest_addr_ton),
        their_address=as_address(pdu.source_addr, pdu.source_addr_ton),
    )


def _part(pdu: Any, codes: bytes, gateway: SmppGateway, now: datetime, *, has_header: bool) -> PartOf:
    coding = int(pdu.data_coding or 0)
    piece = as_read(codes, data_coding=coding, has_header=has_header, alphabet=gateway.alphabet)
    number, total = int(pdu.sar_segment_seqnum or 0), int(pdu.sar_total_segments or 0)
    if piece.total == 1 and 1 <= number <= total:
        piece = Piece(piece.text, number, total, int(pdu.sar_msg_ref_num or 0))
    ours, theirs = as_address(pdu.destination_addr, pdu.dest_addr_ton), as_address(pdu.source_addr, pdu.source_addr_ton)
    known = f"{ours}|{theirs}|{coding}|{piece.number}/{piece.total}/{piece.reference}|".encode() + codes
    return PartOf(
        our_address=ours or NOBODY,
        their_address=theirs or NOBODY,
        text=piece.text,
        at=now,
        digest=hashlib.sha256(known).hexdigest(),
        number=piece.number,
        total=piece.total,
        reference=piece.reference,
    )


# Where the network leaves an address out: the text is kept all the same.
NOBODY: Final = "unknown"


def _plain(given: bytes | str | None) -> str:
    text = given.decode("latin-1") if isinstance(given, bytes) else given or ""
    return text.strip("\0 ")
