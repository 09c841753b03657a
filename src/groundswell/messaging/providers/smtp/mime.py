"""An email as bytes, written by hand: `EmailMessage.as_bytes` takes a hundred times as long, and is the same each time.

Its shape is fixed (a text, or a text with an HTML twin, quoted-printable; around it what is enclosed), so only what differs
is filled in. What a header holds goes through the standard library's encoder, once for each value; a line end inside one is
refused.
"""

from __future__ import annotations

import binascii
import re
from base64 import encodebytes
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache

from groundswell.messaging.providers.contract import Enclosed, Outgoing

# Parts are divided by what no quoted-printable line can be: an equals sign is always followed by two hexadecimal figures.
BOUNDARY = "=_groundswell"
AROUND_FILES = "=_enclosed"
_PLAIN = re.compile(r"[\x20-\x7e]*")
LONGEST_LINE = 76


def as_bytes(each: Outgoing, *, message_id: str, at: datetime) -> bytes:
    """The message as it goes over the wire. Raises ValueError for a line end in a header."""
    head = [
        _sender(each.sender_name, each.sender_address),
        f"To: {_bare(each.to)}",
        f"Subject: {_encoded(each.subject)}",
        f"Date: {_date(at.replace(microsecond=0))}",
        f"Message-ID: {message_id}",
        "MIME-Version: 1.0",
        *(f"{name}: {_folded(value)}" for name, value in each.headers.items()),
    ]
    words = _words(each)
    if not each.enclosed:
        return _head(head) + words
    head.append(f'Content-Type: multipart/mixed; boundary="{AROUND_FILES}"')
    opens = f"\r\n--{AROUND_FILES}\r\n".encode()
    parts = [words, *(_file(file) for file in each.enclosed)]
    return b"".join([_head(head), *(opens + part for part in parts), f"\r\n--{AROUND_FILES}--\r\n".encode()])


def _words(each: Outgoing) -> bytes:
    """The text, or both twins, under their own heads."""
    if not each.html:
        return b"".join([_head(_PART_HEAD["plain"]), b"\r\n", _quoted(each.text)])
    return b"".join(
        [
            _TWINS,
            _OPENS["plain"],
            _quoted(each.text),
            _OPENS["html"],
            _quoted(each.html),
            f"\r\n--{BOUNDARY}--\r\n".encode(),
        ]
    )


def _file(file: Enclosed) -> bytes:
    """As base64, so that every byte arrives as it is."""
    charset = '; charset="utf-8"' if file.media_type.startswith("text/") else ""
    name = _quotable(file.name)
    head = [
        f'Content-Type: {_quotable(file.media_type)}{charset}; name="{name}"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
    ]
    return _head(head) + b"\r\n" + encodebytes(file.content).replace(b"\n", b"\r\n")


def _quotable(value: str) -> str:
    if not _PLAIN.fullmatch(value) or '"' in value or "\\" in value:
        raise ValueError("A file's name and kind are plain ASCII.")
    return value


_PART_HEAD = {
    kind: [f'Content-Type: text/{kind}; charset="utf-8"', "Content-Transfer-Encoding: quoted-printable"]
    for kind in ("plain", "html")
}
_TWINS = f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"\r\n'.encode()
_OPENS = {
    kind: ("\r\n--" + BOUNDARY + "\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode()
    for kind, lines in _PART_HEAD.items()
}


def _head(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _quoted(text: str) -> bytes:
    """Lines end as mail's do and are never too long, whatever the words are."""
    lines = "\r\n".join(text.splitlines()) + "\r\n"
    return binascii.b2a_qp(lines.encode("utf-8"), istext=True)


@lru_cache(maxsize=64)
def _sender(name: str, address: str) -> str:
    _check(name)
    return f"From: {formataddr((name, _bare(address)), charset='utf-8')}"


@lru_cache(maxsize=1024)
def _encoded(value: str) -> str:
    _check(value)
    if _PLAIN.fullmatch(value) and len(value) < LONGEST_LINE - len("Subject: "):
        return value
    return Header(value, "utf-8", maxlinelen=LONGEST_LINE, header_name="Subject").encode(linesep="\r\n")


@lru_cache(maxsize=8)
def _date(at: datetime) -> str:
    return format_datetime(at)


def _folded(value: str) -> str:
    """A header of ours: ASCII, and short enough for mail's longest line."""
    _check(value)
    if not _PLAIN.fullmatch(value) or len(value) > 900:
        raise ValueError("A header that is not ours to write.")
    return value


def _bare(address: str) -> str:
    """An address alone; what is none of ASCII has been refused when it was taken down."""
    if not _PLAIN.fullmatch(address) or any(sign in address for sign in ' <>,;"\\'):
        raise ValueError("This is no address that mail can go to.")
    return address


def _check(value: str) -> None:
    if "\r" in value or "\n" in value:
        raise ValueError("A header has one line.")
