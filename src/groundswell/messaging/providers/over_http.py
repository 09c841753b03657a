"""Handing texts over by HTTP requests: one after the other where the gateway is near, several at a time where it is not, and
each way to fail told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from ssl import SSLContext
from time import monotonic

import httpx

from groundswell.messaging.providers.contract import IN_HAND, Handed, Outcome, Outgoing

AT_A_TIME = IN_HAND
# Seconds for a batch one after the other, by a gateway on this machine or beside it: it has answered before another thread
# is awake, and several at a time take half as long again. Beyond that, several at a time until we are closed.
NEAR = 0.02
# A gateway that takes longer may still have taken the text: what became of it comes as a receipt, or is not known.
TIMEOUT = httpx.Timeout(20.0, connect=5.0)
# The request had not begun: certainly not taken.
NOT_BEGUN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
PROBLEM_LENGTH = 300

Ask = Callable[[httpx.Client, Outgoing, datetime], httpx.Response]
Read = Callable[[httpx.Response], tuple[str, str]]


class OverHttp:
    """Sends by `ask`, and reads the provider's id and its complaint from an answer by `read`."""

    in_hand = IN_HAND

    def __init__(self, name: str, ask: Ask, read: Read, *, headers: dict[str, str] | None = None) -> None:
        self.name = name
        self._ask, self._read = ask, read
        limits = httpx.Limits(max_connections=AT_A_TIME)
        self._client = httpx.Client(timeout=TIMEOUT, headers=headers, limits=limits, verify=_whom_we_trust())
        self._is_near = True
        self._threads = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix=f"{name}-texts")

    def send(self, batch: Sequence[Outgoing]) -> list[Handed]:
        """Hand over each text, one request each; what went wrong is in the answers."""
        answers: list[Handed] = []
        began = monotonic()
        while self._is_near and len(answers) < len(batch):
            answers.append(self._hand_over(batch[len(answers)]))
            self._is_near = monotonic() - began < NEAR
        return answers + list(self._threads.map(self._hand_over, batch[len(answers) :]))

    def close(self) -> None:
        """Let go of threads and connections."""
        self._threads.shutdown()
        self._client.close()

    def _hand_over(self, outgoing: Outgoing) -> Handed:
        now = datetime.now(UTC)
        if outgoing.valid_until is not None and outgoing.valid_until <= now:
            return Handed(outgoing.delivery_id, Outcome.LATER, problem="too late to be handed over")
        try:
            response = self._ask(self._client, outgoing, now)
        except NOT_BEGUN as error:
            return Handed(outgoing.delivery_id, Outcome.LATER, problem=_said(error))
        except Exception as error:  # whatever it was, the text may have left
            return Handed(outgoing.delivery_id, Outcome.UNKNOWN, problem=_said(error))
        return self._judge(outgoing, response)

    def _judge(self, outgoing: Outgoing, response: httpx.Response) -> Handed:
        try:
            provider_id, problem = self._read(response)
        except (ValueError, KeyError, TypeError, AttributeError):
            provider_id, problem = "", response.text
        if response.is_success:
            return Handed(outgoing.delivery_id, Outcome.TAKEN, provider_id)
        outcome = Outcome.UNKNOWN
        if response.status_code in REFUSES_US or response.has_redirect_location:
            outcome = Outcome.LATER
        elif response.is_client_error:
            outcome = Outcome.REFUSED
        told = f"{response.status_code} {problem}".strip()
        return Handed(outgoing.delivery_id, outcome, problem=told[:PROBLEM_LENGTH])


@cache
def _whom_we_trust() -> SSLContext:
    """Read once a process: it takes as long as handing over a hundred texts."""
    return httpx.create_ssl_context()


# Not this text but we are not wanted, or not now: it has not been taken, and may be once that is put right.
REFUSES_US = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:PROBLEM_LENGTH]


def seconds_left(outgoing: Outgoing, now: datetime, *, most: int) -> int:
    """For how long the network may still try (rule M9): whole seconds, at least one, at most what the provider takes."""
    if outgoing.valid_until is None:
        return most
    return max(1, min(most, int((outgoing.valid_until - now).total_seconds())))
