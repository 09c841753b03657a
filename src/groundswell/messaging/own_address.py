"""The address that the installation itself writes from: FROM_EMAIL, in its settings."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings

from groundswell.compliance.enums import Channel
from groundswell.messaging.models import Sender


def own_name_and_address() -> tuple[str, str]:
    """As the settings have them; the address in small letters."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return name, address.lower()


def is_own(sender: Sender) -> bool:
    """Whether this sender is the installation's own address."""
    return sender.channel == Channel.EMAIL and sender.address.lower() == own_name_and_address()[1]
