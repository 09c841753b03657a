"""Email by a service instead of a mail server, and the mailbox that undeliverable email comes back to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

# Those whose word on what became of an email django-anymail reads.
Name = Literal[
    "amazon_ses",
    "brevo",
    "mailersend",
    "mailgun",
    "mailjet",
    "mailtrap",
    "mandrill",
    "postal",
    "postmark",
    "resend",
    "sendgrid",
    "sparkpost",
    "unisender_go",
]
SHORTEST_SECRET = 20


class EmailService(BaseModel):
    """A service, by its name with django-anymail, and what that asks for: `settings` without the service's name in front.

    `webhook_secret`: user and password, with a colon between, that the service puts into its requests to us.
    """

    model_config = ConfigDict(extra="forbid")

    name: Name
    webhook_secret: str = Field(min_length=SHORTEST_SECRET, pattern=r"^[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$")
    settings: dict[str, Any] = {}

    @property
    def anymail(self) -> dict[str, Any]:
        """The settings of django-anymail."""
        return {
            "REQUESTS_TIMEOUT": 20,
            **{f"{self.name.upper()}_{name.upper()}": value for name, value in self.settings.items()},
            "WEBHOOK_SECRET": self.webhook_secret,
        }


def read_service(given: Any) -> Any:
    """The JSON of the environment variable, to be checked; empty: none. Raises ValueError with a sentence."""
    if not isinstance(given, str):
        return given
    if not given.strip():
        return None
    try:
        return json.loads(given)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON (line {error.lineno}, column {error.colno})") from error


MAILBOX_SCHEMES = {"imap": 143, "imap+tls": 143, "imaps": 993}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A folder on an IMAP server, and how to get in. `security`: as in the scheme of its address."""

    security: str
    host: str
    port: int
    user: str
    password: str
    folder: str


def mailbox_of(address: str) -> Mailbox | None:
    """What BOUNCE_MAILBOX says; empty: none. Raises ValueError."""
    if not address:
        return None
    url = urlsplit(address)
    if url.scheme not in MAILBOX_SCHEMES or not url.hostname or not url.username:
        raise ValueError("it must look like imaps://user:password@host/INBOX (or imap+tls://, imap://)")
    return Mailbox(
        security=url.scheme,
        host=url.hostname,
        port=url.port or MAILBOX_SCHEMES[url.scheme],
        user=unquote(url.username),
        password=unquote(url.password or ""),
        folder=unquote(url.path.lstrip("/")) or "INBOX",
    )


def check_mailbox(address: str) -> None:
    """Raises ValueError for an address that cannot be read."""
    mailbox_of(address)
