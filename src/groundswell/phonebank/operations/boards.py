"""What an organiser decides about the board of a session."""

from __future__ import annotations

from django.db import transaction

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.phonebank.models import Session


@transaction.atomic
def show_leaders(*, session_id: int, shown: bool, by: User) -> None:
    """Whether the board says who has called most. Saying what is so already changes nothing."""
    changed = Session.objects.filter(pk=session_id, show_leaders=not shown).update(show_leaders=shown)
    if changed:
        session = Session.objects.select_related("event").get(pk=session_id)
        record("show_leaders", by=by, subject=session, campaign_id=session.event.campaign_id, shown=shown)
