"""Jobs of the text banks. None of them is needed for a lease to be right: leases take back what has lapsed by themselves."""

from __future__ import annotations

from django.utils import timezone

from groundswell.accounts.models import User
from groundswell.config.jobs import periodic, task
from groundswell.textbank.enums import TextBankStatus
from groundswell.textbank.models import TextBank
from groundswell.textbank.operations.building import build_asked_list, build_list
from groundswell.textbank.operations.leasing import take_back_lapsed

QUEUE = "textbank"


@task(queue=QUEUE, priority=10)
def make_text_list(*, text_bank_id: int, by_id: int | None) -> None:
    """The list of a text bank that somebody has opened."""
    by = None if by_id is None else User.objects.filter(pk=by_id).first()
    build_asked_list(text_bank_id, by=by, now=timezone.now())


@periodic(cron="* * * * *", queue=QUEUE)
def take_back_lapsed_batches() -> None:
    """Every minute: who has not been texted within the hour is free for others."""
    take_back_lapsed(now=timezone.now())


@periodic(cron="37 * * * *", queue=QUEUE)
def refresh_open_lists() -> None:
    """Every hour: the open lists follow imports, consents and segments."""
    for bank in TextBank.objects.filter(status=TextBankStatus.OPEN):
        build_list(bank, by=None, now=timezone.now())
