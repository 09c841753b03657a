"""`groundswell doctor`: every setting, every check, and how to mend what is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterable

import click
import pydantic
from django.core.exceptions import ImproperlyConfigured

from groundswell.cli.checks import (
    BAD,
    DOUBTFUL,
    GOOD,
    Finding,
    database_checks,
    settings_checks,
    surroundings_checks,
)
from groundswell.cli.console import answer, json_option
from groundswell.cli.database import database
from groundswell.cli.failures import Refusal, setting_errors
from groundswell.cli.provider_checks import provider_checks
from groundswell.config.data_folder import keep_secret, new_secret
from groundswell.config.environment import DEFAULT_SECRET_KEY, SHORTEST_SECRET_KEY, Environment, environment
from groundswell.config.postgres import EmbeddedServer, ServerError

SECRETS = {
    "secret_key",
    "database_url",
    "email_url",
    "twilio_auth_token",
    "sms_http",
    "smpp",
    "email_service",
    "bounce_mailbox",
}
SIGNS = {GOOD: ("✓", "green"), DOUBTFUL: ("!", "yellow"), BAD: ("✗", "red")}


@click.command("doctor")
@click.option(
    "--new-secret", "wants_secret", is_flag=True, help="Print a fresh GROUNDSWELL_SECRET_KEY and nothing else."
)
@click.option("--keep-new-secret", "keeps_secret", is_flag=True, help="Put a fresh secret key into the data folder.")
@json_option
def command(wants_secret: bool, keeps_secret: bool, as_json: bool) -> int:
    """List every setting, check database, worker, disk and mail, and say how to mend what is wrong.

    The exit code is 1 when something is wrong that keeps Groundswell from working.
    """
    if wants_secret:
        click.echo(new_secret())
        return 0
    if keeps_secret:
        return _keep_secret(as_json=as_json)
    try:
        env = environment()
    except pydantic.ValidationError as error:
        findings = [Finding("settings", BAD, text, "Correct it in the environment.") for text in setting_errors(error)]
        settings: list[dict[str, str]] = []
    else:
        findings = _examine(env)
        settings = list(setting_rows(env))
    healthy = all(finding.state != BAD for finding in findings)
    result = {"healthy": healthy, "settings": settings, "checks": [finding.as_dict() for finding in findings]}
    answer(result, as_json=as_json, text=_text(settings, findings))
    return 0 if healthy else 1


def _keep_secret(*, as_json: bool) -> int:
    env = environment()
    if env.secret_key != DEFAULT_SECRET_KEY:
        raise Refusal(
            "There is a secret key already. With another one nobody's suppressed number would be recognised any more."
        )
    path = keep_secret(env.data_dir.resolve())
    text = f"The secret key is in {path}. Keep a copy somewhere else: backups do not hold it."
    answer({"file": str(path)}, as_json=as_json, text=text)
    return 0


def setting_rows(env: Environment) -> Iterable[dict[str, str]]:
    """Each setting: its variable, its value (secrets are only said to be set), where that comes from, what it means."""
    for name, field in Environment.model_fields.items():
        value = getattr(env, name)
        is_set = name in env.model_fields_set
        is_known = value in ("", None, DEFAULT_SECRET_KEY)
        shown = str(value) if name not in SECRETS else "" if is_known else "(set)"
        yield {
            "name": variable_of(name),
            "value": shown,
            "source": "environment" if is_set else _other_source(name, value),
            "description": field.description or "",
        }


def _other_source(name: str, value: object) -> str:
    return "data folder" if name == "secret_key" and value != DEFAULT_SECRET_KEY else "default"


def variable_of(name: str) -> str:
    """The environment variable of a field of `Environment`."""
    alias = Environment.model_fields[name].validation_alias
    if isinstance(alias, pydantic.AliasChoices):
        return str(alias.choices[0])
    return str(alias)


def _examine(env: Environment) -> list[Finding]:
    findings = list(settings_checks(env))
    if len(env.secret_key) < SHORTEST_SECRET_KEY and not env.debug:
        # Already found fault with; with a key of the moment the rest can be looked at all the same.
        os.environ["GROUNDSWELL_SECRET_KEY"] = new_secret()
        environment.cache_clear()
    try:
        with database() as server:
            findings += database_checks(_place(server))
            findings += surroundings_checks(env)
            findings += provider_checks()
    except (ServerError, ImproperlyConfigured) as error:
        findings.append(Finding("start", BAD, str(error), "Mend this first; the other checks need it."))
    return findings


def _place(server: EmbeddedServer | None) -> str:
    if server is None:
        return "the one of DATABASE_URL"
    return f"embedded, in {server.layout.home}"


def _text(settings: list[dict[str, str]], findings: list[Finding]) -> str:
    lines = []
    for row in settings:
        source = "" if row["source"] == "default" else f"  (from the {row['source']})"
        lines += [f"{row['name']} = {row['value']}{source}", f"    {row['description']}"]
    lines.append("")
    for finding in findings:
        sign, colour = SIGNS[finding.state]
        lines.append(f"{click.style(sign, fg=colour)} {finding.check}: {finding.found}")
        if finding.state != GOOD and finding.mend:
            lines.append(f"    → {finding.mend}")
    return "\n".join(lines)
