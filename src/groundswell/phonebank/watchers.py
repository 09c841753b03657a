"""Whether those who watch a board on their phones still may: asked of the database once in a tick, for all of them at once.

The signed session of a phone knows nothing of a membership revoked since. A query for each poll would be as many queries as
there are phones; so each process remembers who asked in the last tick, and asks for all of them in the next.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from django.db import connection

from groundswell.accounts.identity import CallerIdentity
from groundswell.phonebank.session_numbers import this_tick

# A membership, and the epoch of the sign-in by which it is used.
Watcher = tuple[int, int]


class Watchers:
    """Those who watch from this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tick = -1
        self._asked: set[Watcher] = set()
        self._live: set[Watcher] = set()

    def may_watch(self, by: CallerIdentity) -> bool:
        """Whether the membership is live and its sign-in holds, as of this tick: whoever lost it gets no further numbers."""
        one = (by.membership_id, by.session_epoch)
        with self._lock:
            tick = this_tick()
            if tick != self._tick:
                self._live = live_among({*self._asked, one})
                self._tick, self._asked = tick, set()
            elif one not in self._asked and one not in self._live:
                self._live |= live_among({one})
            self._asked.add(one)
            return one in self._live


def live_among(watchers: Iterable[Watcher]) -> set[Watcher]:
    """Those of them that are live; one query."""
    pairs = list(watchers)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT membership, epoch FROM unnest(%s::bigint[], %s::integer[]) AS watcher (membership, epoch)"
            " WHERE accounts_membership_live(membership, epoch)",
            [[membership for membership, _epoch in pairs], [epoch for _membership, epoch in pairs]],
        )
        return set(cursor.fetchall())


_watchers = Watchers()


def may_watch(by: CallerIdentity) -> bool:
    """Whether this member may go on watching; see `Watchers.may_watch`."""
    return _watchers.may_watch(by)
