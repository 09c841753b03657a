"""Names as people type them for others to see."""

from __future__ import annotations

import re
from typing import Any

from django import forms

# Unseen signs that turn the text around them: a name with one would turn the page about it as well.
DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class NameField(forms.CharField):
    """A name: one line, without unseen signs that change the direction of writing."""

    def to_python(self, value: Any) -> str:
        """The text without them, blanks put right."""
        return " ".join(DIRECTION_MARKS.sub("", super().to_python(value) or "").split())
