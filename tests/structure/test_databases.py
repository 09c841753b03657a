"""The ground of the tests themselves: after one with real transactions the database is as a migrate leaves it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from databases import make_as_it_was
from groundswell.accounts.audit import record
from groundswell.accounts.models import AuditEvent
from groundswell.accounts.tests.builders import make_organisation, make_user
from groundswell.phonebank.models import Outcome


@pytest.mark.django_db(transaction=True)
def test_what_was_committed_is_gone_what_was_there_is_back_and_the_guards_stand() -> None:
    there = list(Outcome.objects.order_by("pk").values())
    assert there
    make_organisation()
    record("look", by=make_user())
    Outcome.objects.order_by("pk")[:1].get().delete()
    Outcome.objects.update(label="Another")
    make_as_it_was()
    assert list(Outcome.objects.order_by("pk").values()) == there
    assert not AuditEvent.objects.exists()
    record("look", by=None)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_auditevent")
