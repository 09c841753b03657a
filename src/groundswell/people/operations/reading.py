"""The entries of a register file, read beside the database: a large file by a process of its own.

Reading costs as much processor time as all that PostgreSQL does with the rows, and a thread would have to share Python's
lock with the one that feeds the database. The process is forked, because starting one afresh takes longer than reading
a hundred thousand rows; it touches nothing but the file, the code, and the pipe on which it hands over finished text.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from groundswell.people.entries import EntryReader
from groundswell.people.entry_batch import Reject
from groundswell.people.files.inspection import BLOCK, Inspection
from groundswell.people.files.rows import read_blocks
from groundswell.people.layouts.recognition import Recognition
from groundswell.people.newcomers import Arrivals

# Portions of about a megabyte that may wait while the database writes people.
AHEAD = 16
# A smaller file is read before a process has started.
SMALL = 2 * BLOCK


@dataclass(slots=True)
class Portion:
    """What one block of the file became, as COPY text, and where the reader stands after it."""

    rows: bytes
    homes: bytes
    # Polling districts and wards met for the first time, and their numbers.
    spots: dict[tuple[str, str], int]
    rejects: list[Reject]
    # Who goes straight into the tables; only for a seat that has no register yet.
    arrivals: Arrivals | None
    seen: int
    ignored: int
    last_home: int
    stated_total: int | None
    last_short_line: int
    # Whether the reader has compared all elector numbers up to here with each other.
    numbers_met: bool


def portions(
    path: Path, inspection: Inspection, recognition: Recognition, reader: EntryReader
) -> Generator[Portion, None, None]:
    """The whole file below its header, in order. Close the iterator to stop early."""
    read = _read(path, inspection, recognition, reader)
    return _read_apart(read) if inspection.size > SMALL else read


def _read(
    path: Path, inspection: Inspection, recognition: Recognition, reader: EntryReader
) -> Generator[Portion, None, None]:
    skip = recognition.header_row + 1 if recognition.has_header else 0
    for block in read_blocks(path, inspection):
        if skip:
            del block.cells[:skip], block.lines[:skip]
            skip = 0
        batch = reader.read(block)
        yield Portion(
            rows="".join(batch.rows).encode(),
            homes="".join(batch.homes).encode(),
            spots=batch.spots,
            rejects=batch.rejects,
            arrivals=batch.arrivals,
            seen=batch.seen,
            ignored=batch.ignored,
            last_home=reader.home,
            stated_total=reader.stated_total,
            last_short_line=reader.last_short_line,
            numbers_met=not reader.numbers.is_full,
        )


def _read_apart(read: Iterator[Portion]) -> Generator[Portion, None, None]:
    """The same portions, read by a child process. It ends with this iterator, and when this process is killed."""
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        _be_the_reader(read, sink)
    os.close(sink)
    ready: queue.Queue[Portion | BaseException | None] = queue.Queue(maxsize=AHEAD)
    stop = threading.Event()
    thread = threading.Thread(target=_receive, args=(source, ready, stop), name="import-reader", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        thread.join()


def _be_the_reader(read: Iterator[Portion], sink: int) -> NoReturn:
    """In the child: write every portion, or the error that ended the reading, to the pipe, and be gone."""
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Rows hold no cycles; looking for some among them all costs a tenth of the reading.
        gc.disable()
        # The database must see at once when the importing process has died: nobody else may hold its connections.
        os.closerange(3, sink)
        os.closerange(sink + 1, os.sysconf("SC_OPEN_MAX"))
        with os.fdopen(sink, "wb", buffering=BLOCK) as pipe:
            try:
                for portion in read:
                    pickle.dump(portion, pipe, pickle.HIGHEST_PROTOCOL)
                pickle.dump(None, pipe)
            except BrokenPipeError:
                raise
            except Exception as error:  # it is raised again where the portions are taken
                pickle.dump(error, pipe)
        status = 0
    finally:
        # Nothing of what the parent would do at its end is the child's to do.
        os._exit(status)


def _receive(source: int, ready: queue.Queue[Portion | BaseException | None], stop: threading.Event) -> None:
    """Take the portions from the pipe as they come, a bounded number ahead."""

    def put(item: Portion | BaseException | None) -> None:
        while not stop.is_set():
            try:
                ready.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    with os.fdopen(source, "rb", buffering=BLOCK) as pipe:
        item: Portion | BaseException | None
        while not stop.is_set():
            try:
                item = pickle.load(pipe)  # noqa: S301 - written by our own fork
            except (EOFError, pickle.UnpicklingError):
                item = RuntimeError("The process that reads the file has ended before the file did.")
            put(item)
            if not isinstance(item, Portion):
                return
