"""Where the public page of each kind of ask is: said by the room that has it, which this one may not import."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.models import Ask, ShareLink

Page = Callable[[Ask], str]
# Of one person at the address that a message goes to: ask, tracked link (None: not sent yet), person, contact point.
OwnPage = Callable[[Ask, ShareLink | None, int, int], str]

# Stands for a person and an address in what organisers look at: nobody has this number, and its link is as long as any.
NOBODY = 36**6 - 1

_PAGES: dict[str, Page] = {}
_OWN_PAGES: dict[str, OwnPage] = {}


def register(kind: AskKind, page: Page, own_page: OwnPage | None = None) -> None:
    """Asks of this kind have their page at the path that `page` answers, and everybody their own at that of `own_page`."""
    _PAGES[kind] = page
    if own_page is not None:
        _OWN_PAGES[kind] = own_page


def page_of(ask: Ask) -> str | None:
    """The path of the ask's page; None while nobody may see it, or no room has pages of its kind."""
    page = _PAGES.get(ask.kind)
    return page(ask) if page is not None and ask.published_at is not None else None


def own_address_of(ask: Ask, link: ShareLink | None, *, person_id: int, contact_point_id: int) -> str | None:
    """The whole address at which one person does what is asked, known by the link that we sent to this address of theirs.

    None where everybody is sent to the same page. It counts as a visit by `link`, and what is done there comes by it.
    """
    own_page = _OWN_PAGES.get(ask.kind)
    return settings.PUBLIC_URL + own_page(ask, link, person_id, contact_point_id) if own_page is not None else None
