"""Hearing: what the gateway delivers is taken, committed, and only then answered."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.utils import timezone
from smpplib import consts

from groundswell.config.sms import SmppGateway
from groundswell.messaging.providers.contract import PartOf, ReceiptOf
from groundswell.messaging.providers.smpp.bind import PATIENCE, SILENCE, Bind, BindError
from groundswell.messaging.providers.smpp.incoming import arrived

log = logging.getLogger(__name__)

Take = Callable[[ReceiptOf | PartOf], None]


class Receiver:
    """A bind that listens. `take` keeps what has come; what it raises is told the gateway, which says it again later.

    `answered` is called when the gateway has our answer to what was taken.
    """

    def __init__(
        self,
        gateway: SmppGateway,
        *,
        take: Take,
        answered: Callable[[], None],
        silence: float = SILENCE,
        patience: float = PATIENCE,
    ) -> None:
        self._gateway, self._take, self._answered = gateway, take, answered
        self._silence, self._patience = silence, patience
        self._has_taken = False

    def listen(self, goes_on: Callable[[], bool]) -> None:
        """Until `goes_on`, which is asked about every second, says no. Raises BindError when there is no bind any more."""
        with Bind(self._gateway, self._gateway.listens_as, patience=self._patience) as bind:
            bind.client.set_message_received_handler(self._hear)
            heard_at, has_asked, self._has_taken = monotonic(), False, False
            while goes_on():
                if bind.read(within=1.0):
                    heard_at, has_asked = monotonic(), False
                    if self._has_taken:
                        self._has_taken = False
                        self._answered()
                    continue
                silence = monotonic() - heard_at
                if silence > self._silence + self._patience:
                    raise BindError("the gateway fell silent")
                if silence > self._silence and not has_asked:
                    bind.ask_whether_there()
                    has_asked = True

    def _hear(self, *, pdu: Any) -> int:
        if pdu.command != "deliver_sm":
            return int(consts.SMPP_ESME_ROK)
        try:
            came = arrived(pdu, self._gateway, now=timezone.now())
            if came is not None:
                self._take(came)
        except Exception:
            log.exception("smpp: what the gateway delivered could not be kept; it will say it again")
            return int(consts.SMPP_ESME_RX_T_APPN)
        self._has_taken = isinstance(came, PartOf)
        return int(consts.SMPP_ESME_ROK)
