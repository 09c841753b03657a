"""An evening rehearsed with invented people, faster than time goes by."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.phonebank.models import Session
from groundswell.phonebank.session_rules import SessionError, check_rehearsal


@transaction.atomic
def rehearse(*, session_id: int, speed: int, by: User) -> Session:
    """Its clock runs `speed` times as fast from its start on; its board and its report say so.

    Raises SessionError where real people might be rung, or when it has begun.
    """
    session = (
        Session.objects.select_for_update(of=("self",), no_key=True)
        .select_related("event__campaign")
        .get(pk=session_id)
    )
    check_rehearsal(session, speed=speed)
    if session.started_at is not None:
        raise SessionError(_("This session has begun: its clock stays as it is."))
    session.speed = speed
    session.save(update_fields=["speed"])
    record("rehearse_session", by=by, subject=session, campaign_id=session.event.campaign_id, speed=speed)
    return session
