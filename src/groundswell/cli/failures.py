"""What a command says when it cannot do its work: one sentence on stderr, and an exit code.

1: the work could not be done. 2: it was asked for wrongly. 130: stopped from the keyboard.
"""

from __future__ import annotations

import json
import traceback

import click
import psycopg
import pydantic
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import Error as DatabaseError
from django.db import OperationalError, ProgrammingError

from groundswell.config.environment import Environment
from groundswell.config.postgres import ServerError

STOPPED = 130


class Refusal(click.ClickException):
    """The work cannot be done, for a reason the person at the terminal can do something about."""


def report(error: BaseException, *, as_json: bool) -> int:
    """Say what went wrong; with `as_json` the one object on stdout says it too. Returns the exit code."""
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        click.echo("Stopped.", err=True)
        return STOPPED
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()  # no failure: whoever names no command is shown them
        return error.exit_code
    sentence = _sentence(error)
    code = error.exit_code if isinstance(error, click.ClickException) else 1
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
    click.echo(f"Error: {sentence}", err=True)
    if as_json:
        click.echo(json.dumps({"error": sentence}))
    return code


def setting_errors(error: pydantic.ValidationError) -> list[str]:
    """One sentence for each setting whose value cannot be used; the value itself may be secret and is not shown."""
    sentences = []
    for detail in error.errors(include_input=False, include_url=False):
        field = str(detail["loc"][0]) if detail["loc"] else ""
        named = Environment.model_fields.get(field)
        name = named.validation_alias if named is not None else field
        sentences.append(f"The setting {name} cannot be used: {detail['msg']}.")
    return sentences


def _sentence(error: BaseException) -> str:
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, pydantic.ValidationError):
        return " ".join(setting_errors(error))
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, ProgrammingError) and "does not exist" in str(error):
        return f"The database is not up to date ({_first_line(error)}). Run `groundswell migrate`."
    if isinstance(error, (OperationalError, psycopg.OperationalError)):
        return f"The database cannot be used: {_first_line(error)}. `groundswell doctor` says more."
    if isinstance(error, (ServerError, ImproperlyConfigured, ObjectDoesNotExist, PermissionDenied, DatabaseError)):
        return str(error).strip() or type(error).__name__
    if isinstance(error, OSError):
        place = f": {error.filename}" if error.filename else ""
        return f"{error.strerror or error}{place}."
    if isinstance(error, ValueError) and str(error):
        return str(error)
    return f"Something unforeseen happened, which is a fault of Groundswell's: {_where(error)}"


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".")


def _where(error: BaseException) -> str:
    """The kind of error and the last place of ours it came through, for a bug report in one line."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "groundswell" in frame.filename]
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {_first_line(error)}{place}"
