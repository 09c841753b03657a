"""What a file is, before anything is read from it: size, digest, encoding, delimiter, number of lines.

One pass over the bytes in constant memory. Councils send UTF-8 (with and without a byte-order mark), UTF-16 and
Windows-1252; people send workbooks and PDFs, which are refused by name.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundswell.people.files.refusal import ImportRefusedError

BLOCK = 1 << 20
SAMPLE = 64 * 1024
DELIMITERS = ",\t;|"

MAGIC: tuple[tuple[bytes, str | Promise], ...] = (
    (b"PK\x03\x04", gettext_lazy("an Excel workbook or a zip archive")),
    (b"\xd0\xcf\x11\xe0", gettext_lazy("an old Excel workbook")),
    (b"%PDF", gettext_lazy("a PDF")),
    (b"\x1f\x8b", gettext_lazy("a gzip archive")),
    (b"7z\xbc\xaf", gettext_lazy("a 7-Zip archive")),
    (b"\x89PNG", gettext_lazy("a picture")),
    (b"\xff\xd8\xff", gettext_lazy("a picture")),
    (b"GIF8", gettext_lazy("a picture")),
    (b"\x7fELF", gettext_lazy("a program")),
    (b"SQLite format 3", gettext_lazy("a database")),
    (b"{\\rtf", gettext_lazy("a Word document")),
)
# UTF-32 begins as UTF-16 does, so it is asked for first.
MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Control characters that no text holds, besides tab, line ends, form feed, and the NUL that a row is rejected for.
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of a text file before it is read."""

    size: int
    sha256: str
    encoding: str
    delimiter: str
    lines: int
    has_mark: bool
    ends_with_newline: bool
    ends_inside_character: bool
    sample: str


def inspect_file(path: Path) -> Inspection:
    """Look at the whole file once. Raises ImportRefusedError for what is no text at all."""
    size = path.stat().st_size
    if size == 0:
        raise ImportRefusedError(_("The file is empty."))
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    _refuse_binary(head)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    if marked == "utf-32":
        raise ImportRefusedError(
            _("The file is in UTF-32, which no supplier uses. Save it as “CSV UTF-8” and try again.")
        )
    guess = marked or _wide_without_mark(head) or "utf-8"
    if guess in {"utf-8", "utf-8-sig"} and len(CONTROL.findall(head)) > max(8, len(head) // 50):
        raise _no_text()
    pass_ = _read_through(path, guess)
    encoding = guess if pass_.decodes else "cp1252"
    sample = _sample_text(head, encoding)
    return Inspection(
        size=size,
        sha256=pass_.sha256,
        encoding=encoding,
        delimiter=_delimiter(sample),
        lines=pass_.lines,
        has_mark=marked is not None,
        ends_with_newline=pass_.ends_with_newline,
        ends_inside_character=pass_.ends_inside_character,
        sample=sample,
    )


def _binary(kind: str | Promise) -> ImportRefusedError:
    return ImportRefusedError(
        _(
            "This is %(kind)s, not a text file. Open it in a spreadsheet, save the sheet as “CSV UTF-8”, and import that."
        )
        % {"kind": kind}
    )


def _no_text() -> ImportRefusedError:
    return ImportRefusedError(
        _("This is not a text file. Open it in the program that made it, save it as “CSV UTF-8”, and import that.")
    )


def _refuse_binary(head: bytes) -> None:
    for magic, kind in MAGIC:
        if head.startswith(magic):
            raise _binary(kind)


def _wide_without_mark(head: bytes) -> str | None:
    """UTF-16 without its mark: nearly every other byte of Latin text is zero."""
    length = len(head) // 2
    if length < 4:
        return None
    if head[1::2].count(0) > length * 0.7 and head[0::2].count(0) < length * 0.1:
        return "utf-16-le"
    if head[0::2].count(0) > length * 0.7 and head[1::2].count(0) < length * 0.1:
        return "utf-16-be"
    if head.count(0) > len(head) // 4:
        raise _no_text()
    return None


@dataclass(slots=True)
class _Pass:
    sha256: str = ""
    decodes: bool = True
    lines: int = 0
    ends_with_newline: bool = False
    ends_inside_character: bool = False


def _read_through(path: Path, encoding: str) -> _Pass:
    """Digest, line count, and whether `encoding` fits every byte."""
    seen = _Pass()
    digest = hashlib.sha256()
    wide = encoding.startswith("utf-16")
    decoder = codecs.getincrementaldecoder(encoding)()
    last = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            seen.lines += block.count(b"\n")
            last = block[-2:]
            if seen.decodes:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    seen.decodes = False
    if seen.decodes:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            # The file was cut within a character; all before it was good.
            seen.ends_inside_character = True
    if not seen.decodes and wide:
        raise ImportRefusedError(
            _("The file begins as UTF-16 but does not go on as such. Save it as “CSV UTF-8” and try again.")
        )
    seen.sha256 = digest.hexdigest()
    seen.ends_with_newline = b"\n" in last or b"\r" in last
    if not seen.ends_with_newline:
        seen.lines += 1
    return seen


def _sample_text(head: bytes, encoding: str) -> str:
    return head.decode(encoding, errors="ignore").lstrip("\ufeff")


def _delimiter(sample: str) -> str:
    """The delimiter that parts the first lines most evenly; a comma if none does."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()][:20]
    best, best_score = ",", 0.0
    for candidate in DELIMITERS:
        counts = [line.count(candidate) for line in lines]
        if not counts or max(counts) == 0:
            continue
        common = max(set(counts), key=lambda n: (counts.count(n), n))
        score = common * counts.count(common) / len(counts) + (0.5 * counts[0])
        if score > best_score:
            best, best_score = candidate, score
    return best
