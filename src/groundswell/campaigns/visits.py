"""Who opens a tracked link: a person, or a machine that says so. Pure: takes the headers of a request, knows no request."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Networks that draw a preview, mail scanners, and whatever else names itself. Who hides is counted as a person.
AUTOMATIC = re.compile(
    r"(?<!cu)bot\b|bot/|crawl|spider|slurp|preview|scan|monitor|fetch|facebookexternalhit|facebookcatalog|meta-external|"
    r"whatsapp|telegram|slack|discord|linkedin|pinterest|embedly|mastodon|pleroma|misskey|cardyb|bluesky|skypeuri|"
    r"safelinks|proofpoint|mimecast|barracuda|headless|curl|wget|python|httpx|okhttp|java/|go-http|libwww",
    re.IGNORECASE,
)


def asks_not_to_be_followed(headers: Mapping[str, str]) -> bool:
    """Whether the browser objects to being followed: Global Privacy Control, or the older Do Not Track."""
    return headers.get("Sec-GPC") == "1" or headers.get("DNT") == "1"


def is_automatic(headers: Mapping[str, str]) -> bool:
    """Whether the request says of itself that nobody is looking: a preview, a scanner, a page fetched ahead."""
    purpose = " ".join(headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    if "prefetch" in purpose.lower() or "preview" in purpose.lower():
        return True
    agent = headers.get("User-Agent", "")
    return not agent.strip() or AUTOMATIC.search(agent) is not None
