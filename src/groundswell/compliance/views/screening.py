"""Taking in screening and do-not-call files; closing and opening single numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.db.models import Max
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from groundswell.accounts import audit
from groundswell.accounts.access import require_role
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.models import User
from groundswell.compliance.enums import ScreeningList
from groundswell.compliance.figures import figure
from groundswell.compliance.forms import NumberForm, ReasonForm
from groundswell.compliance.models import ScreeningFile, Suppression
from groundswell.compliance.operations import (
    LiftRefusedError,
    lift_suppression,
    suppress,
)
from groundswell.compliance.queries import suppressions_of
from groundswell.people.addresses import address_hash
from groundswell.people.enums import ContactKind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MAY = (Role.OWNER, Role.DATA_MANAGER)
SHOWN_FILES = 25


@require_safe
@require_role(*MAY)
def screening(request: HttpRequest) -> HttpResponse:
    """How fresh the screening is, and every file so far. Files come in by the import wizard."""
    today = timezone.localdate()
    newest = ScreeningFile.objects.filter(list=ScreeningList.TPS).aggregate(day=Max("screened_on"))["day"]
    max_age = int(figure("screening_max_age_days", on=today))
    context: dict[str, Any] = {
        "files": ScreeningFile.objects.select_related("imported_by").order_by("-imported_at", "-pk")[:SHOWN_FILES],
        "newest": newest,
        "age": (today - newest).days if newest else None,
        "days_left": max_age - (today - newest).days if newest else None,
        "max_age": max_age,
    }
    return render(request, "compliance/screening.html", context)


@require_role(*MAY)
def do_not_call(request: HttpRequest) -> HttpResponse:
    """Look one number up, to see whether and why it is closed, to close it, or to open it again."""
    form = NumberForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "reason_form": ReasonForm()}
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        by = cast(User, request.user)
        if "close" in request.POST:
            suppress(address=number, by=by, source="do-not-call page")
            messages.success(request, _("%(number)s is closed: nobody will be offered it again.") % {"number": number})
        else:
            audit.record("look_up_suppression", by=by, action=AuditAction.VIEW)
        found = list(suppressions_of([address_hash(ContactKind.PHONE, number)]))
        context |= {"number": number, "found": found, "is_closed": any(s.lifted_at is None for s in found)}
    return render(request, "compliance/do_not_call.html", context)


@require_POST
@require_role(*MAY)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a number again, with a reason."""
    suppression = get_object_or_404(Suppression, pk=pk)
    try:
        lift_suppression(suppression=suppression, reason=request.POST.get("reason", ""), by=cast(User, request.user))
    except LiftRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The number may be called again. Your reason is kept."))
    return redirect("compliance:do_not_call")
