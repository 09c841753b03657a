"""What holds for sign-up pages and their letters. Pure: no database, no clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from groundswell.campaigns.rules import CampaignRuleError

MOST_AGAIN = 3
AGAIN_AFTER = timedelta(minutes=10)
MOST_SITES = 20

# Of a code by text: how long it holds, how often it may be typed wrongly, and how many go to one number in a day.
CODE_DIGITS = 6
CODE_HOLDS = timedelta(minutes=30)
MOST_WRONG = 5
MOST_CODES = 3
CODES_IN = timedelta(days=1)
ANOTHER_AFTER = timedelta(minutes=1)


def may_go_again(*, sent_at: datetime | None, again: int, now: datetime) -> bool:
    """Whether the letter goes once more to somebody who signs up again: neither soon nor often (anyone may type it)."""
    return again < MOST_AGAIN and (sent_at is None or now - sent_at >= AGAIN_AFTER)


def origins(typed: str) -> list[str]:
    """The sites that may show a page in a frame, as origins, each once; one on a line.

    Raises CampaignRuleError for what is no https address of a site: a policy must not be widened by a stray word.
    """
    found: list[str] = []
    for line in typed.split():
        parts = urlsplit(line if "://" in line else f"https://{line}")
        host = parts.hostname or ""
        try:
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            host = ""
            port = ""
        is_host = (
            bool(host)
            and host.isascii()
            and all(label and label.replace("-", "").isalnum() for label in host.split("."))
        )
        if parts.scheme != "https" or not is_host or "." not in host or parts.username or parts.password:
            raise CampaignRuleError(
                _("“%(site)s” is not the address of a site. Write it like https://www.example.org")
                % {"site": line[:80]}
            )
        origin = f"https://{host}{port}"
        if origin not in found:
            found.append(origin)
    if len(found) > MOST_SITES:
        raise CampaignRuleError(_("Twenty sites at most."))
    return found
