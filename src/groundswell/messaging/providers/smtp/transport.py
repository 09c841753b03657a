"""Handing emails over: one connection for all of a run, each letter answered for by itself."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress

from django.conf import settings
from django.utils import timezone

from groundswell.messaging.providers.contract import IN_HAND, Handed, Outcome, Outgoing
from groundswell.messaging.providers.smtp.mime import as_bytes

log = logging.getLogger(__name__)

PATIENCE = 20.0  # seconds for each answer of the server
OK, TAKEN, GO_ON = range(200, 300), 250, 354


class SmtpProvider:
    """The mail server of the installation."""

    name = "smtp"
    in_hand = IN_HAND

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None

    def send(self, batch: Sequence[Outgoing]) -> list[Handed]:
        """Hand over each. What the server has not taken for certain is LATER, what nobody knows UNKNOWN."""
        answers = []
        for place, each in enumerate(batch):
            try:
                self._open()
            except (smtplib.SMTPException, OSError) as problem:
                # None of the rest has been offered to anybody.
                log.warning("the mail server cannot be reached: %s", problem)
                answers += [Handed(rest.delivery_id, Outcome.LATER, problem=str(problem)) for rest in batch[place:]]
                break
            answers.append(self._hand_over(each))
        return answers

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _open(self) -> None:
        if self._server is not None:
            return
        tls = ssl.create_default_context() if settings.EMAIL_USE_SSL or settings.EMAIL_USE_TLS else None
        where = (settings.EMAIL_HOST, settings.EMAIL_PORT)
        if settings.EMAIL_USE_SSL:
            server: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=PATIENCE, context=tls)
        else:
            server = smtplib.SMTP(*where, timeout=PATIENCE)
        try:
            if settings.EMAIL_USE_TLS:
                server.starttls(context=tls)
            if settings.EMAIL_HOST_USER:
                server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            server.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
        self._server = server

    def _hand_over(self, each: Outgoing) -> Handed:
        assert self._server is not None
        message_id = f"<{each.reference}.{each.sender_address}>"
        try:
            letter = as_bytes(each, message_id=message_id, at=timezone.localtime())
        except (ValueError, UnicodeError) as problem:
            return Handed(each.delivery_id, Outcome.REFUSED, problem=str(problem))
        offered = False
        try:
            refusal = self._begin(each)
            if refusal is None:
                offered = True
                # A line that begins with a dot would end the letter (RFC 5321, 4.5.2).
                self._server.send(letter.replace(b"\r\n.", b"\r\n..") + b".\r\n")
                code, words = self._server.getreply()
                refusal = None if code == TAKEN else (code, words)
        except (smtplib.SMTPException, OSError) as problem:
            # A server that hangs up before the letter has not taken it; after, nobody knows.
            self._forget()
            return Handed(each.delivery_id, Outcome.UNKNOWN if offered else Outcome.LATER, message_id, str(problem))
        return Handed(each.delivery_id, Outcome.TAKEN, message_id) if refusal is None else _refused(each, *refusal)

    def _begin(self, each: Outgoing) -> tuple[int, bytes] | None:
        """Say from whom and to whom; the server then waits for the letter, or has refused, by what is returned."""
        assert self._server is not None
        # Both addresses have just been looked at: smtplib's own MAIL and RCPT would take them apart once more.
        path = each.return_path or each.sender_address
        steps = {f"MAIL FROM:<{path}>": OK, f"RCPT TO:<{each.to}>": OK, "DATA": range(GO_ON, GO_ON + 1)}
        if self._server.has_extn("pipelining"):
            # All at once (RFC 2920): three times on the way less for each letter.
            self._server.send("".join(f"{command}\r\n" for command in steps))
            replies = [self._server.getreply() for _step in steps]
        else:
            replies = []
            for command, fine in steps.items():
                replies.append(self._server.docmd(command))
                if replies[-1][0] not in fine:
                    break
        refusals = [reply for reply, fine in zip(replies, steps.values(), strict=False) if reply[0] not in fine]
        if not refusals:
            return None
        if replies[-1][0] == GO_ON:
            # It waits for a letter to nobody.
            self._server.docmd(".")
        self._server.rset()
        return refusals[0]

    def _forget(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()


def _refused(each: Outgoing, code: int, words: bytes | str) -> Handed:
    """No, for good (5xx) or for now (4xx): either way it has not been taken."""
    said = f"{code} {words if isinstance(words, str) else words.decode(errors='replace')}"
    return Handed(each.delivery_id, Outcome.LATER if 400 <= code < 500 else Outcome.REFUSED, problem=said)
