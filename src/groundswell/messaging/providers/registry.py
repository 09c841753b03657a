"""Which providers there are, by the name that senders carry, and which of them have their settings here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from django.conf import settings
from django.utils.module_loading import import_string

from groundswell.compliance.enums import Channel
from groundswell.messaging.providers.contract import Provider


@dataclass(frozen=True, slots=True)
class Known:
    """`opens`: what makes one, without parameters: what it needs to know stands in the settings.

    `reaches_nobody`: what it takes stays here, so it may go at any hour. `is_offered`: organisers may choose it.
    """

    channel: Channel
    opens: str
    is_ready: Callable[[], bool]
    reaches_nobody: bool = False
    is_offered: bool = True


PROVIDERS: Final[Mapping[str, Known]] = {
    "smtp": Known(
        Channel.EMAIL,
        "groundswell.messaging.providers.smtp.transport.SmtpProvider",
        lambda: settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"),
    ),
    "anymail": Known(
        Channel.EMAIL,
        "groundswell.messaging.providers.anymail.transport.AnymailProvider",
        lambda: bool(settings.EMAIL_SERVICE),
    ),
    # Nothing of it leaves: only in the demo, or somebody would believe that it had.
    "console": Known(
        Channel.SMS,
        "groundswell.messaging.providers.console.transport.ConsoleProvider",
        lambda: settings.DEMO,
        reaches_nobody=True,
    ),
    "letterbox": Known(
        Channel.EMAIL,
        "groundswell.messaging.providers.console.transport.Letterbox",
        lambda: settings.DEMO,
        reaches_nobody=True,
    ),
    # An installation without a mail server: what it writes of its own accord becomes files in the data folder.
    "files": Known(
        Channel.EMAIL,
        "groundswell.messaging.providers.files.transport.FilesProvider",
        lambda: own_email_provider() == "files",
        reaches_nobody=True,
        is_offered=False,
    ),
    "twilio": Known(
        Channel.SMS,
        "groundswell.messaging.providers.twilio.transport.open_twilio",
        lambda: bool(settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN),
    ),
    "http": Known(
        Channel.SMS,
        "groundswell.messaging.providers.http.transport.open_gateway",
        lambda: settings.SMS_GATEWAY is not None,
    ),
    "smpp": Known(
        Channel.SMS,
        "groundswell.messaging.providers.smpp.transport.open_smpp",
        lambda: settings.SMPP is not None,
    ),
}


NOWHERE: Final = tuple(name for name, known in PROVIDERS.items() if known.reaches_nobody)


class UnknownProviderError(LookupError):
    """No provider has this name, or it lacks its settings here; the message says which."""


def ready_for(channel: str) -> list[str]:
    """The names of the providers that can carry this channel here, for organisers to choose from."""
    return [
        name for name, known in PROVIDERS.items() if known.channel == channel and known.is_offered and known.is_ready()
    ]


def own_email_provider() -> str:
    """By which provider the installation's own letters go: as its settings have it."""
    if settings.EMAIL_SERVICE and not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        return "anymail"
    return "smtp" if settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend") else "files"


def reaches_nobody(name: str) -> bool:
    """Whether what this provider takes leaves for nowhere: no hours are anybody's then (rules C10, M9)."""
    return name in NOWHERE


def open_provider(name: str) -> Provider:
    """A provider ready to be handed messages; whoever opens it closes it. Raises UnknownProviderError."""
    if name not in PROVIDERS:
        raise UnknownProviderError(f"“{name}” is not one of the providers: {', '.join(PROVIDERS)}.")
    if not PROVIDERS[name].is_ready():
        raise UnknownProviderError(f"The provider “{name}” lacks its settings.")
    return cast("Provider", import_string(PROVIDERS[name].opens)())
