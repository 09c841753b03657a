"""From the cells of a register file to entries ready for the database, or the reason why a row is not one.

This is the one place that reads a row. It runs once for each of a million rows, so it keeps to plain strings, remembers
what repeats (names, dates, the address of the row before) and writes PostgreSQL's COPY text directly.
"""

from __future__ import annotations

import datetime as dt
import re

from django.utils.translation import gettext as _

from groundswell.config.numbers import read_whole_number
from groundswell.people import rules
from groundswell.people.addresses import fold, name_key, normalise_postcode
from groundswell.people.entry_batch import Batch, Reject, RowRejectedError
from groundswell.people.files.cells import is_formula, parse_date, parse_number, split_full_number
from groundswell.people.files.rows import Block
from groundswell.people.layouts.layout import Field
from groundswell.people.layouts.recognition import Recognition
from groundswell.people.newcomers import NULL, Newcomers
from groundswell.people.numbers_met import NumbersMet

REMEMBERED = 50_000
NAME_LENGTH = 150
TITLE_LENGTH = 35
# Folding may lengthen a name: ß becomes ss.
KEY_LENGTH = 300
# Marks that turn the direction of writing: with them a name can be made to look like another.
DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
UNREADABLE = "\ufffd"
TOTALS = re.compile(r"\b(totals?|records?|electors?|count|end of (?:file|register|report))\b", re.IGNORECASE)
# A private-use character that stands for the line end inside an address until it is escaped for COPY.
LINE_END = "\ue000"
FORMULA = re.compile("\t[=@+-]")
HIDDEN = re.compile(r"^\(z\) ?", re.IGNORECASE)


class EntryReader:
    """Reads the rows of one file; remembers homes, polling districts and the file's own totals as it goes."""

    # Set for a seat that has no register yet, as long as it lasts.
    newcomers: Newcomers | None = None

    def __init__(self, recognition: Recognition, *, nation: str, today: dt.date) -> None:
        self.nation = nation
        self.today = today
        self.changes = recognition.layout.changes or bool({Field.CREATED, Field.DELETED} & set(recognition.columns))
        self.width = len(recognition.columns)
        self.home = 0
        self.spots: dict[tuple[str, str], int] = {}
        self.stated_total: int | None = None
        self.last_short_line = 0
        self._columns = recognition.columns
        self.numbers = NumbersMet()
        self._last_address: list[str] | None = None
        # The id of the home's household; 0 if it is staged.
        self._household = 0
        self._dates: dict[str, dt.date] = {}
        self._postcodes: dict[str, str | None] = {}
        self._franchises: dict[tuple[str, str], str] = {}
        self._place_columns(recognition.columns)

    def _place_columns(self, columns: list[str]) -> None:
        def at(wanted: Field) -> int:
            # Every row gets an empty cell at its end: the place of the columns that a file does not have.
            return columns.index(wanted) if wanted in columns else -1

        self.prefix, self.number, self.suffix = at(Field.PREFIX), at(Field.NUMBER), at(Field.SUFFIX)
        self.full_number, self.roll_number = at(Field.FULL_NUMBER), at(Field.ROLL_NUMBER)
        self.title, self.surname, self.name = at(Field.TITLE), at(Field.SURNAME), at(Field.NAME)
        self.forename, self.middle = at(Field.FORENAME), at(Field.MIDDLE)
        self.markers, self.franchise = at(Field.MARKERS), at(Field.FRANCHISE)
        self.attainments = [i for i, column in enumerate(columns) if column == Field.ATTAINMENT]
        self.postcode, self.uprn, self.ward = at(Field.POSTCODE), at(Field.UPRN), at(Field.WARD)
        self.opt_out, self.record_total = at(Field.OPT_OUT), at(Field.RECORD_TOTAL)
        self.created, self.deleted = at(Field.CREATED), at(Field.DELETED)
        self.address = [i for i, column in enumerate(columns) if column == Field.ADDRESS]
        self.house_number, self.house_name = at(Field.HOUSE_NUMBER), at(Field.HOUSE_NAME)
        self.street = at(Field.STREET)
        parts = {*self.address, self.house_number, self.house_name, self.street, self.postcode, self.uprn}
        self.where = sorted(parts - {-1})
        self.has_parts = max(self.house_number, self.house_name, self.street) >= 0

    def read(self, block: Block) -> Batch:
        """The entries of one block of rows."""
        batch = Batch(position=block.position)
        known = len(self.spots)
        append, width = batch.rows.append, self.width
        for trouble in block.troubles:
            batch.rejects.append(Reject(trouble.line, [trouble.text], trouble.reason))
        batch.seen = len(block.troubles)
        kept = self.numbers.look()
        if self.newcomers is not None and not (kept and self.newcomers.have_ids(len(block.cells))):
            # From here on everybody is staged, in homes that are staged as well.
            self.newcomers = self._last_address = None
        straight = self.newcomers
        for line, cells in zip(block.lines, block.cells, strict=True):
            try:
                row = cells if len(cells) == width else self._fitted(line, cells)
                if row is None:
                    continue
                row.append("")
                text = self._entry(line, row, batch)
                row.pop()
                batch.seen += 1
                if text is None:
                    batch.ignored += 1
                elif text:
                    append(text)
            except RowRejectedError as reject:
                if self._is_totals([cell for cell in cells if cell.strip()]):
                    continue
                batch.seen += 1
                shown = [_("(withheld: under 16)")] if reject.withheld else cells[:width] if cells else []
                batch.rejects.append(Reject(line, shown, str(reject)))
        if straight is not None:
            batch.arrivals = straight.arrivals()
        if len(self.spots) > known:
            batch.spots = dict(list(self.spots.items())[known:])
        return batch

    # --- one row ---

    def _entry(self, line: int, row: list[str], batch: Batch) -> str | None:
        change = "full"
        if self.changes:
            change = rules.change_of(row[self.created], row[self.deleted])
            if self.record_total >= 0 and (total := read_whole_number(row[self.record_total].strip())) is not None:
                self.stated_total = total
            if change == "ignore":
                return None
        prefix, number, suffix = self._elector_number(row)
        family, given, hidden = self._whose(row)
        new_home = None
        place = [row[i] for i in self.where]
        if place != self._last_address:
            new_home = self._home(row)
        key = name_key(given, family)[:KEY_LENGTH]
        anonymous = not key or (
            ("elector" in key or "anonymous" in key) and rules.is_anonymous(f"{given} {family}", "")
        )
        if anonymous and not rules.is_anonymous(f"{given} {family}".strip(), " ".join(place).strip()):
            raise RowRejectedError(_("The name is missing."))
        attainment = self._attainment(row) if self.attainments else ""
        spot = self._spot(prefix, row[self.ward])
        if anonymous or change == "delete":
            new_home = None
        if anonymous:
            title = given = family = key = ""
            home = 0
        else:
            # No title is longer; what stands there is something else, and no reason to leave anybody out.
            title = _clean(row[self.title])[:TITLE_LENGTH]
            home = 0 if change == "delete" else self.home + 1 if new_home is not None else self.home
        flags = row[self.markers]
        marker = _clean(flags if self.markers >= 0 else row[self.franchise])[:16]
        franchise = self._franchises.get((flags, row[self.franchise])) or self._franchise(flags, row[self.franchise])
        out = "t" if hidden or (self.opt_out >= 0 and rules.is_opted_out(row[self.opt_out])) else "f"
        signs = f"{'t' if anonymous else 'f'}\t{out}"
        newcomers, household = self.newcomers, 0
        if newcomers is not None and not anonymous:
            household = self._household if new_home is None else newcomers.household_at(new_home)
        straight = newcomers is not None and (household > 0 or anonymous)
        if newcomers is not None and straight:
            text = newcomers.entry(
                household,
                f"{title}\t{given}\t{family}\t{key}",
                f"{prefix}\t{number}\t{suffix}\t{marker}\t{franchise}\t{attainment or NULL}\t{signs}",
            )
        else:
            text = (
                f"{line}\t{change}\t{prefix}\t{number}\t{suffix}\t{title}\t{given}\t{family}\t{key}\t{home}\t{spot}\t"
                f"{marker}\t{franchise}\t{attainment}\t{signs}\n"
            )
        text = self._safe(text, (title, given, family))
        home_text = None
        if new_home is not None:
            # The home is kept only with an entry that lives in it.
            home_text = (
                newcomers.household(household, new_home) if newcomers and straight else f"{home}\t{new_home}\t{spot}\n"
            )
            home_text = self._safe(home_text, ())
        first = self.numbers.line_of(line, prefix, number, suffix, gone=change == "delete")
        if first:
            raise _repeated(prefix, number, suffix, first)
        if home_text is not None:
            self.home, self._household, self._last_address = home, household, place
            if not straight:
                batch.homes.append(home_text)
        if newcomers is not None and straight:
            newcomers.add(spot, home_text, text)
            return ""
        return text

    def _elector_number(self, row: list[str]) -> tuple[str, str, str]:
        if self.full_number >= 0:
            whole = split_full_number(row[self.full_number])
            if whole is None:
                raise RowRejectedError(
                    _("“%(number)s” is not an elector number.") % {"number": row[self.full_number].strip()[:40]}
                )
            prefix, number, suffix = whole
        else:
            prefix = row[self.prefix].strip()
            cell = row[self.number] if self.number >= 0 else row[self.roll_number]
            if cell.isdigit() and cell.isascii() and len(cell) <= 12:
                number, suffix = cell, "0"
            else:
                parsed = parse_number(cell, decimal=self.number < 0)
                if parsed is None:
                    raise RowRejectedError(_("“%(number)s” is not an elector number.") % {"number": cell.strip()[:40]})
                number, suffix = parsed
            if self.suffix >= 0 and (own := row[self.suffix].strip()) not in {"", "0"}:
                suffix = own
        if len(prefix) > 16 or len(suffix) > 8 or not (prefix + suffix).isprintable():
            raise RowRejectedError(_("“%(number)s” is not an elector number.") % {"number": f"{prefix}{number}"[:40]})
        return prefix, number, suffix

    def _whose(self, row: list[str]) -> tuple[str, str, bool]:
        """Family name, given names, and whether `(z)` hides the entry from the open register."""
        if self.name >= 0:
            family, given = rules.split_name(_clean(row[self.name]))
        else:
            family = " ".join(row[self.surname].split())
            given = " ".join(row[self.forename].split())
        if self.middle >= 0 and (middle := _clean(row[self.middle])):
            given = f"{given} {middle}".strip()
        hidden = family.startswith("(")
        if hidden:
            shown = HIDDEN.sub("", family)
            hidden, family = shown != family, shown
        return family, given, hidden

    def _home(self, row: list[str]) -> str:
        """Postcode, folded address, address and property number of a new home, as COPY text."""
        cell = row[self.postcode]
        postcode = self._postcodes.get(cell, "?")
        if postcode == "?":
            if len(self._postcodes) > REMEMBERED:
                self._postcodes.clear()
            postcode = self._postcodes[cell] = "" if not cell.strip() else normalise_postcode(cell)
        if postcode is None:
            raise RowRejectedError(
                _("“%(text)s” stands where the postcode should be; have the columns shifted?")
                % {"text": cell.strip()[:40]}
            )
        lines = [line for line in [" ".join(row[i].split()) for i in self.address] if line]
        if self.has_parts:
            lines = self._with_parts(lines, row)
        for line in lines:
            if is_formula(line):
                raise RowRejectedError(_("The address begins like a spreadsheet formula."))
        address = ", ".join(lines)
        uprn = row[self.uprn].strip()
        if uprn and not (uprn.isascii() and uprn.isdigit() and len(uprn) <= 12):
            uprn = ""
        # Lines are parted by the letter that COPY reads as a line end; `_safe` must not double it.
        return f"{postcode}\t{fold(address)[:400]}\t{LINE_END.join(lines)[:1000]}\t{uprn}"

    def _with_parts(self, lines: list[str], row: list[str]) -> list[str]:
        """The address with house name, number and street before it, where its lines do not hold them already."""
        street, number = " ".join(row[self.street].split()), " ".join(row[self.house_number].split())
        known = f" {fold(' '.join(lines))} "
        lines = list(lines)
        if street and f" {fold(street)} " not in known:
            lines.insert(0, f"{number} {street}".strip())
        elif number and f" {fold(number)} " not in known:
            place = next((i for i, line in enumerate(lines) if fold(street) in fold(line)), 0)
            if lines:
                lines[place] = f"{number} {lines[place]}"
            else:
                lines.append(number)
        name = " ".join(row[self.house_name].split())
        if name and f" {fold(name)} " not in known:
            lines.insert(0, name)
        return lines

    def _attainment(self, row: list[str]) -> str:
        cell = next((row[i] for i in self.attainments if row[i] and not row[i].isspace()), "")
        if not cell:
            return ""
        day = self._dates.get(cell)
        if day is None:
            day = parse_date(cell)
            if day is None:
                raise RowRejectedError(
                    _("“%(text)s” stands where the date of attainment should be.") % {"text": cell.strip()[:40]}
                )
            if len(self._dates) > REMEMBERED:
                self._dates.clear()
            self._dates[cell] = day
        if rules.is_under_16(day, nation=self.nation, on=self.today):
            raise RowRejectedError(
                _("Under 16: attains voting age on %(day)s. Import the register again after their 16th birthday.")
                % {"day": day.isoformat()},
                withheld=True,
            )
        return day.isoformat()

    def _spot(self, prefix: str, ward: str) -> int:
        """The number of this polling district and ward among those met."""
        where = (prefix, ward.strip()[:200] if ward else "")
        spot = self.spots.get(where)
        if spot is None:
            spot = self.spots[where] = len(self.spots)
        return spot

    def _franchise(self, flags: str, marker: str) -> str:
        value = str(rules.franchise_of(marker, flags))
        if len(self._franchises) < REMEMBERED:
            self._franchises[flags, marker] = value
        return value

    def _safe(self, text: str, names: tuple[str, ...]) -> str:
        """The COPY text, checked for what a column cannot hold or nobody should have to look at."""
        if len(text) > NAME_LENGTH and any(len(name) > NAME_LENGTH for name in names):
            raise RowRejectedError(_("A name has more than %(count)d characters.") % {"count": NAME_LENGTH})
        if "\0" in text:
            raise RowRejectedError(_("The row holds a NUL character."))
        if not text.isascii():
            if DIRECTION_MARKS.search(text):
                raise RowRejectedError(
                    _("The row holds marks that turn the direction of writing, which make a name look like another.")
                )
            if UNREADABLE in text:
                raise RowRejectedError(_("The row holds a character that the file's encoding does not know."))
        if FORMULA.search(text) and any(is_formula(name) for name in names):
            raise RowRejectedError(_("The name begins like a spreadsheet formula."))
        if "\\" in text:
            text = text.replace("\\", "\\\\")
        return text.replace(LINE_END, "\\n") if not names else text

    # --- rows of another width than the header ---

    def _fitted(self, line: int, cells: list[str]) -> list[str] | None:
        """The row at the header's width: padded, trimmed, or with the address's unquoted commas taken back into it.

        None for a line of totals. Raises RowRejectedError when the columns have shifted beyond repair.
        """
        filled = [cell for cell in cells if cell.strip()]
        if self._is_totals(filled):
            return None
        if len(cells) < self.width:
            self.last_short_line = line
            return cells + [""] * (self.width - len(cells))
        if not any(cell.strip() for cell in cells[self.width :]):
            return cells[: self.width]
        trimmed = list(cells)
        while len(trimmed) > self.width + 1 and not trimmed[-1].strip():
            trimmed.pop()
        # The commas may have pushed empty cells off the end, or stand before columns that are filled.
        repaired = self._repaired(trimmed) or self._repaired(cells)
        if repaired is None:
            raise RowRejectedError(
                _("The row has %(found)d columns where the header has %(expected)d; is a comma not in quotation marks?")
                % {"found": len(cells), "expected": self.width}
            )
        return repaired

    def _repaired(self, cells: list[str]) -> list[str] | None:
        surplus = len(cells) - self.width
        if not self.address:
            return None
        start = self.address[0]
        merged = ", ".join(cell.strip() for cell in cells[start : start + surplus + 1] if cell.strip())
        row = [*cells[:start], merged, *cells[start + surplus + 1 :]]
        # The postcode proves the repair; without one there is no telling where the comma was.
        if self.postcode < 0 or not normalise_postcode(row[self.postcode]):
            return None
        return row

    def _is_totals(self, filled: list[str]) -> bool:
        """Whether this is the line of totals that some suppliers put last; its number is kept to check the file by."""
        if not filled or len(filled) > 3 or len(filled) * 2 > self.width:
            return False
        text = " ".join(filled)
        if not TOTALS.search(text):
            return False
        if numbers := re.findall(r"\d[\d,]*", text):
            self.stated_total = int(numbers[-1].replace(",", "")[:9])
        return True


def _repeated(prefix: str, number: str, suffix: str, first: int) -> RowRejectedError:
    whole = f"{prefix}{number}" if suffix == "0" else f"{prefix}{number}/{suffix}"
    return RowRejectedError(
        _("Elector number %(number)s stands on line %(line)d already.") % {"number": whole, "line": first}
    )


def _clean(cell: str) -> str:
    """Space at the ends and in rows taken away, tabs and line ends with it."""
    return " ".join(cell.split()) if cell else ""
