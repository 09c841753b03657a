"""A bind: a connection on which the gateway knows who we are. The protocol itself is smpplib's."""

from __future__ import annotations

import select
import socket
import ssl
from contextlib import suppress
from typing import Any, Literal, Self

from smpplib import consts, exceptions, smpp
from smpplib.client import Client

from groundswell.config.sms import SmppGateway

# Seconds for each answer, and for the rest of what has begun to arrive.
PATIENCE = 20.0
# Seconds of silence after which we ask whether anybody is there.
SILENCE = 30.0

As = Literal["transmitter", "receiver", "transceiver"]


class BindError(OSError):
    """No bind, or none any more; the message says why."""


class _Client(Client):  # type: ignore[misc]
    """smpplib's, with what it lacks: IPv6, and a TLS that makes sure whom it speaks to."""

    def _create_socket(self) -> socket.socket:
        try:
            [(family, *_rest), *_others] = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as problem:
            raise exceptions.ConnectionError(f"{self.host} is not known: {problem}") from problem
        plain = socket.socket(family, socket.SOCK_STREAM)
        plain.settimeout(self.timeout)
        if self._ssl_context is None:
            return plain
        wrapped: socket.socket = self._ssl_context.wrap_socket(plain, server_hostname=self.host)
        return wrapped

    def connect(self) -> None:
        """As smpplib's, which keeps the reason to itself."""
        self._socket = self._create_socket()
        try:
            self._socket.connect((self.host, self.port))
        except OSError as problem:
            raise exceptions.ConnectionError(str(problem)) from problem
        self.state = consts.SMPP_CLIENT_STATE_OPEN


class Bind:
    """Opened by making it, which raises BindError; closed by `close`, or as a context.

    `client` is smpplib's: whoever uses it sets its handlers, and reads by `read`.
    """

    def __init__(self, gateway: SmppGateway, kind: As, *, patience: float = PATIENCE) -> None:
        context = ssl.create_default_context() if gateway.tls else None
        self.client = _Client(
            gateway.host, gateway.port, timeout=patience, ssl_context=context, allow_unknown_opt_params=True
        )
        # An answer with an error is an answer: it goes where the others go.
        self.client.set_error_pdu_handler(lambda _pdu: None)
        ask = getattr(self.client, f"bind_{kind}")
        try:
            self.client.connect()
            ask(system_id=gateway.system_id, password=gateway.password, system_type=gateway.system_type)
        except exceptions.PDUError as refusal:
            self.hang_up()
            raise BindError(f"the gateway does not let us in: {refusal.args[0]}") from refusal
        except Exception as problem:
            self.hang_up()
            raise BindError(f"the gateway cannot be reached: {_said(problem)}") from problem

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, *, within: float) -> bool:
        """Act on what comes within so many seconds; whether anything did. Raises BindError when the bind is gone.

        What cannot be read is let be: the gateway gets no answer for it, and says it again.
        """
        wire = self.client._socket
        if wire is None:
            raise BindError("the bind is closed")
        is_waiting = isinstance(wire, ssl.SSLSocket) and wire.pending() > 0
        if not is_waiting and not select.select([wire], [], [], within)[0]:
            return False
        try:
            self.client.read_once(auto_send_enquire_link=False)
        except TimeoutError as problem:
            # In the middle of something: where the next thing begins, nobody knows.
            raise BindError("the gateway fell silent") from problem
        except (exceptions.ConnectionError, OSError) as problem:
            raise BindError(f"the gateway hung up: {_said(problem)}") from problem
        return True

    def ask_whether_there(self) -> None:
        """An enquire_link, whose answer `read` hears. Raises BindError."""
        self.send("enquire_link")

    def send(self, command: str, **fields: Any) -> int:
        """Send a PDU; the number by which its answer will name it. Raises BindError."""
        pdu = smpp.make_pdu(command, client=self.client, **fields)
        try:
            self.client.send_pdu(pdu)
        except (exceptions.ConnectionError, exceptions.PDUError, OSError) as problem:
            raise BindError(f"the gateway hung up: {_said(problem)}") from problem
        return int(pdu.sequence)

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        with suppress(Exception):
            self.client.timeout = 2.0
            if self.client._socket is not None:
                self.client._socket.settimeout(2.0)
            self.client.unbind()
        self.hang_up()

    def hang_up(self) -> None:
        """Without a word."""
        with suppress(Exception):
            # Whatever state it is in, it is over: smpplib would remark on it.
            self.client.state = consts.SMPP_CLIENT_STATE_OPEN
            self.client.disconnect()


def _said(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
