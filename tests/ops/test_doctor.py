"""`groundswell doctor`: what it lists, what it finds, what it advises."""

from __future__ import annotations

import json
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from groundswell.messaging.tests.providers.smsc import running_smsc

pytestmark = pytest.mark.slow


def checks_of(answer: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {check["check"]: check for check in answer["checks"]}


def test_sound_installation_is_healthy_and_every_setting_is_described(installation: Any) -> None:
    answer = installation.json("doctor")
    assert answer["healthy"] is True
    settings = {row["name"]: row for row in answer["settings"]}
    assert all(row["description"] for row in settings.values())
    assert settings["PORT"] == settings["PORT"] | {"value": str(installation.port), "source": "environment"}
    assert settings["WEB_WORKERS"]["source"] == "default"
    checks = checks_of(answer)
    assert checks["migrations"]["state"] == "ok"
    assert checks["database"]["found"].startswith("PostgreSQL 18")
    assert checks["worker"]["state"] == checks["owner"]["state"] == "warning"
    assert "groundswell worker" in checks["worker"]["mend"]
    assert not installation.server.is_running()


def test_secrets_are_not_shown(installation: Any) -> None:
    installation.settings["EMAIL_URL"] = "smtp://someone:hush-hush@127.0.0.1:9"
    text = installation.do("doctor").stdout
    assert "hush-hush" not in text
    assert installation.environment["GROUNDSWELL_SECRET_KEY"] not in text


def test_new_secret_is_long_and_different_each_time(fresh: Any) -> None:
    first, second = (fresh.do_well("doctor", "--new-secret").strip() for _ in range(2))
    assert first != second
    assert len(first) >= 50


def test_secret_kept_in_the_data_folder_is_used_shown_to_nobody_and_never_replaced(fresh: Any) -> None:
    fresh.settings["GROUNDSWELL_SECRET_KEY"] = ""
    assert "GROUNDSWELL_SECRET_KEY is not set" in fresh.do("migrate").stderr
    kept = Path(fresh.json("doctor", "--keep-new-secret")["file"])
    secret = kept.read_text().strip()
    assert len(secret) >= 50
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert fresh.json("migrate")["applied"]
    answer = fresh.json("doctor")
    assert checks_of(answer)["secret key"]["state"] == "ok"
    assert secret not in str(answer)
    assert fresh.do("doctor", "--keep-new-secret").returncode == 1
    assert kept.read_text().strip() == secret


def test_missing_migrations_and_default_secret_are_found_with_what_to_do(fresh: Any) -> None:
    fresh.settings["GROUNDSWELL_SECRET_KEY"] = "insecure-development-key-change-me"
    result = fresh.do("doctor")
    assert result.returncode == 1
    assert "groundswell migrate" in result.stdout
    assert "--keep-new-secret" in result.stdout


def test_an_empty_database_is_told_in_words_and_not_in_the_databases_own(fresh: Any) -> None:
    result = fresh.do("doctor", "--json")
    assert result.returncode == 1
    assert "relation" not in result.stdout
    checks = checks_of(json.loads(result.stdout))
    assert checks["migrations"]["found"] == "the database is still empty"
    assert "groundswell migrate" in checks["migrations"]["mend"]
    assert {checks[name]["state"] for name in ("owner", "worker", "failed jobs")} == {"warning"}


def test_public_server_without_encryption_or_with_demo_is_found(installation: Any) -> None:
    installation.settings["BASE_URL"] = "http://phones.example.org"
    assert checks_of(installation.json("doctor"))["openness"]["state"] == "warning"
    installation.settings["BASE_URL"] = "https://phones.example.org"
    assert checks_of(installation.json("doctor"))["openness"]["state"] == "ok"
    installation.settings["GROUNDSWELL_DEMO"] = "1"
    assert installation.do("doctor").returncode == 1


def test_mail_server_is_spoken_to(installation: Any) -> None:
    controller = Controller(Sink(), hostname="127.0.0.1", port=0)
    controller.port = _free()
    controller.start()
    try:
        installation.settings["EMAIL_URL"] = f"smtp://127.0.0.1:{controller.port}"
        assert checks_of(installation.json("doctor"))["mail"]["state"] == "ok"
    finally:
        controller.stop()
    result = installation.do("doctor", "--json")
    assert result.returncode == 1
    assert "does not take us" in result.stdout


def test_unreachable_database_is_a_finding_not_a_failure(fresh: Any) -> None:
    fresh.settings["DATABASE_URL"] = f"postgresql://nobody@127.0.0.1:{fresh.port}/nothing"
    result = fresh.do("doctor", "--json")
    assert result.returncode == 1
    assert '"database", "state": "error"' in result.stdout
    assert result.stderr == ""


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_each_provider_of_texts_that_is_set_up_is_asked(installation: Any) -> None:
    with running_smsc() as smsc:
        installation.settings["SMPP_URL"] = f"smpp://us:hush@127.0.0.1:{smsc.port}"
        installation.settings["SMS_HTTP"] = json.dumps({"url": f"http://127.0.0.1:{smsc.port}/", "secret": "s" * 20})
        answer = installation.json("doctor")
        checks = checks_of(answer)
        assert checks["SMPP"]["state"] == checks["gateway for texts"]["state"] == "ok"
        assert checks["texts and receipts by SMPP"]["found"] == "nobody has listened yet"
        assert "hush" not in str(answer)
    result = installation.do("doctor")
    assert result.returncode == 1
    assert "the gateway cannot be reached" in result.stdout


def test_a_worker_listens_as_soon_as_it_runs_and_lets_go_when_it_is_stopped(installation: Any) -> None:
    """`groundswell run` itself, bound to a real SMPP server: what comes in is kept, and doctor says so."""
    with running_smsc() as smsc:
        installation.settings["SMPP_URL"] = f"smpp://us:hush@127.0.0.1:{smsc.port}?listens_as=transceiver"
        running = installation.start("run")
        running.says("Groundswell is ready")
        assert smsc.deliver("Dŵr?".encode("utf-16-be"), theirs="447700900123", ours="441632960100", data_coding=8) == 0
        checks = checks_of(installation.json("doctor"))
        assert checks["texts and receipts by SMPP"]["state"] == "ok"
        assert running.stop() == 0
        smsc.next("unbound")


def test_email_services_and_the_mailbox_of_bounces_are_looked_at(installation: Any) -> None:
    service = {"name": "postmark", "webhook_secret": "groundswell:0123456789"}
    installation.settings["EMAIL_SERVICE"] = json.dumps(service)
    installation.settings["BOUNCE_ADDRESS"] = "bounces@example.org"
    checks = checks_of(json.loads(installation.do("doctor", "--json").stdout))
    assert checks["email service"]["state"] == "error"
    assert "POSTMARK_SERVER_TOKEN" in checks["email service"]["found"]
    assert checks["mailbox of bounces"]["found"].startswith("BOUNCE_MAILBOX is not set")
    installation.settings["EMAIL_SERVICE"] = json.dumps({**service, "settings": {"server_token": "a-token"}})
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening
        installation.settings["BOUNCE_MAILBOX"] = f"imap://us:hush-hush@127.0.0.1:{taken.getsockname()[1]}"
        result = installation.do("doctor", "--json")
    checks = checks_of(json.loads(result.stdout))
    assert checks["email service"]["state"] == "ok"
    assert "/messaging/webhooks/email/postmark/" in checks["email service"]["found"]
    assert checks["mail"]["found"] == "sign-in codes and notices go by postmark"
    assert checks["mailbox of bounces"]["state"] == "error"
    assert "hush-hush" not in result.stdout
    assert "a-token" not in result.stdout
