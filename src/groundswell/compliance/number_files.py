"""Files of telephone numbers as bureaux and spreadsheets make them: one column, or our numbers with a yes or no.

Numbers are put into E.164 by their shape alone: they are only ever compared with ours, and a list of the Telephone
Preference Service holds many millions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from groundswell.people.addresses import address_hash
from groundswell.people.enums import ContactKind
from groundswell.people.files.inspection import Inspection, inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.files.rejects import RejectsFile, without_quotes
from groundswell.people.files.rows import Block, read_blocks
from groundswell.people.operations.batches import rejects_path

# Fewer rows with a number than this, and the file is something else.
LEAST_SHARE_OF_NUMBERS = 0.8
DIGITS = re.compile(r"\+?[0-9]{7,15}")
DAY = re.compile(r"[0-9]{4}([-./])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-./])[0-9]{1,2}\2[0-9]{2,4}")
SEPARATORS = str.maketrans("", "", " \t-./()'\"\u00a0\u2010\u2011\u2012\u2013\u200e\u200f")
YES = frozenset({"y", "yes", "true", "t", "1", "listed", "on", "match", "matched", "tps", "ctps", "registered", "x"})
NO = frozenset({"n", "no", "false", "f", "0", "", "not listed", "off", "clear", "clean", "ok", "no match", "unlisted"})
# What a column of such a file can hold.
NUMBER, ANSWER = "number", "answer"
NUMBER_HEADINGS = ("phone", "telephone", "number", "mobile", "landline", "cli", "tel", "msisdn")


@dataclass
class NumberFileReport:
    """What was in a file. `answers` tells its form: our own numbers, each with a yes or no."""

    sha256: str
    rows: int = 0
    numbers: int = 0
    listed: int = 0
    rejected: int = 0
    added: int = 0
    answers: bool = False
    rejects_file: str | None = None
    rejects_by_reason: dict[str, int] = field(default_factory=dict)

    def reject(self, reason: str) -> None:
        """Count a row that holds no number."""
        self.rejected += 1
        key = without_quotes(reason)
        self.rejects_by_reason[key] = self.rejects_by_reason.get(key, 0) + 1


@dataclass(frozen=True)
class NumberColumns:
    """Which column holds the number, and which, if any, a yes or no."""

    number: int
    answer: int | None
    has_header: bool

    @classmethod
    def named(cls, fields: list[str], *, has_header: bool) -> NumberColumns:
        """From the field of each column: NUMBER once, ANSWER at most once. Raises ImportRefusedError."""
        if fields.count(NUMBER) != 1:
            raise ImportRefusedError(_("Say which one column holds the telephone numbers."))
        if fields.count(ANSWER) > 1:
            raise ImportRefusedError(_("Only one column can say yes or no."))
        answer = fields.index(ANSWER) if ANSWER in fields else None
        return cls(fields.index(NUMBER), answer, has_header)

    def fields(self, width: int) -> list[str]:
        """The field of each of `width` columns."""
        return [NUMBER if n == self.number else ANSWER if n == self.answer else "" for n in range(width)]


class StagedNumbers:
    """The numbers of one file in a temporary table `compliance_staged (value, listed)`, for the transaction's length."""

    def __init__(self, report: NumberFileReport) -> None:
        self.report = report

    def digests(self) -> list[bytes]:
        """The keyed hashes of the listed numbers."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT value FROM compliance_staged WHERE listed")
            return [address_hash(ContactKind.PHONE, value) for (value,) in cursor.fetchall()]


def to_e164(cell: str) -> str | None:
    """A number by its shape, a national one read as British; None for what is none, such as a date.

    A wrong file taken for a screening would clear everybody: so a number without its + is one of ours at home or none.
    """
    if DAY.fullmatch(cell.strip()):
        return None
    plain = cell.translate(SEPARATORS)
    if not DIGITS.fullmatch(plain):
        return None
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    if plain.startswith("+440"):
        return "+44" + plain[4:]
    if plain.startswith("+"):
        return plain
    if plain.startswith("44") and len(plain) >= 11:
        return "+" + plain
    # Where there is no zero, a spreadsheet took the number for a number and dropped it.
    national = plain.removeprefix("0")
    return "+44" + national if len(national) in (9, 10) else None


@contextmanager
def read_numbers(
    path: Path,
    *,
    answer_heading: str = "",
    columns: NumberColumns | None = None,
    tell: Callable[[int], None] | None = None,
) -> Iterator[StagedNumbers]:
    """Stage the numbers of a file; needs an open transaction. `answer_heading` names the list a column may answer for.

    `columns` says what the columns hold instead of looking for it; `tell` hears how many rows are read. Raises
    ImportRefusedError when the file is no text, holds no number, or mostly something else.
    """
    inspection = inspect_file(path)
    report = NumberFileReport(sha256=inspection.sha256)
    blocks = read_blocks(path, inspection)
    rejected = rejects_path()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS compliance_staged_rows, compliance_staged")
        cursor.execute("CREATE TEMPORARY TABLE compliance_staged_rows (value text, listed boolean) ON COMMIT DROP")
        with RejectsFile(rejected, []) as rejects:
            with cursor.copy("COPY compliance_staged_rows (value, listed) FROM STDIN") as copy:
                fresh = True
                for block in blocks:
                    if columns is None and block.cells:
                        columns = find_columns(block, inspection, answer_heading)
                    if columns is not None and block.cells and fresh:
                        fresh = False
                        if columns.has_header:
                            del block.cells[0], block.lines[0]
                    for row in _numbers_of(block, columns) if columns else ():
                        report.rows += 1
                        if row.problem:
                            report.reject(row.problem)
                            rejects.write(row.line, row.cells, row.problem)
                        else:
                            copy.write_row((row.value, row.listed))
                    if tell:
                        tell(report.rows)
            _check(report)
        report.answers = columns is not None and columns.answer is not None
        report.rejects_file = str(rejected) if rejects.count else None
        cursor.execute("ANALYZE compliance_staged_rows")
        cursor.execute(
            """
            CREATE TEMPORARY TABLE compliance_staged ON COMMIT DROP AS
                SELECT value, bool_or(listed) AS listed FROM compliance_staged_rows GROUP BY value
            """
        )
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE listed) FROM compliance_staged")
        row = cursor.fetchone()
        assert row is not None
        report.numbers, report.listed = row
        cursor.execute("ANALYZE compliance_staged")
    try:
        yield StagedNumbers(report)
    except BaseException:
        rejected.unlink(missing_ok=True)
        raise
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE compliance_staged_rows, compliance_staged")


def _check(report: NumberFileReport) -> None:
    found = report.rows - report.rejected
    if found == 0:
        raise ImportRefusedError(
            _("No telephone number was found in this file. Nothing was done. It should hold a column of numbers.")
        )
    if found < report.rows * LEAST_SHARE_OF_NUMBERS:
        raise ImportRefusedError(
            _(
                "Only %(found)d of %(rows)d rows hold a telephone number in the column we read, so this is probably "
                "another file. Nothing was done."
            )
            % {"found": found, "rows": report.rows}
        )


@dataclass(slots=True)
class NumberRow:
    """One row of such a file: a number and whether it is listed, or what is wrong with it."""

    line: int
    value: str
    listed: bool
    problem: str
    cells: list[str]


def _numbers_of(block: Block, columns: NumberColumns) -> Iterator[NumberRow]:
    for line, cells in zip(block.lines, block.cells, strict=True):
        yield read_row(line, cells, columns)
    for trouble in block.troubles:
        yield NumberRow(trouble.line, "", False, trouble.reason, [trouble.text])


def read_row(line: int, cells: list[str], columns: NumberColumns) -> NumberRow:
    """What one row says."""
    value = to_e164(cells[columns.number]) if columns.number < len(cells) else None
    if value is None:
        return NumberRow(line, "", False, _("No telephone number."), cells)
    if columns.answer is None:
        return NumberRow(line, value, True, "", cells)
    answer = cells[columns.answer].strip().lower() if columns.answer < len(cells) else ""
    if answer in YES:
        return NumberRow(line, value, True, "", cells)
    if answer in NO and columns.answer < len(cells):
        return NumberRow(line, value, False, "", cells)
    return NumberRow(line, value, False, _("Neither yes nor no: “%(answer)s”.") % {"answer": answer[:40]}, cells)


def find_columns(block: Block, inspection: Inspection, answer_heading: str) -> NumberColumns:
    """The column of the numbers and that of the answers, by what is in them. Raises ImportRefusedError if unclear."""
    first = [cell.strip() for cell in block.cells[0]]
    has_header = not any(to_e164(cell) for cell in first)
    sample = block.cells[1:201] if has_header else block.cells[:200]
    width = max((len(row) for row in sample), default=len(first))
    number = _number_column(first if has_header else [], sample, width)
    answer = _answer_column(first if has_header else [], sample, width, number, answer_heading)
    if inspection.lines == 1 and has_header:
        raise ImportRefusedError(_("The file holds a heading and nothing below it. Nothing was done."))
    return NumberColumns(number, answer, has_header)


def _number_column(header: list[str], sample: list[list[str]], width: int) -> int:
    """The column with most numbers; a telling heading decides between equals."""

    def score(column: int) -> tuple[int, bool]:
        named = column < len(header) and any(word in header[column].lower() for word in NUMBER_HEADINGS)
        return sum(1 for row in sample if column < len(row) and to_e164(row[column])), named

    return max(range(max(width, 1)), key=score)


def _answer_column(
    header: list[str], sample: list[list[str]], width: int, number: int, answer_heading: str
) -> int | None:
    """The column that says yes or no: the one named for the list, else the only one of that kind."""
    candidates = [
        column
        for column in range(width)
        if column != number and all(_is_answer(row[column]) for row in sample if column < len(row))
    ]
    candidates = [c for c in candidates if any(c < len(row) and row[c].strip() for row in sample)]
    named = [c for c in candidates if c < len(header) and header[c].lower().startswith(answer_heading.lower())]
    if answer_heading and named:
        return named[0]
    if len(candidates) > 1:
        raise ImportRefusedError(
            _("Several columns say yes or no, and none is headed “%(list)s”. Leave one, or name it. Nothing was done.")
            % {"list": answer_heading.upper()}
        )
    return candidates[0] if candidates else None


def _is_answer(cell: str) -> bool:
    text = cell.strip().lower()
    return text in YES or text in NO
