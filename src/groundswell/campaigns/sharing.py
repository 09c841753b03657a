"""Passing an ask on: the person's own composer is opened with words in it, and they press send there (rule S1).

We hold no token of anybody's account and post nothing. Several wordings are offered, for people to choose from and to
change (rule S2), and each channel has a link of its own, so that an organiser sees what works and nobody is followed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from groundswell.campaigns.enums import ShareChannel
from groundswell.campaigns.models import Ask, ShareLink
from groundswell.people.models import Person

# What stands between our words and the link in networks that take one text.
ONE_TEXT = "{text} {link}"
# A host name as Mastodon's servers have; no path, no port, no user.
SERVER = re.compile(r"(?=.{4,253}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


@dataclass(frozen=True)
class Composer:
    """One button: where a person's own composer is, and how it is filled in.

    `address` holds the words already; `pattern` holds {text} and {link} instead, for whoever chooses other words.
    """

    channel: ShareChannel
    label: str
    address: str
    pattern: str
    link: str


@dataclass(frozen=True)
class SharePanel:
    """What `campaigns/share.html` shows."""

    title: str
    wordings: tuple[str, ...]
    composers: tuple[Composer, ...]
    copied: str  # the link to copy
    device: str  # the link for the device's own share sheet
    qr: str  # the link behind the QR code
    number: int  # of the ask, for ids


# {text}, {link} and {both} are filled in percent-encoded. Each opens a window in which the person writes; none posts.
PATTERNS: dict[ShareChannel, str] = {
    ShareChannel.WHATSAPP: "https://wa.me/?text={both}",
    ShareChannel.X: "https://x.com/intent/post?text={text}&url={link}",
    ShareChannel.BLUESKY: "https://bsky.app/intent/compose?text={both}",
    ShareChannel.FACEBOOK: "https://www.facebook.com/sharer/sharer.php?u={link}",
    ShareChannel.THREADS: "https://www.threads.com/intent/post?text={text}&url={link}",
    ShareChannel.EMAIL: "mailto:?subject={title}&body={both}",
}
ORDER = (
    ShareChannel.WHATSAPP,
    ShareChannel.FACEBOOK,
    ShareChannel.BLUESKY,
    ShareChannel.MASTODON,
    ShareChannel.THREADS,
    ShareChannel.X,
    ShareChannel.EMAIL,
)


def tracked_address(link: ShareLink) -> str:
    """The whole short address of a tracked link."""
    return settings.PUBLIC_URL + reverse("tracked_link", args=[link.code])


def share_panel(ask: Ask, *, wordings: Sequence[str], page: str, person: Person | None = None) -> SharePanel:
    """The buttons of an ask with the links of its channels: of one person where there are some, else everybody's.

    `wordings` are complete sentences without a link, the first being offered first. At least one is needed. `page` is
    the path of the ask's page, which stands in where no link was made. One query.
    """
    links = _links(ask, person)
    addresses = {
        channel: tracked_address(links[channel]) if channel in links else settings.PUBLIC_URL + page
        for channel in ShareChannel
    }
    patterns = dict(PATTERNS)
    if ShareChannel.MASTODON in links:
        # Our own page asks for the server first, and leads to its composer.
        own = reverse("mastodon", args=[links[ShareChannel.MASTODON].code])
        patterns[ShareChannel.MASTODON] = own + "?text={text}"
    composers = [
        Composer(
            channel=channel,
            label=str(channel.label),
            address=filled(patterns[channel], wordings[0], addresses[channel], ask.title),
            pattern=patterns[channel],
            link=addresses[channel],
        )
        for channel in ORDER
        if channel in patterns
    ]
    return SharePanel(
        title=ask.title,
        wordings=tuple(wordings),
        composers=tuple(composers),
        copied=addresses[ShareChannel.COPY],
        device=addresses[ShareChannel.DEVICE],
        qr=addresses[ShareChannel.QR],
        number=ask.pk,
    )


def filled(pattern: str, text: str, link: str, title: str) -> str:
    """A composer's address with these words in it."""
    both = ONE_TEXT.format(text=text, link=link)
    values = {"text": text, "link": link, "both": both, "title": title}
    return pattern.format(**{name: quote(value, safe="") for name, value in values.items()})


def server_name(typed: str) -> str:
    """The bare name of a Mastodon server, from that, its address or a handle. Raises ValueError for what is none."""
    name = typed.strip().lower().removeprefix("https://").removeprefix("http://").strip("/").rsplit("@", 1)[-1]
    if not SERVER.fullmatch(name):
        raise ValueError(_("Write the name of your server, such as mastodon.social."))
    return name


def mastodon_address(server: str, text: str, link: str) -> str:
    """The composer of a Mastodon server, by its bare name, with these words in it."""
    return f"https://{server}/share?{urlencode({'text': ONE_TEXT.format(text=text, link=link)}, quote_via=quote)}"


def _links(ask: Ask, person: Person | None) -> dict[ShareChannel, ShareLink]:
    """One link for each channel: theirs before everybody's."""
    mine_first = ShareLink.objects.filter(ask=ask).filter(
        Q(person=person) | Q(person=None) if person else Q(person=None)
    )
    found: dict[ShareChannel, ShareLink] = {}
    for link in mine_first.order_by(F("person").asc(nulls_last=True)):
        found.setdefault(ShareChannel(link.channel), link)
    return found
