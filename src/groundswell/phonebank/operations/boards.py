"""What an organiser decides about the board of a session."""

from __future__ import annotations

import secrets

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


@transaction.atomic
def renew_board_key(*, session_id: int, by: User) -> str:
    """Another address for the wall's board, which it returns the key of: the old one opens nothing any more."""
    session = Session.objects.select_for_update(of=("self",), no_key=True).select_related("event").get(pk=session_id)
    session.board_key = new_board_key()
    session.save(update_fields=["board_key"])
    record("renew_board_key", by=by, subject=session, campaign_id=session.event.campaign_id)
    return session.board_key


def new_board_key() -> str:
    """A key that nobody guesses, for the address of a wall's board."""
    return secrets.token_urlsafe(18)
