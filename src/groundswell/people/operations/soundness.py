"""Whether a register file is sound: whole, the right one, and not older or much smaller than what is held."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from groundswell.people import rules
from groundswell.people.files.inspection import Inspection
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import Elector, Register
from groundswell.people.operations.outcome import Result
from groundswell.people.operations.reading import Portion


def check_whole(result: Result, rejected: int, *, inspection: Inspection, read: Portion, force: bool) -> None:
    """Raises ImportRefusedError for a file that was cut off or is another one altogether.

    `rejected`: how many of its rows; `read`: where the reader stands at its end.
    """
    accepted = result.rows - rejected
    if result.rows == 0:
        raise ImportRefusedError(_("The file has a header but no rows."))
    if accepted == 0 and result.ignored == 0:
        raise ImportRefusedError(
            _("No row of the file could be read: %(reason)s Nothing was changed.") % {"reason": _first_reason(result)}
        )
    if force:
        return
    again = _("Ask for the file again, or take it even if it looks wrong (on the command line: --force).")
    if inspection.ends_inside_character or (
        not inspection.ends_with_newline and read.last_short_line == inspection.lines
    ):
        raise ImportRefusedError(
            _("The file ends in the middle of line %(line)d: it was cut off. %(again)s")
            % {"line": inspection.lines, "again": again}
        )
    if read.stated_total is not None and read.stated_total != result.rows:
        raise ImportRefusedError(
            _(
                "The file says that it holds %(stated)d entries, but %(found)d are in it: it was cut off or "
                "edited. %(again)s"
            )
            % {"stated": read.stated_total, "found": result.rows, "again": again}
        )
    if rules.is_mostly_rejected(rejected, result.rows):
        raise ImportRefusedError(
            _(
                "%(rejected)d of %(rows)d rows cannot be read, so this is the wrong file or its columns are mapped "
                "wrongly. The commonest reason: %(reason)s Nothing was changed."
            )
            % {"rejected": rejected, "rows": result.rows, "reason": _first_reason(result)}
        )


def check_against(register: Register, *, register_date: dt.date, rows: int, replaces_all: bool) -> None:
    """Raises ImportRefusedError for a file that is older than the register held, or would remove much of it."""
    if register_date < register.register_date:
        raise ImportRefusedError(
            _(
                "This register is of %(this)s; the one held for %(seat)s is of %(held)s and newer. "
                "If the older one is meant, take it even if it looks wrong (on the command line: --force)."
            )
            % {
                "this": register_date.isoformat(),
                "seat": register.constituency,
                "held": register.register_date.isoformat(),
            }
        )
    if not replaces_all:
        return
    held = Elector.objects.filter(register=register, removed_on=None).count()
    if rules.has_shrunk(rows, held):
        raise ImportRefusedError(
            _(
                "The file has %(rows)d entries, but %(held)d are held for %(seat)s: importing it would remove the "
                "rest. If it covers only some polling districts, say so (on the command line: --part); if it is right, "
                "take it even if it looks wrong (--force)."
            )
            % {"rows": rows, "held": held, "seat": register.constituency}
        )


def _first_reason(result: Result) -> str:
    counts = result.rejects_by_reason
    return max(counts, key=lambda reason: counts[reason]) if counts else _("every row is to be ignored.")
