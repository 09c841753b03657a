"""The job queue: Procrastinate on the same database, so that a job commits with the state it follows.

Rooms declare their jobs in `tasks.py` (which Django apps discover) with `task` and `periodic`, and enqueue them with
`the_task.defer(...)` inside the transaction whose state the job follows, in pages and in jobs alike.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from procrastinate import App, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.tasks import Task

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

log = logging.getLogger(__name__)

HEARTBEAT = 5.0  # seconds between a worker's signs of life
LOST_AFTER = 20.0  # seconds without one after which a worker counts as dead and its jobs are done again
MOST_ATTEMPTS = 5  # a job that keeps killing its worker is given up, and listed as failed
SHUTDOWN_PATIENCE = 20.0  # seconds a job may go on after the worker was told to stop; then it is done again later


def on_app_ready(app: App) -> None:
    """Hook for Procrastinate's start; rooms declare their tasks in `tasks.py`, which Django apps discover."""


def task(
    *,
    queue: str,
    retry: int | RetryStrategy | bool = False,
    lock: str | None = None,
    queueing_lock: str | None = None,
    priority: int = 0,
) -> Callable[[Callable[Parameters, Result]], Task[Parameters, Result, Parameters]]:
    """Makes a function a job of `queue`. One job carries a batch, never one item.

    A job may run twice after a crash: it must be safe to repeat. `retry` says how often one that raises is tried again;
    of jobs with the same `lock` one runs at a time, of those with the same `queueing_lock` one waits at a time.
    """
    return app.task(queue=queue, retry=retry, lock=lock, queueing_lock=queueing_lock, priority=priority)


def periodic(*, cron: str, queue: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Has a function done at the times of `cron` (minute hour day month weekday, and optionally seconds; UTC).

    Once each time however many workers there are; not again while the one before still waits.
    """

    def register(function: Callable[[], None]) -> Callable[[], None]:
        name = f"{function.__module__}.{function.__qualname__}"

        @functools.wraps(function)
        def run(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate passes the planned time
            function()

        app.periodic(cron=cron)(app.task(name=name, queue=queue, queueing_lock=name)(run))
        return function

    return register


def run_worker(*, wait: bool = True) -> None:
    """Do jobs until told to stop by SIGTERM or SIGINT, or, without `wait`, until none is left.

    The worker fetches through a connection of its own; the jobs themselves use Django's, so that what they enqueue
    commits with what they write.
    """
    worker_app = App(
        connector=app.connector.get_worker_connector(),  # type: ignore[attr-defined]
        worker_defaults=app.worker_defaults,
        periodic_defaults=app.periodic_defaults,
    )
    worker_app.tasks = app.tasks
    worker_app.periodic_registry = app.periodic_registry
    worker_app.run_worker(
        name="groundswell",
        wait=wait,
        delete_jobs="successful",
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=LOST_AFTER,
        shutdown_graceful_timeout=SHUTDOWN_PATIENCE,
    )


async def rescue_stalled_jobs(manager: JobManager, *, silence: float | None = None) -> int:
    """Put back the jobs whose worker has been silent for `silence` (LOST_AFTER) seconds; returns how many.

    Nothing does this by itself after a `kill -9`. A job that lost its worker MOST_ATTEMPTS times is failed instead.
    """
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=silence or LOST_AFTER))
    for job in stalled:
        await _put_back(manager, job)
    return len(stalled)


async def _put_back(manager: JobManager, job: Job) -> None:
    assert job.id is not None
    if job.attempts >= MOST_ATTEMPTS:
        log.error("job %s %s lost its worker %s times and is given up", job.id, job.task_name, job.attempts)
        await manager.finish_job_by_id_async(job_id=job.id, status=Status.FAILED, delete_job=False)
        return
    log.warning("job %s %s lost its worker and is put back", job.id, job.task_name)
    await manager.retry_job(job)
