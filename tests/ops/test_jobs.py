"""Jobs: enqueued with the state they follow, done again when their worker is killed, given up when they kill it."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from groundswell.config.jobs import MOST_ATTEMPTS, periodic, rescue_stalled_jobs, task

from .conftest import eventually


@task(queue="tests")
def greet(name: str) -> str:
    return f"Hello {name}"


def doing(*, silence: int | None, attempts: int = 0) -> int:
    """A job in the hands of a worker that has been silent for so many seconds; None: of one that is forgotten."""
    job = greet.defer(name="you")
    with connection.cursor() as cursor:
        worker = None
        if silence is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))"
                " RETURNING id",
                [silence],
            )
            [worker] = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE id = %s",
            [worker, attempts, job],
        )
    return job


def status(job: int) -> str:
    return ProcrastinateJob.objects.get(id=job).status


def rescue() -> int:
    """In a thread of its own: a browser test before may have left an event loop running in this one."""

    def work() -> int:
        try:
            return async_to_sync(rescue_stalled_jobs)(app.job_manager)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.mark.django_db(transaction=True)
def test_job_of_a_silent_worker_is_put_back_and_that_of_a_living_one_is_not() -> None:
    silent, forgotten, living = doing(silence=120), doing(silence=None), doing(silence=1)
    assert rescue() == 2
    assert [status(job) for job in (silent, forgotten, living)] == ["todo", "todo", "doing"]


@pytest.mark.django_db(transaction=True)
def test_job_that_keeps_killing_its_worker_is_given_up() -> None:
    job = doing(silence=120, attempts=MOST_ATTEMPTS)
    rescue()
    assert status(job) == "failed"


@pytest.mark.django_db(transaction=True)
def test_job_commits_or_vanishes_with_what_it_follows() -> None:
    with transaction.atomic():
        greet.defer(name="kept")
    try:
        with transaction.atomic():
            greet.defer(name="lost")
            raise LookupError
    except LookupError:
        pass
    assert [job.args for job in ProcrastinateJob.objects.filter(queue_name="tests")] == [{"name": "kept"}]


def test_periodic_function_stays_callable_and_is_registered_once() -> None:
    calls: list[int] = []

    @periodic(cron="0 0 29 2 *", queue="tests")
    def on_leap_days() -> None:
        calls.append(1)

    on_leap_days()
    assert calls == [1]
    name = f"{__name__}.{on_leap_days.__qualname__}"
    [registered] = [entry for entry in app.periodic_registry.periodic_tasks.values() if entry.task.name == name]
    assert registered.task.queueing_lock == name
    registered.task(timestamp=0)
    assert calls == [1, 1]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_workers_job_is_done_by_the_next(tmp_path: Path) -> None:
    settings = connection.settings_dict
    host = quote(settings["HOST"], safe="")
    url = f"postgresql://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?host={host}&port={settings['PORT']}"
    environment = {**os.environ, "DATABASE_URL": url}
    command = [sys.executable, str(Path(__file__).with_name("steady_worker.py")), str(tmp_path)]

    def start(*more: str) -> subprocess.Popen[Any]:
        return subprocess.Popen([*command, *more], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    first = start("a batch")
    try:
        eventually(lambda: (tmp_path / "a batch").exists(), "the job begins")
    finally:
        first.kill()
        first.wait()
    assert not (tmp_path / "a batch done").exists()
    second = start()
    try:
        eventually(lambda: (tmp_path / "a batch done").exists(), "the next worker does the job")
        eventually(
            lambda: not ProcrastinateJob.objects.filter(queue_name="tests").exists(), "a finished job is deleted"
        )
    finally:
        second.terminate()
        assert second.wait(60) == 0
