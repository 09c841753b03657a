"""The way to a text bank, for a volunteer who came to ring."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from groundswell.accounts.models import Membership
from groundswell.campaigns.doors import Door, register
from groundswell.textbank.enums import TextBankStatus
from groundswell.textbank.models import TextBank

MOST = 20


@register
def text_banks(memberships: Sequence[Membership]) -> list[Door]:
    """Those that are open to them."""
    banks = TextBank.objects.filter(status=TextBankStatus.OPEN).order_by("-opened_at", "pk")
    if all(membership.campaign_id is not None for membership in memberships):
        banks = banks.filter(campaign__in=[membership.campaign_id for membership in memberships])
    return [
        Door(reverse("textbank:text", args=[bank.pk]), bank.name, _("Text people and answer them, from your phone."))
        for bank in banks[:MOST]
    ]
