"""Jurisdiction packs: the dated figures that come with the product, put into the database after each migrate."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from groundswell.compliance.models import Figure

PACKS = Path(__file__).parent / "data"


@transaction.atomic
def load_jurisdiction_packs(**_: Any) -> int:
    """Make the packaged figures those of `data/*.json`; returns how many there are. Harmless to run again.

    A figure the owner added stays, and stands before a packaged one of the same key, kind and day.
    """
    wanted = [figure for pack in sorted(PACKS.glob("*.json")) for figure in _figures(pack)]
    owned = set(Figure.objects.filter(packaged=False).values_list(*_IDENTITY))
    packaged = [figure for figure in wanted if _identity(figure) not in owned]
    Figure.objects.bulk_create(
        packaged, update_conflicts=True, unique_fields=_IDENTITY, update_fields=["value", "source", "packaged"]
    )
    kept = {_identity(figure) for figure in packaged}
    gone = [f.pk for f in Figure.objects.filter(packaged=True) if _identity(f) not in kept]
    Figure.objects.filter(pk__in=gone).delete()
    return len(packaged)


_IDENTITY = ["jurisdiction", "key", "organisation_kind", "valid_from"]


def _identity(figure: Figure) -> tuple[str, str, str, date]:
    return figure.jurisdiction, figure.key, figure.organisation_kind, figure.valid_from


def _figures(pack: Path) -> list[Figure]:
    content = json.loads(pack.read_text(encoding="utf-8"))
    return [
        Figure(
            jurisdiction=content["jurisdiction"],
            key=entry["key"],
            organisation_kind=entry.get("organisation_kind", ""),
            value=entry["value"],
            valid_from=date.fromisoformat(entry["valid_from"]),
            source=entry["source"],
            packaged=True,
        )
        for entry in content["figures"]
    ]
