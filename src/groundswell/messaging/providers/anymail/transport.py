"""Handing emails to the service: several at a time, each with a backend of its own thread's."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

import requests
import urllib3
from anymail.exceptions import (
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from groundswell.messaging.providers.contract import IN_HAND, Handed, Outcome, Outgoing
from groundswell.messaging.providers.emails import email_of
from groundswell.messaging.providers.over_http import AT_A_TIME, PROBLEM_LENGTH, REFUSES_US

# What an email does without, where a service does not know it: we count no opens, and clicks by our own links alone; and
# without our reference in its words on the email, its own name finds it.
SPARED: Final = {"track_opens": False, "track_clicks": False, "metadata": None}
LONGEST_ID = 128
GONE: Final = frozenset({"sent", "queued", "unknown"})


class AnymailProvider:
    """The service of the installation."""

    name = "anymail"
    in_hand = IN_HAND

    def __init__(self) -> None:
        self._local = threading.local()
        self._backends: list[Any] = []
        self._without: frozenset[str] = frozenset()
        self._threads = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="anymail")

    def send(self, batch: Sequence[Outgoing]) -> list[Handed]:
        """Hand over each, one request each; what went wrong is in the answers."""
        return list(self._threads.map(self._hand_over, batch))

    def close(self) -> None:
        """Let go of threads and connections."""
        self._threads.shutdown()
        for backend in self._backends:
            backend.close()

    def _hand_over(self, each: Outgoing) -> Handed:
        number = each.delivery_id
        if each.valid_until is not None and each.valid_until <= datetime.now(UTC):
            return Handed(number, Outcome.LATER, problem="too late to be handed over")
        try:
            letter = self._post(each)
        except AnymailRecipientsRefused as refusal:
            return Handed(number, Outcome.REFUSED, problem=_said(refusal))
        except Exception as problem:
            return Handed(number, outcome_of(problem), problem=_said(problem))
        status = letter.anymail_status
        told = {str(each) for each in status.status or ()}
        if told & GONE:
            return Handed(number, Outcome.TAKEN, str(status.message_id or "")[:LONGEST_ID])
        return Handed(number, Outcome.REFUSED, problem=f"the service says: {', '.join(sorted(told))}")

    def _post(self, each: Outgoing) -> Any:
        """The letter, as the service has taken it. What it turns out not to know is left out of all that follow."""
        backend = self._backend()
        while True:
            letter = letter_of(each, without=self._without)
            try:
                backend.send_messages([letter])
            except AnymailUnsupportedFeature as unknown:
                # Refused by anymail itself: nothing has been posted.
                spared = {name for name in SPARED if name in str(unknown)} - self._without
                if not spared:
                    raise
                self._without |= spared
            else:
                return letter

    def _backend(self) -> Any:
        """Of this thread: kept connections, none shared."""
        if not hasattr(self._local, "backend"):
            backend = open_backend()
            self._backends.append(backend)
            self._local.backend = backend
        return self._local.backend


def open_backend() -> Any:
    """Anymail's, of the service in the settings. Raises ImproperlyConfigured where they lack something."""
    backend = import_string(f"anymail.backends.{settings.EMAIL_SERVICE}.EmailBackend")(fail_silently=False)
    backend.open()
    return backend


def letter_of(each: Outgoing, *, without: frozenset[str] = frozenset()) -> Any:
    """The email as Django and anymail know it."""
    letter: Any = email_of(each)
    for name, value in {**SPARED, "metadata": {"reference": each.reference}}.items():
        if name not in without:
            setattr(letter, name, value)
    return letter


def outcome_of(problem: Exception) -> Outcome:
    """What an error of the service's or of the way to it means."""
    if isinstance(problem, (AnymailUnsupportedFeature, AnymailInvalidAddress, AnymailSerializationError)):
        return Outcome.REFUSED
    if isinstance(problem, ImproperlyConfigured):
        return Outcome.LATER
    status = getattr(problem, "status_code", None)
    if isinstance(problem, AnymailError) and status is not None:
        if status in REFUSES_US:
            return Outcome.LATER
        return Outcome.REFUSED if 400 <= status < 500 else Outcome.UNKNOWN
    return Outcome.LATER if _never_began(problem) else Outcome.UNKNOWN


def _never_began(problem: Exception) -> bool:
    """No connection, so that nothing can have been taken."""
    cause = problem.__cause__
    if isinstance(cause, requests.ConnectTimeout):
        return True
    reason = getattr(cause.args[0], "reason", None) if cause is not None and cause.args else None
    return isinstance(reason, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError))


def _said(problem: Exception) -> str:
    return " ".join(f"{type(problem).__name__}: {problem}".split())[:PROBLEM_LENGTH]
