"""What a whole incoming text says when it says only one thing: stop, or help (rule M6). Pure.

Only the whole message counts. A stop word inside a sentence is for a person to read: "we must stop this bill" is support.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# As networks and providers know them, and Welsh. Written without spaces: "stop all", "S.T.O.P." and "opt-out" are theirs.
STOP_WORDS: Final = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke", "stopio", "peidiwch", "stopiwch"}
)
HELP_WORDS: Final = frozenset({"help", "info", "cymorth"})
_WORD = re.compile(r"[^\W_]+")
_MARKS = frozenset({"Mn", "Me", "Cf"})


def is_stop(text: str) -> bool:
    """Whether the whole message is a stop word, however it is written, or the same said several times."""
    return _is_only(text, STOP_WORDS)


def is_help(text: str) -> bool:
    """Whether the whole message asks who we are."""
    return _is_only(text, HELP_WORDS)


def mentions_stop(text: str) -> bool:
    """Whether a stop word stands among others: a person should read it soon."""
    return not is_stop(text) and any(word in STOP_WORDS for word in words_of(text))


def _is_only(text: str, known: frozenset[str]) -> bool:
    words = words_of(text)
    return bool(words) and ("".join(words) in known or all(word in known for word in words))


def words_of(text: str) -> list[str]:
    """Letters and figures only: small, full width as plain, without accents, invisible marks and pictures."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _WORD.findall("".join(letter for letter in plain if unicodedata.category(letter) not in _MARKS))
