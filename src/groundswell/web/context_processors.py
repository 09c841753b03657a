"""What every page's frame needs: who we are, and the way to the pages of this role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.urls import reverse
from django.utils.functional import cached_property

from groundswell.accounts.access import roles_of
from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation
from groundswell.campaigns.cards import NoImprintError, imprint_of
from groundswell.web.navigation import navigation_for

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.web.navigation import Item

ORGANISATION_KEPT_SECONDS = 30


@dataclass(frozen=True)
class Identity:
    """The organisation as shown on pages; cached in the process for half a minute."""

    name: str = "Groundswell"
    imprint: str = ""
    privacy_url: str = ""
    contact_email: str = ""


def identity() -> Identity:
    """The organisation's name and notices; before one is set up, the product's name."""
    found: Identity | None = cache.get("web.identity")
    if found is None:
        row = Organisation.objects.first()
        found = Identity(row.name, _imprint(row), row.privacy_url, row.contact_email) if row else Identity()
        cache.set("web.identity", found, ORGANISATION_KEPT_SECONDS)
    return found


def _imprint(organisation: Organisation) -> str:
    try:
        return imprint_of(organisation)
    except NoImprintError:
        return ""


class Frame:
    """`frame` in templates (allauth calls the host name `site`). Lazy: a fragment that shows no frame costs nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _identity(self) -> Identity:
        return identity()

    @property
    def organisation_name(self) -> str:
        """Who is calling, in the masthead and the page titles."""
        return self._identity.name

    @property
    def imprint(self) -> str:
        """Promoter and address, on every page (rule I1)."""
        return self._identity.imprint

    @property
    def privacy_url(self) -> str:
        """Where the privacy notice is: the organisation's own, else the page that says how this site uses data (D9)."""
        return self._identity.privacy_url or reverse("privacy")

    @property
    def contact_email(self) -> str:
        """Where questions go."""
        return self._identity.contact_email

    @property
    def is_owner(self) -> bool:
        """Whether the way to what only owners may change is shown. For links, not for decisions."""
        return Role.OWNER in roles_of(self._request)

    @cached_property
    def navigation(self) -> list[Item]:
        """The main menu of the signed-in user's role; empty for callers and visitors."""
        return navigation_for(self._request)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor."""
    return {"frame": Frame(request)}
