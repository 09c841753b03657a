"""Where the public page of each kind of ask is: said by the room that has it, which this one may not import."""

from __future__ import annotations

from collections.abc import Callable

from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.models import Ask

Page = Callable[[Ask], str]

_PAGES: dict[str, Page] = {}


def register(kind: AskKind, page: Page) -> None:
    """Asks of this kind have their page at the path that `page` answers."""
    _PAGES[kind] = page


def page_of(ask: Ask) -> str | None:
    """The path of the ask's page; None while nobody may see it, or no room has pages of its kind."""
    page = _PAGES.get(ask.kind)
    return page(ask) if page is not None and ask.published_at is not None else None
