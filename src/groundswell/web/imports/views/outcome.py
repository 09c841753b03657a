"""Every import so far, how far one is, what it did, what it left out, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groundswell.accounts import audit
from groundswell.accounts.access import require_role
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.compliance.operations import LiftRefusedError, undo_numbers
from groundswell.compliance.operations.number_imports import KINDS as NUMBER_KINDS
from groundswell.people.enums import ImportStage, ImportStatus
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import ImportBatch
from groundswell.people.operations.undo import undo_import
from groundswell.people.operations.uploads import is_abandoned
from groundswell.web.imports.access import MAY, access_import, membership_of, visible_imports
from groundswell.web.imports.forms import RunForm, UndoForm
from groundswell.web.imports.kinds import KINDS
from groundswell.web.imports.queries import has_worker, screening_age
from groundswell.web.imports.report import done_of, report_of, undo_sentences

if TYPE_CHECKING:
    from django.http import HttpRequest

PAGE = 25
GOING_ON = frozenset({ImportStatus.QUEUED, ImportStatus.RUNNING})


@require_safe
@require_role(*MAY)
def index(request: HttpRequest) -> HttpResponse:
    """What can be imported, and every import so far, the newest first."""
    batches = visible_imports(membership_of(request)).order_by("-pk")
    page = Paginator(batches, PAGE).get_page(request.GET.get("page"))
    rows = [(batch, KINDS[batch.kind], done_of(batch)) for batch in page.object_list]
    context = {
        "kinds": KINDS.values(),
        "page": page,
        "rows": rows,
        "screening": screening_age(timezone.localdate()),
    }
    return render(request, "web/imports/index.html", context)


@require_safe
@require_role(*MAY)
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how far it is, or what it did, or why it was refused."""
    batch = access_import(request, pk)
    if batch.status == ImportStatus.UPLOADED:
        return redirect("imports:preview" if batch.mapping.get("columns") else "imports:columns", pk=batch.pk)
    context = {
        "batch": batch,
        "kind": KINDS[batch.kind],
        "report": report_of(batch),
        "run_form": RunForm(initial=batch.wishes) if batch.kind == "register" else None,
        "is_going_on": batch.status in GOING_ON,
        **_progress(batch),
    }
    return render(request, "web/imports/import.html", context)


@require_safe
@require_role(*MAY)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, for a page that asks again every second; when it is over, the page is loaded anew."""
    batch = access_import(request, pk)
    if batch.status not in GOING_ON:
        return HttpResponse(headers={"HX-Refresh": "true"})
    response = render(request, "web/imports/progress.html", {"batch": batch, **_progress(batch)})
    response["Cache-Control"] = "no-store"
    return response


def _progress(batch: ImportBatch) -> dict[str, Any]:
    if batch.status not in GOING_ON:
        return {}
    return {
        "stage": ImportStage(batch.stage).label if batch.stage else "",
        "is_reading": batch.stage == ImportStage.READING,
        "is_abandoned": is_abandoned(batch),
        "has_worker": has_worker(),
    }


@require_safe
@require_role(*MAY)
def rejects(request: HttpRequest, pk: int) -> FileResponse:
    """The rows that were left out, each with its line and the reason; formulas made harmless. Logged."""
    batch = access_import(request, pk)
    if not batch.rejects_file or not batch.rejects_file.storage.exists(batch.rejects_file.name or ""):
        raise Http404("no rejects")
    audit.record(
        "export_rejects",
        by=cast(User, request.user),
        action=AuditAction.EXPORT,
        subject=batch,
        rows=batch.counts.get("rejected", 0),
    )
    response = FileResponse(
        batch.rejects_file.open("rb"),
        as_attachment=True,
        filename=f"left-out-{batch.pk}.csv",
        content_type="text/csv; charset=utf-8",
    )
    response["Cache-Control"] = "no-store"
    return response


@require_role(*MAY)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a whole import back, after being told what that does."""
    batch = access_import(request, pk)
    of_numbers = batch.kind in NUMBER_KINDS
    form = UndoForm(request.POST or None) if of_numbers else None
    if request.method == "POST" and (form is None or form.is_valid()):
        by = cast(User, request.user)
        try:
            if form is not None:
                undo_numbers(batch=batch, reason=form.cleaned_data["reason"], by=by)
            else:
                undo_import(batch=batch, by=by)
        except (ImportRefusedError, LiftRefusedError) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("“%(file)s” is taken back: everything is as it was before.") % {"file": batch.file_name}
            )
        return redirect("imports:import", pk=batch.pk)
    refusal_text = ""
    try:
        KINDS[batch.kind].check_undo(batch)
    except ImportRefusedError as refusal:
        refusal_text = str(refusal)
    context = {
        "batch": batch,
        "kind": KINDS[batch.kind],
        "form": form,
        "refusal": refusal_text,
        "sentences": undo_sentences(batch),
    }
    return render(request, "web/imports/undo.html", context, status=422 if form is not None and form.errors else 200)
