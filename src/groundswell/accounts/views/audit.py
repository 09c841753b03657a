"""The audit log: who saw, changed or took out what, and when (rule D13)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from groundswell.accounts import queries
from groundswell.accounts.access import memberships_of, require_role
from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.exports import csv_response
from groundswell.accounts.forms import AuditFilterForm
from groundswell.accounts.models import AuditEvent, Membership, User
from groundswell.accounts.seals import latest_seal
from groundswell.config.numbers import read_whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

READERS = (Role.OWNER, Role.DATA_MANAGER)


def _reading(request: HttpRequest) -> list[Membership]:
    return [m for m in memberships_of(request) if m.role in READERS]


@require_safe
@require_role(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    """The newest events first, with filters; older ones page by page."""
    form = AuditFilterForm(request.GET)
    events: QuerySet[AuditEvent] = AuditEvent.objects.none()
    if form.is_valid():
        events = queries.audit_events(_reading(request), form.cleaned_data)
    before = request.GET.get("before", "")
    context = {
        "form": form,
        "log": queries.audit_page(events, read_whole_number(before)),
        "is_first": not before,
        "is_filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
        "seal": latest_seal(),
    }
    return render(request, "accounts/audit.html", context)


@require_safe
@require_role(*READERS)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same events as CSV. That someone took them is itself an event."""
    form = AuditFilterForm(request.GET)
    if not form.is_valid():
        return index(request)
    events = queries.audit_events(_reading(request), form.cleaned_data)
    wanted = {key: str(value) for key, value in form.cleaned_data.items() if value}
    record("export_audit_log", by=cast(User, request.user), action=AuditAction.EXPORT, filter=wanted)
    return csv_response(_rows(events), f"audit-log-{timezone.localdate()}.csv")


def _rows(events: QuerySet[AuditEvent]) -> Iterator[list[Any]]:
    yield ["id", "at", "actor_id", "actor", "action", "verb", "subject_kind", "subject_id", "campaign_id", "detail"]
    for event in events.select_related("actor").iterator(chunk_size=2000):
        yield [
            event.pk,
            event.at.isoformat(),
            event.actor_id,
            str(event.actor) if event.actor_id and event.actor else "",
            event.action,
            event.verb,
            event.subject_kind,
            event.subject_id,
            event.campaign_id,
            json.dumps(event.detail, ensure_ascii=False),
        ]
