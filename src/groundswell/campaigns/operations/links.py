"""The tracked links of an ask, made all at once when it is published and when somebody takes part: looking makes none."""

from __future__ import annotations

from django.db import transaction

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.enums import OF_EVERY_ASK
from groundswell.campaigns.models import Ask, ShareLink
from groundswell.campaigns.operations.asks import new_code
from groundswell.people.models import Person


@transaction.atomic
def make_links(ask: Ask, *, by: User | None, person: Person | None = None) -> None:
    """A link for every channel, for everybody or of one person who takes part. Twice is as good as once."""
    held = set(ShareLink.objects.filter(ask=ask, person=person).values_list("channel", flat=True))
    new = [
        ShareLink(ask=ask, channel=channel, person=person, code=new_code())
        for channel in OF_EVERY_ASK
        if channel not in held
    ]
    if not new:
        return
    ShareLink.objects.bulk_create(new, ignore_conflicts=True)
    record("make_links", by=by, action=AuditAction.CREATE, subject=person or ask, campaign_id=ask.campaign_id)
