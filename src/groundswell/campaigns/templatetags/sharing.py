"""`{% share ask wordings %}`: the buttons that open a person's own composer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from groundswell.campaigns.models import Ask
from groundswell.campaigns.sharing import share_panel
from groundswell.people.models import Person

register = template.Library()


@register.inclusion_tag("campaigns/share.html")
def share(ask: Ask, wordings: Sequence[str], person: Person | None = None) -> dict[str, Any]:
    """The share buttons of a published ask. With `person` the links are theirs: put that on their own page only."""
    return {"panel": share_panel(ask, wordings=wordings, person=person)}
