"""Handing over everything held on a person (rule D6)."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import Organisation, User
from groundswell.compliance.personal_data import holdings
from groundswell.people.models import Person


def held_on(person: Person, *, now: datetime) -> dict[str, Any]:
    """Everything held on a person, holding by holding, as JSON can hold it. Reads only."""
    organisation = Organisation.objects.filter(pk=1).first()
    return {
        "organisation": organisation.name if organisation else "",
        "privacy notice": organisation.privacy_url if organisation else "",
        "made at": now.isoformat(),
        "held": [
            {"key": holding.key, "title": str(holding.label), "rows": [dict(row) for row in holding.export(person)]}
            for holding in holdings()
        ],
    }


@transaction.atomic
def export_held_data(*, person: Person, by: User | None) -> bytes:
    """A zip with everything held on a person: one page to read, one JSON file for machines. Audited as an export."""
    now = timezone.now()
    audit.record("export_held_data", by=by, action=AuditAction.EXPORT, subject=person)
    held = held_on(person, now=now)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("what-we-hold.json", json.dumps(held, ensure_ascii=False, indent=2))
        archive.writestr(
            "what-we-hold.html", render_to_string("compliance/held_data.html", {"held": held, "person": person})
        )
    return packed.getvalue()
