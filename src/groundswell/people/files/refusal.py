"""A file that is not taken at all: nothing was written, and the sentence says what to do."""

from __future__ import annotations


class ImportRefusedError(Exception):
    """The whole file is refused. `str()` of it is a sentence for the person who brought the file."""
