"""The main menu: which pages a role sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.access import roles_of
from groundswell.accounts.enums import Role

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.functional import _StrPromise

LEADERS = frozenset({Role.OWNER, Role.ORGANISER})
STAFF = LEADERS | {Role.DATA_MANAGER}


@dataclass(frozen=True)
class Place:
    """A page of the menu and the roles that see it."""

    view: str
    label: str | _StrPromise
    roles: frozenset[Role]


MENU = (
    Place("campaigns:index", _("Campaigns"), STAFF),
    Place("phonebank:index", _("Phone banks"), LEADERS),
    Place("incoming:inbox", _("Inbox"), LEADERS),
    Place("insight:index", _("Map"), STAFF),
    Place("person:search", _("People"), STAFF),
    Place("imports:index", _("Imports"), frozenset({Role.OWNER, Role.DATA_MANAGER})),
    Place("compliance:screening", _("Screening"), frozenset({Role.OWNER, Role.DATA_MANAGER})),
    Place("accounts:team", _("Team"), LEADERS),
    Place("accounts:audit", _("Audit log"), frozenset({Role.OWNER, Role.DATA_MANAGER})),
)


@dataclass(frozen=True)
class Item:
    """A menu entry as a template shows it."""

    url: str
    label: str
    is_current: bool


def navigation_for(request: HttpRequest) -> list[Item]:
    """The menu of the user's roles; none for a caller, whose one page needs no menu."""
    # A request refused by the first middleware (a strange host name) has no user yet.
    roles = roles_of(request) if hasattr(request, "user") else frozenset()
    items = []
    for place in MENU:
        if not roles & place.roles:
            continue
        try:
            url = reverse(place.view)
        except NoReverseMatch:
            continue
        items.append(Item(url, str(place.label), request.path.startswith(url)))
    longest = max((len(item.url) for item in items if item.is_current), default=0)
    return [Item(item.url, item.label, item.is_current and len(item.url) == longest) for item in items]
