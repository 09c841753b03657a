"""How commands speak: text for people, one JSON object for programs, a progress bar on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(function: Command) -> Command:
    """Gives a command `--json`, as its argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else there.")(
        function
    )


def answer(result: Mapping[str, object], *, as_json: bool, text: str = "") -> None:
    """Print a command's result: as JSON, or as `text` (without it, a line for each entry)."""
    if as_json:
        click.echo(json.dumps(result, default=str, ensure_ascii=False))
    elif text:
        click.echo(text)
    else:
        width = max((len(name) for name in result), default=0)
        for name, value in result.items():
            click.echo(f"{name.replace('_', ' '):<{width}}  {_plain(value)}")


def note(message: str) -> None:
    """Something the operator should know; on stderr, so that stdout stays the answer's."""
    click.echo(message, err=True)


class Meter:
    """The bar of one piece of work. Without a terminal it counts for nothing and shows nothing."""

    def __init__(self, bar: Progress | None, task: TaskID | None) -> None:
        self._bar = bar
        self._task = task

    def advance(self, steps: float = 1) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, steps)

    def update(
        self, *, completed: float | None = None, total: float | None = None, description: str | None = None
    ) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=completed, total=total, description=description)


@contextmanager
def progress(description: str, *, total: float | None = None) -> Iterator[Meter]:
    """A progress bar on stderr during the block, if that is a terminal. `total` None: the end is not known yet."""
    if not sys.stderr.isatty():
        yield Meter(None, None)
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        yield Meter(bar, bar.add_task(description, total=total))


def note_rejects(count: int, path: str) -> None:
    """Say where the rows lie that an import left out."""
    note(f"{count:,} {'row was' if count == 1 else 'rows were'} left out; see {path}")


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key} ({_plain(count)})" for key, count in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return "" if value is None else str(value)
