"""Which seat a register is of, where nobody said: what its postcodes tell."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from groundswell.people.files.inspection import inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.files.rows import read_blocks
from groundswell.people.layouts.layout import Field
from groundswell.people.layouts.recognition import recognise
from groundswell.people.queries import constituencies
from groundswell.places.models import Area
from groundswell.places.postcodes import Found, look_up

# A street at the edge may stand under the neighbour's postcode; two seats in one file are another matter.
NEARLY_ALL = 0.9
FIRST_ROWS = 50
# Blocks of about a megabyte: enough for tens of thousands of electors.
BLOCKS = 8
NAMED = 3


def seat_by_postcodes(path: Path, *, layout: str = "auto") -> Area:
    """The seat in which at least nine in ten of a register's known postcodes lie.

    Raises ImportRefusedError, with the seats found, where they do not agree or none is known: it is never guessed.
    """
    inspection = inspect_file(path)
    seen: Counter[str] = Counter()
    for number, block in enumerate(islice(read_blocks(path, inspection), BLOCKS)):
        if number == 0:
            columns = recognise(block.cells[:FIRST_ROWS], name=layout).columns
            if Field.POSTCODE not in columns:
                break
            place = columns.index(Field.POSTCODE)
        for text, rows in Counter(row[place] for row in block.cells if len(row) > place).items():
            answer = look_up(text)
            if isinstance(answer, Found):
                seen[answer.area_code] += rows
    seats = {seat.code: seat for seat in constituencies().filter(code__in=seen)}
    ranked = [(seats[code], rows) for code, rows in seen.most_common() if code in seats]
    if not ranked:
        raise ImportRefusedError(
            _("The file's postcodes do not tell of which constituency it is the register. Name the constituency.")
        )
    total = sum(seen.values())
    if ranked[0][1] < NEARLY_ALL * total:
        shares = ", ".join(
            _("%(seat)s %(share)d%%") % {"seat": seat.name, "share": round(100 * rows / total)}
            for seat, rows in ranked[:NAMED]
        )
        raise ImportRefusedError(
            _("The file's postcodes lie in several constituencies: %(shares)s. Name the one whose register it is.")
            % {"shares": shares}
        )
    return ranked[0][0]
