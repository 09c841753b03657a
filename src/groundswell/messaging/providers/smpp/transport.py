"""Handing texts over: many under way at once, each answered for by itself, slower where the gateway says so."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any, Final

from django.conf import settings
from smpplib import consts

from groundswell.config.sms import SmppGateway
from groundswell.messaging.providers.contract import Handed, Outcome, Outgoing, Provider
from groundswell.messaging.providers.over_http import seconds_left
from groundswell.messaging.providers.smpp.bind import PATIENCE, Bind, BindError
from groundswell.messaging.providers.smpp.parts import Wire, address_fields, as_wired, reference_in, validity

log = logging.getLogger(__name__)

LONGEST_VALIDITY = 24 * 3600
# Seconds that one batch may lose to "not so fast"; longer, and it is for later.
MOST_WAITING = 10.0
PROBLEM_LENGTH = 300
PAUSES: Final = (0.25, 0.5, 1.0, 2.0)
# Not so fast: nothing is wrong with the text.
TOO_FAST: Final = frozenset({consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL})
# Nothing is wrong with the text either: the gateway, or our account there, is not up to it now.
NOT_NOW: Final = frozenset(
    {
        consts.SMPP_ESME_RSYSERR,
        consts.SMPP_ESME_RINVBNDSTS,
        consts.SMPP_ESME_RX_T_APPN,
        consts.SMPP_ESME_RSUBMITFAIL,
    }
)


@dataclass
class _Text:
    """A text on its way. `outcome` is set as soon as something is against it, or nobody knows."""

    outgoing: Outgoing
    parts: int = 0
    taken: int = 0
    provider_id: str = ""
    outcome: Outcome | None = None
    problem: str = ""

    def answer(self, problem: str) -> Handed:
        """What is known in the end; `problem` is why the rest was not handed over."""
        number = self.outgoing.delivery_id
        if self.outcome is None and self.taken == self.parts:
            return Handed(number, Outcome.TAKEN, self.provider_id)
        outcome, said = self.outcome or Outcome.LATER, (self.problem or problem)[:PROBLEM_LENGTH]
        if self.taken:
            # Some of it is gone: as a whole it must not go again, and nobody knows what the telephone shows.
            return Handed(number, Outcome.UNKNOWN, self.provider_id, f"{self.taken} of {self.parts} parts: {said}")
        return Handed(number, outcome, problem=said)


@dataclass(frozen=True, slots=True)
class _Part:
    text: _Text
    number: int
    wire: Wire


class SmppProvider:
    """A gateway by SMPP. It binds when something is to be sent, and says goodbye when it is closed."""

    name = "smpp"

    def __init__(self, gateway: SmppGateway, *, patience: float = PATIENCE) -> None:
        self._gateway, self._patience = gateway, patience
        self.in_hand = gateway.window
        self._bind: Bind | None = None
        self._waiting: deque[_Part] = deque()
        self._under_way: dict[int, _Part] = {}
        self._is_too_fast = False

    def send(self, batch: Sequence[Outgoing]) -> list[Handed]:
        """Hand over each. What the gateway has not taken for certain is LATER, what nobody knows UNKNOWN."""
        texts = [self._prepared(each) for each in batch]
        problem = "too fast for the gateway"
        for _attempt in range(2):  # a bind that is gone is made anew, once a batch
            try:
                self._work()
                break
            except BindError as error:
                problem = str(error)
                log.warning("smpp: %s", problem)
                self._lose(problem)
        self._waiting.clear()
        return [text.answer(problem) for text in texts]

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        bind, self._bind = self._bind, None
        if bind is not None:
            bind.close()

    def _prepared(self, each: Outgoing) -> _Text:
        text = _Text(each)
        if each.valid_until is not None and each.valid_until <= datetime.now(UTC):
            text.outcome, text.problem = Outcome.LATER, "too late to be handed over"
            return text
        try:
            wires = as_wired(each.text, reference=reference_in(each), alphabet=self._gateway.alphabet)
        except ValueError as problem:
            text.outcome, text.problem = Outcome.REFUSED, str(problem)
            return text
        text.parts = len(wires)
        self._waiting.extend(_Part(text, number, wire) for number, wire in enumerate(wires, start=1))
        return text

    def _work(self) -> None:
        """Until nothing waits and nothing is under way, or it has been too fast for too long. Raises BindError."""
        lost, pauses = 0.0, iter(PAUSES)
        self._is_too_fast = False
        while self._waiting or self._under_way:
            while self._waiting and not self._is_too_fast and len(self._under_way) < self._gateway.window:
                self._submit(self._waiting.popleft())
            if self._under_way:
                self._hear_some()
            elif self._is_too_fast:
                if lost >= MOST_WAITING:
                    return
                pause = next(pauses, PAUSES[-1])
                sleep(pause)
                lost, self._is_too_fast = lost + pause, False

    def _open(self) -> Bind:
        if self._bind is None:
            self._bind = Bind(self._gateway, "transmitter", patience=self._patience)
            self._bind.client.set_message_sent_handler(self._hear)
            self._bind.client.set_error_pdu_handler(self._hear_refusal)
        return self._bind

    def _submit(self, part: _Part) -> None:
        if part.text.outcome is not None:
            return
        try:
            bind = self._open()
        except BindError:
            self._waiting.appendleft(part)
            raise
        try:
            number = bind.send("submit_sm", **fields_of(part.text.outgoing, part.wire, is_last=_is_last(part)))
        except BindError as problem:
            part.text.outcome, part.text.problem = Outcome.UNKNOWN, str(problem)
            raise
        self._under_way[number] = part

    def _hear_some(self) -> None:
        """Every text that is under way has its answer within our patience of the last that came."""
        silent_since = monotonic()
        while not self._open().read(within=min(self._patience, 1.0)):
            if monotonic() - silent_since >= self._patience:
                raise BindError("the gateway gave no answer")

    def _hear(self, *, pdu: Any) -> None:
        """The answer to a part."""
        part = self._under_way.pop(pdu.sequence, None)
        if part is None:
            return
        text = part.text
        if pdu.status == consts.SMPP_ESME_ROK:
            text.taken += 1
            if _is_last(part):
                text.provider_id = named(pdu.message_id, self._gateway)
        elif pdu.status in TOO_FAST:
            self._is_too_fast = True
            self._waiting.appendleft(part)
        else:
            text.outcome = Outcome.LATER if pdu.status in NOT_NOW else Outcome.REFUSED
            text.problem = f"0x{pdu.status:08X} {consts.DESCRIPTIONS.get(pdu.status, '')}".strip()

    def _hear_refusal(self, pdu: Any) -> None:
        """A PDU with an error: an answer to a part comes to `_hear` as well; one that was not understood only here."""
        if pdu.command == "generic_nack":
            self._hear(pdu=pdu)

    def _lose(self, problem: str) -> None:
        """The bind is gone: what was under way may have been taken."""
        for part in self._under_way.values():
            part.text.outcome, part.text.problem = Outcome.UNKNOWN, problem
        self._under_way.clear()
        bind, self._bind = self._bind, None
        if bind is not None:
            bind.hang_up()


def open_smpp() -> Provider:
    """As the settings say."""
    assert settings.SMPP is not None
    return SmppProvider(settings.SMPP)


def fields_of(outgoing: Outgoing, wire: Wire, *, is_last: bool) -> dict[str, Any]:
    """What a submit_sm says. A receipt is asked for with the last part: it is the one that our record is named by."""
    sender, to = outgoing.sender_address, outgoing.to
    return {
        **address_fields("source", sender),
        "source_addr": sender.removeprefix("+"),
        **address_fields("dest", to),
        "destination_addr": to.removeprefix("+"),
        "esm_class": wire.esm_class,
        "data_coding": wire.data_coding,
        "short_message": wire.codes,
        "registered_delivery": consts.SMPP_SMSC_DELIVERY_RECEIPT_BOTH if is_last else 0,
        "validity_period": validity(seconds_left(outgoing, datetime.now(UTC), most=LONGEST_VALIDITY)),
    }


def named(message_id: bytes | str | None, gateway: SmppGateway) -> str:
    """The gateway's name of a text as its receipts will write it."""
    name = (message_id.decode("latin-1") if isinstance(message_id, bytes) else message_id or "").strip()
    if gateway.receipt_ids == "decimal":
        with suppress(ValueError):
            return str(int(name, 16))
    return name


def _is_last(part: _Part) -> bool:
    return part.number == part.text.parts
