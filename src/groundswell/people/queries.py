"""Questions about people and imports that more than one caller asks."""

from __future__ import annotations

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from groundswell.people.files.refusal import ImportRefusedError
from groundswell.places.enums import PARLIAMENT_2024, AreaKind
from groundswell.places.models import Area


def constituencies() -> QuerySet[Area]:
    """Every seat, those of the present boundaries first."""
    newest = Case(When(boundary_set=PARLIAMENT_2024, then=Value(0)), default=Value(1), output_field=IntegerField())
    return Area.objects.filter(kind=AreaKind.CONSTITUENCY).order_by(newest, "name", "pk")


def constituency_named(text: str) -> Area:
    """The seat of that code or name, of the present boundaries before older ones. Raises ImportRefusedError."""
    text = text.strip()
    seats = constituencies()
    if found := seats.filter(code__iexact=text).first() or seats.filter(name__iexact=text).first():
        return found
    close = list(dict.fromkeys(_near(seats, text)))[:5] if text else []
    hint = _("Did you mean %(names)s?") % {"names": ", ".join(close)} if close else _("Give its full name or its code.")
    raise ImportRefusedError(_("There is no constituency “%(text)s”. %(hint)s") % {"text": text[:60], "hint": hint})


def _near(seats: QuerySet[Area], text: str) -> list[str]:
    """Names that hold the text, or the text but for its last letters: most slips are at the end."""
    for part in (text, text[:-1], text[:-2], text[: len(text) // 2 + 1]):
        if len(part) > 2 and (
            found := list(seats.filter(name__icontains=part[:40]).values_list("name", flat=True)[:20])
        ):
            return found
    return []
