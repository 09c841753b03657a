"""Asking for a copy of what is held, or to be forgotten (rules D5, D6): kept until somebody has seen to it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.models import Membership, User
from groundswell.compliance.enums import DataRequestKind
from groundswell.compliance.models import DataRequest
from groundswell.people.models import Person

MAY_HANDLE = frozenset({Role.OWNER, Role.DATA_MANAGER})


@transaction.atomic
def ask_for_data(
    *, person: Person, kind: DataRequestKind, source: str, now: datetime, by: User | None
) -> tuple[DataRequest, bool]:
    """Write down what a person asks for, and whether it is new. One of each kind is open at most."""
    request, is_new = DataRequest.objects.get_or_create(
        person=person, kind=kind, handled_at=None, defaults={"source": source[:200], "asked_at": now}
    )
    if is_new:
        audit.record("ask_for_data", by=by, action=AuditAction.CREATE, subject=person, kind=kind, source=source)
    return request, is_new


@transaction.atomic
def handle_data_request(*, request: DataRequest, now: datetime, by: User) -> DataRequest:
    """It was seen to: the copy handed over, or the answer given. Twice is as good as once. Raises PermissionDenied."""
    if not Membership.objects.live().filter(user=by, role__in=MAY_HANDLE).exists():
        raise PermissionDenied(_("Only a data manager or owner may do this."))
    locked = DataRequest.objects.select_for_update(of=("self",)).select_related("person").get(pk=request.pk)
    if locked.handled_at is None:
        locked.handled_at, locked.handled_by = max(now, locked.asked_at), by
        locked.save(update_fields=["handled_at", "handled_by"])
        audit.record("handle_data_request", by=by, subject=locked.person, kind=locked.kind)
    return locked


def settle_requests(person: Person, *, by: User | None, now: datetime) -> None:
    """Part of an erasure, which audits it: nothing that this person asked for is left to be done."""
    for request in DataRequest.objects.filter(person=person, handled_at=None):
        request.handled_at, request.handled_by = max(now, request.asked_at), by
        request.save(update_fields=["handled_at", "handled_by"])
