"""Who is shown as calling at this moment."""

from __future__ import annotations

from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.operations import revoke_membership
from groundswell.accounts.tests.builders import make_member
from groundswell.phonebank.dashboards import callers_here
from groundswell.phonebank.models import CallerStatus
from groundswell.phonebank.tests.world import World


def test_whoever_was_removed_from_the_team_is_not_calling_now(live: World):
    bank = live.bank()
    vera, owner = make_member(Role.CALLER, live.campaign), make_member(Role.OWNER, None)
    for member in (vera, owner):
        CallerStatus.objects.create(phone_bank=bank, caller=member.user)
    now = timezone.now()
    assert {status.caller_id for status in callers_here([bank.pk], now=now)} == {vera.user_id, owner.user_id}
    revoke_membership(by=owner, membership=vera, now=now)
    assert [status.caller_id for status in callers_here([bank.pk], now=now)] == [owner.user_id]
