"""What people asked for about their data, and seeing to it (rules D5, D6)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groundswell.accounts import audit
from groundswell.accounts.access import require_role
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.models import User
from groundswell.compliance.models import DataRequest
from groundswell.compliance.operations import handle_data_request

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MAY = (Role.OWNER, Role.DATA_MANAGER)
# "Within one month" (UK GDPR, article 12): the shortest month there is.
TERM = timedelta(days=28)
MOST = 200


@require_safe
@require_role(*MAY)
def requests(request: HttpRequest) -> HttpResponse:
    """What is open, the oldest first, and what was done lately."""
    found = DataRequest.objects.select_related("person", "handled_by")
    waiting = list(found.filter(handled_at__isnull=True).order_by("asked_at")[:MOST])
    done = list(found.filter(handled_at__isnull=False).order_by("-handled_at")[:20])
    shown = {row.person_id: row.person for row in (*waiting, *done)}
    audit.record_each("view_data_requests", shown.values(), by=cast(User, request.user), action=AuditAction.VIEW)
    now = timezone.now()
    rows = [(row, row.asked_at + TERM, row.asked_at + TERM < now) for row in waiting]
    return render(request, "compliance/requests.html", {"waiting": rows, "done": done})


@require_POST
@require_role(*MAY)
def handled(request: HttpRequest, pk: int) -> HttpResponse:
    """It was seen to."""
    asked = get_object_or_404(DataRequest, pk=pk)
    handle_data_request(request=asked, now=timezone.now(), by=cast(User, request.user))
    messages.success(request, _("Noted as done."))
    return redirect("compliance:requests")
