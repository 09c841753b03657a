"""A real mail server to send letters to, which can be told to refuse, to put off, or to hang up on us."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = str | None


class Post:
    """What arrived, and how the server behaves: `answer` may say something else than 250 to a letter's recipient."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.at_recipient: Callable[[str], Answer] = lambda _to: None
        # Takes the letter, and hangs up instead of saying so.
        self.hangs_up: Callable[[str], bool] = lambda _to: False
        # Takes the letter, and says nothing for so many seconds.
        self.silence: Callable[[str], float] = lambda _to: 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.at_recipient(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        to = envelope.rcpt_tos[0]
        if self.hangs_up(to):
            server.transport.abort()
        await asyncio.sleep(self.silence(to))
        return "250 taken"

    def arrived(self) -> Counter[str]:
        """How many letters each address got."""
        return Counter(letter["To"] for letter in self.letters)


@contextmanager
def mail_server() -> Iterator[tuple[Post, dict[str, Any]]]:
    """A server on a free port of this machine, and the settings that have letters sent to it."""
    post = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield (
            post,
            {
                "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "EMAIL_HOST": "127.0.0.1",
                "EMAIL_PORT": port,
                "EMAIL_HOST_USER": "",
                "EMAIL_HOST_PASSWORD": "",
                "EMAIL_USE_TLS": False,
                "EMAIL_USE_SSL": False,
                "EMAIL_TIMEOUT": 20,
            },
        )
    finally:
        controller.stop()
