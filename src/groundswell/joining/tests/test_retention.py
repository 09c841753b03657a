"""What nobody confirmed is let go of long before what somebody did (rule D10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction

from groundswell.campaigns.models import PendingConsent
from groundswell.compliance.retention import categories
from groundswell.joining.models import Letter, SignUp
from groundswell.joining.operations.sign_ups import confirm_sign_up

Join = Callable[..., SignUp]


def test_only_what_nobody_confirmed_goes_and_all_of_it(join: Join, now: datetime) -> None:
    category = next(one for one in categories() if one.key == "unconfirmed_sign_ups")
    forgotten = join(email="a@example.org", channels=("email",))
    kept = join(email="b@example.org", channels=("email",))
    confirm_sign_up(sign_up=kept, now=now)
    assert category.older(now).count() == 0
    later = now + timedelta(days=100)
    assert category.older(later).count() == 1
    with transaction.atomic(), connection.cursor() as cursor:
        # As the nightly deletion does.
        cursor.execute("SELECT set_config('groundswell.erasing', 'on', true)")
        assert category.delete(later, 10) == 1
        assert category.delete(later, 10) == 0
    assert list(SignUp.objects.all()) == [kept]
    assert not Letter.objects.filter(sign_up_id=forgotten.pk).exists()
    assert not PendingConsent.objects.filter(confirmed_at=None).exists()
