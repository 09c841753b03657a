"""What would go, and letting it go (rule D10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groundswell.accounts.access import require_role, roles_of
from groundswell.accounts.enums import Role
from groundswell.accounts.models import User
from groundswell.compliance.figures import figure
from groundswell.compliance.operations import delete_expired, expiring
from groundswell.compliance.retention import categories

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MAY = (Role.OWNER, Role.DATA_MANAGER)


@require_safe
@require_role(*MAY)
def retention(request: HttpRequest) -> HttpResponse:
    """The dry run, category by category."""
    now = timezone.now()
    context = {
        "expiries": expiring(now=now),
        "may_change": Role.OWNER in roles_of(request),
        "is_nightly": figure("retention_nightly", on=timezone.localdate()) is True,
    }
    return render(request, "compliance/retention.html", context)


@require_POST
@require_role(*MAY)
def delete(request: HttpRequest, category: str) -> HttpResponse:
    """Delete what one category has kept long enough."""
    if category not in {c.key for c in categories()}:
        raise Http404("no such category")
    gone = delete_expired(category_key=category, by=cast(User, request.user), now=timezone.now())
    messages.success(request, ngettext("%(count)d row deleted.", "%(count)d rows deleted.", gone) % {"count": gone})
    return redirect("compliance:retention")
