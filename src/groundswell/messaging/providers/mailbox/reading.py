"""Reading the mailbox by IMAP: what we have used is deleted, what we cannot use is left there, read, for a person."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from groundswell.config.email_services import Mailbox

PATIENCE = 20.0  # seconds
AT_ONCE = 500  # messages a visit
LARGEST = 500_000  # bytes of each: a report is at its beginning, what it returns may be long
_SIGNS = re.compile(r'(["\\])')


class MailboxError(OSError):
    """The mailbox cannot be read; the message says why, without the password."""


def read_mailbox(mailbox: Mailbox, use: Callable[[bytes], bool]) -> tuple[int, int]:
    """Give each unread message to `use`; how many there were, and how many it used. Raises MailboxError.

    One that `use` raises at stays unread and does not keep the others from being read.
    """
    seen = used = 0
    failed: Exception | None = None
    try:
        with _open(mailbox) as server:
            for number in _unread(server)[:AT_ONCE]:
                seen += 1
                raw = _fetch(server, number)
                try:
                    is_used = use(raw)
                except Exception as problem:
                    failed = problem
                    continue
                used += is_used
                _ok(server.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen \Deleted)" if is_used else r"(\Seen)"))
            _ok(server.expunge())
    except (OSError, imaplib.IMAP4.error) as problem:
        raise MailboxError(_said(problem, mailbox)) from problem
    if failed is not None:
        raise failed
    return seen, used


def look_into(mailbox: Mailbox) -> int:
    """How many unread messages it has; nothing is changed. Raises MailboxError."""
    try:
        with _open(mailbox) as server:
            return len(_unread(server))
    except (OSError, imaplib.IMAP4.error) as problem:
        raise MailboxError(_said(problem, mailbox)) from problem


@contextmanager
def _open(mailbox: Mailbox) -> Iterator[imaplib.IMAP4]:
    tls = ssl.create_default_context()
    if mailbox.security == "imaps":
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=tls, timeout=PATIENCE)
    else:
        server = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=PATIENCE)
    try:
        if mailbox.security == "imap+tls":
            server.starttls(tls)
        server.login(mailbox.user, mailbox.password)
        _ok(server.select(_quoted(mailbox.folder)))
        yield server
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _unread(server: imaplib.IMAP4) -> list[str]:
    [numbers] = _ok(server.uid("SEARCH", "UNSEEN", "UNDELETED"))
    return (numbers or b"").decode("ascii").split()


def _fetch(server: imaplib.IMAP4, number: str) -> bytes:
    for part in _ok(server.uid("FETCH", number, f"(BODY.PEEK[]<0.{LARGEST}>)")):
        if isinstance(part, tuple):
            return bytes(part[1])
    return b""


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(str(data))
    return data


def _quoted(text: str) -> str:
    return '"' + _SIGNS.sub(r"\\\1", text) + '"'


def _said(problem: Exception, mailbox: Mailbox) -> str:
    words = str(problem) or type(problem).__name__
    return (words.replace(mailbox.password, "…") if mailbox.password else words)[:300]
