"""Jobs of the phone banks. None of them is needed for a claim to be right: claims do what is due by themselves."""

from __future__ import annotations

from django.utils import timezone

from groundswell.config.jobs import periodic, task
from groundswell.phonebank.enums import PhoneBankStatus, ReckoningKind
from groundswell.phonebank.models import PhoneBank
from groundswell.phonebank.operations import build_asked_queue, refresh_queue, roll_up_tallies, take_back_lapsed
from groundswell.phonebank.operations.reach import count_meant
from groundswell.phonebank.operations.reckoning import reckon
from groundswell.phonebank.operations.sessions import close_overdue
from groundswell.phonebank.said import count_results

# Somebody looks at the page that asked.
SOONER = 10


@periodic(cron="* * * * *", queue="phonebank")
def take_back_lapsed_leases() -> None:
    """Every minute: households whose callers went away are free again."""
    take_back_lapsed(timezone.now())


@periodic(cron="* * * * *", queue="phonebank")
def roll_up_phone_bank_tallies() -> None:
    """Every minute: the organiser's counts from the ledger."""
    roll_up_tallies()


@periodic(cron="17 * * * *", queue="phonebank")
def refresh_open_queues() -> None:
    """Every hour: the open queues follow imports, screenings and segments."""
    for phone_bank in PhoneBank.objects.filter(status=PhoneBankStatus.OPEN):
        refresh_queue(phone_bank, by=None, now=timezone.now())


@task(queue="phonebank", priority=SOONER)
def reckon_figures(*, reckoning_id: int) -> None:
    """Figures that a page has asked for and may not wait for."""
    reckon(
        reckoning_id,
        counters={ReckoningKind.REACH: count_meant, ReckoningKind.RESULTS: count_results},
        now=timezone.now(),
    )


@task(queue="phonebank", priority=SOONER)
def build_phone_bank_queue(*, phone_bank_id: int) -> None:
    """A queue of many that an organiser has asked for; the phone bank opens with it."""
    build_asked_queue(phone_bank_id, now=timezone.now())


@periodic(cron="* * * * *", queue="phonebank")
def close_forgotten_sessions() -> None:
    """Every minute: evenings that nobody closed end by themselves."""
    close_overdue(now=timezone.now())
