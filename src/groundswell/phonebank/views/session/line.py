"""The line on the caller's screen: the host's message, the team's total, the time left. Asked for every few seconds.

It tells the caller's page also where to go: to the thanks once the session is closed, to another list once it has moved.
The busy request, which saves a result and gives the next household, knows nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from groundswell.phonebank.session_queries import KEPT_SECONDS, session_line, sessions_rung_by
from groundswell.phonebank.session_rules import Phase
from groundswell.phonebank.views.caller.identity import identity_in
from groundswell.phonebank.views.organiser.live import live_part
from groundswell.phonebank.views.session.frame import note_seen

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def line(request: HttpRequest, bank_id: int) -> HttpResponseBase:
    """The line of the session in which this caller rings this list; 204 when there is none."""
    by = identity_in(request, bank_id)
    now = timezone.now()
    session_id = sessions_rung_by(bank_id, by.user_id, now=now)
    if session_id is None or not note_seen(session_id, by, now=now):
        return HttpResponse(status=204, headers={"Cache-Control": "private, no-store"})
    found = session_line(session_id, now=now)
    goes = ""
    if found.phase == Phase.CLOSED:
        goes = reverse("phonebank:session_thanks", args=[session_id])
    elif found.bank_id != bank_id:
        goes = reverse("phonebank:call", args=[found.bank_id])
    return live_part(
        request,
        template="phonebank/session/line.html",
        key=f"{session_id}.{bank_id}",
        seconds=KEPT_SECONDS,
        context=lambda: {
            "line": found,
            "left": found.minutes_left(now),
            "goes": goes,
            "phase": found.phase,
            "ends_clock": found.ends_clock,
        },
    )
