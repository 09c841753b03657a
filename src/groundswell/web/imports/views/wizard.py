"""From an uploaded file to a running import: upload and declare, columns, preview, run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from groundswell.accounts import audit
from groundswell.accounts.access import require_role
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.people.enums import ImportKind, ImportStatus
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.files.uploads import kept_upload
from groundswell.people.models import ImportBatch
from groundswell.people.operations.batches import receive_batch
from groundswell.people.operations.uploads import choose_columns, discard_import, queue_import
from groundswell.people.previews.register import Mapping
from groundswell.web.imports.access import MAY, access_import, importable_seats, membership_of
from groundswell.web.imports.forms import ColumnsForm, RunForm, layout_choices
from groundswell.web.imports.kinds import BY_SLUG, KINDS
from groundswell.web.imports.queries import same_file_before
from groundswell.web.person.access import is_limited

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest, HttpResponse

    from groundswell.web.imports.kinds import Kind

STEPS = [gettext_lazy("Upload"), gettext_lazy("Columns"), gettext_lazy("Preview"), gettext_lazy("Import")]


@require_role(*MAY)
def upload(request: HttpRequest, kind: str) -> HttpResponse:
    """A file, and what the law wants declared about it."""
    if kind not in BY_SLUG:
        raise Http404("no such kind of import")
    chosen, membership = BY_SLUG[kind], membership_of(request)
    form = chosen.form(
        request.POST or None,
        request.FILES or None,
        seats=importable_seats(membership),
        is_limited=is_limited(membership),
    )
    if request.method == "POST" and form.is_valid():
        try:
            batch = _receive(chosen, cast("UploadedFile", form.cleaned_data["file"]), form.cleaned_data, _by(request))
        except ImportRefusedError as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("imports:columns", pk=batch.pk)
    context = {"kind": chosen, "form": form, "steps": STEPS, "current": 1}
    return render(request, "web/imports/upload.html", context, status=422 if form.errors else 200)


def _receive(kind: Kind, file: UploadedFile, declared: dict[str, Any], by: User) -> ImportBatch:
    """Keep the file and what was declared about it: both or, raising ImportRefusedError, neither."""
    with kept_upload(file) as kept, transaction.atomic():
        batch = receive_batch(
            kind=kind.kind, file_name=file.name or "upload", sha256=kept.inspection.sha256, by=by, file=kept.name
        )
        kind.declare(batch, declared, by)
        # A file without a single row is told here, where another can be chosen.
        kind.map_file(batch, {})
    return batch


@require_role(*MAY)
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column holds, as recognised, to be corrected."""
    batch = access_import(request, pk)
    if away := _away(batch):
        return away
    kind = KINDS[batch.kind]
    try:
        mapping = kind.map_file(batch, _chosen(request, batch))
    except ImportRefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("imports:index")
    form = ColumnsForm(
        request.POST or None,
        fields=kind.fields,
        columns=mapping.columns,
        is_register=batch.kind == ImportKind.REGISTER,
        initial={"has_header": mapping.has_header},
    )
    if request.method == "POST" and form.is_valid() and _keep_columns(request, batch, mapping, form):
        return redirect("imports:preview", pk=batch.pk)
    if request.method == "GET":
        _note_view(request, batch, "columns")
    context = {
        "batch": batch,
        "kind": kind,
        "mapping": mapping,
        "form": form,
        "layouts": layout_choices(),
        "is_register": batch.kind == ImportKind.REGISTER,
        "asks_for_heading": batch.kind in {ImportKind.SCREENING, ImportKind.DO_NOT_CALL} or mapping.layout == "other",
        "steps": STEPS,
        "current": 2,
    }
    return render(request, "web/imports/columns.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """The layout asked for on the page, else what was chosen before, else whatever is recognised."""
    layout = request.POST.get("layout") or request.GET.get("layout")
    if layout in dict(layout_choices()) or layout == "auto":
        first_row = (
            request.GET.get("heading", "yes") != "no" if request.method == "GET" else "has_header" in request.POST
        )
        return {"layout": layout, "has_header": first_row}
    chosen: dict[str, Any] = batch.mapping
    return chosen


def _keep_columns(request: HttpRequest, batch: ImportBatch, mapping: Mapping, form: ColumnsForm) -> bool:
    """Keep the columns if the file can be read with them; else say at the form why not."""
    has_header: bool = form.cleaned_data["has_header"]
    chosen = {"layout": mapping.layout, "columns": form.chosen, "has_header": has_header}
    try:
        again = KINDS[batch.kind].map_file(batch, chosen)
        if again.refusal:
            raise ImportRefusedError(again.refusal)
        choose_columns(
            batch=batch,
            layout=mapping.layout,
            columns=form.chosen,
            has_header=has_header,
            by=_by(request),
        )
    except ImportRefusedError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_safe
@require_role(*MAY)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The first rows as they would be imported, with what is wrong at each."""
    batch = access_import(request, pk)
    if away := _away(batch):
        return away
    if not batch.mapping.get("columns"):
        return redirect("imports:columns", pk=batch.pk)
    kind = KINDS[batch.kind]
    try:
        found = kind.preview(batch, timezone.localdate())
    except ImportRefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("imports:columns", pk=batch.pk)
    _note_view(request, batch, "preview")
    context = {
        "batch": batch,
        "kind": kind,
        "preview": found,
        "before": same_file_before(batch),
        "run_form": RunForm(initial=batch.wishes) if batch.kind == ImportKind.REGISTER else None,
        "is_register": batch.kind == ImportKind.REGISTER,
        "is_phones": batch.kind == ImportKind.PHONES,
        "steps": STEPS,
        "current": 3,
    }
    return render(request, "web/imports/preview.html", context)


@require_POST
@require_role(*MAY)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the import to a worker; also again, when its worker was killed."""
    batch = access_import(request, pk)
    wishes: dict[str, Any] = {}
    if batch.kind == ImportKind.REGISTER and batch.status in {ImportStatus.UPLOADED, ImportStatus.REFUSED}:
        form = RunForm(request.POST)
        wishes = dict(form.cleaned_data) if form.is_valid() else {}
    if batch.status in {ImportStatus.UPLOADED, ImportStatus.REFUSED} and not batch.mapping.get("columns"):
        return redirect("imports:columns", pk=batch.pk)
    try:
        queue_import(batch=batch, job=KINDS[batch.kind].job, by=_by(request), wishes=wishes)
    except ImportRefusedError as refusal:
        messages.error(request, str(refusal))
    return redirect("imports:import", pk=batch.pk)


@require_POST
@require_role(*MAY)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an uploaded file that is not to be imported."""
    batch = access_import(request, pk)
    name = batch.file_name
    try:
        discard_import(batch=batch, by=_by(request))
    except ImportRefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("imports:import", pk=batch.pk)
    messages.success(request, _("“%(file)s” is deleted. Nothing of it was imported.") % {"file": name})
    return redirect("imports:index")


def _away(batch: ImportBatch) -> HttpResponse | None:
    """Where to go instead, for an import that can no longer be prepared."""
    if batch.status not in {ImportStatus.UPLOADED, ImportStatus.REFUSED} or not batch.file:
        return redirect("imports:import", pk=batch.pk)
    return None


def _note_view(request: HttpRequest, batch: ImportBatch, page: str) -> None:
    audit.record("view_upload", by=_by(request), action=AuditAction.VIEW, subject=batch, page=page)


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)
