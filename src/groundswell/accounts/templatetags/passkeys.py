"""Where passkeys can be had: browsers refuse them to sites that are known by a number only."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from django import template

register = template.Library()


@dataclass(frozen=True)
class Named:
    """The same page under a name; `url` is empty when we know of none."""

    url: str


@register.simple_tag(takes_context=True)
def passkeys_need_a_name(context: dict[str, Any]) -> Named | None:
    """None where passkeys work; else where they would. This computer's own address has a name, "localhost"."""
    request = context["request"]
    host, _, port = request.get_host().partition(":")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if not address.is_loopback:
        return Named("")
    return Named(f"{request.scheme}://localhost{':' if port else ''}{port}/")
