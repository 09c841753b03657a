"""Upkeep of the job queue itself."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

from groundswell.config.jobs import rescue_stalled_jobs

QUEUE = "upkeep"
KEEP_FAILED_JOBS = 30 * 24  # hours; long enough to look into, short enough for their personal data


@app.periodic(cron="* * * * * */15")
@app.task(queue=QUEUE, queueing_lock="rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Put back what a killed worker left undone."""
    await rescue_stalled_jobs(context.app.job_manager)


@app.periodic(cron="17 3 * * *")
@app.task(queue=QUEUE, queueing_lock="forget", pass_context=True)
async def forget_finished_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Delete finished jobs: few rows keep the queue fast, and their arguments are not kept for ever."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEEP_FAILED_JOBS, include_failed=True, include_cancelled=True, include_aborted=True
    )
