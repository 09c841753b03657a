import json
import time
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone

from groundswell.accounts import seals
from groundswell.accounts.audit import record
from groundswell.accounts.models import AuditEvent, AuditSeal
from groundswell.accounts.tests.builders import make_user

pytestmark = pytest.mark.django_db


def sql(statement, params=()):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def refused(statement):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sql(statement)
    assert "append-only" in str(caught.value)


def test_the_log_and_its_seals_take_no_change_and_no_deletion():
    record("look", by=None)
    AuditSeal.objects.create(after_txid=0, up_to_txid=1, events=1, digest=b"a", previous_digest=b"b")
    for table in ("accounts_auditevent", "accounts_auditseal"):
        refused(f"DELETE FROM {table}")
        refused(f"TRUNCATE {table}")
    refused("UPDATE accounts_auditevent SET verb = 'nothing'")
    refused("UPDATE accounts_auditseal SET events = 2")
    refused("UPDATE accounts_auditseal SET forgotten_at = now()")


def test_the_retention_setting_alone_deletes_nothing_recent():
    record("look", by=None)
    with transaction.atomic():
        sql("SELECT set_config('groundswell.audit_forget_before', '2999-01-01', true)")
        refused("DELETE FROM accounts_auditevent")


def test_constraints():
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.create(action="guess", verb="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditSeal.objects.create(after_txid=5, up_to_txid=5, events=0, digest=b"", previous_digest=b"")


# The tests of other workers hold transactions open on the same server; the longest of them takes a minute or two.
PATIENCE_SECONDS = 300


def seal_everything():
    """Seal until nothing is left: transactions of other databases on this server hold the horizon back as well."""
    newest = AuditEvent.objects.aggregate(Max("txid"))["txid__max"]
    give_up = time.monotonic() + PATIENCE_SECONDS
    while (last := seals.latest_seal()) is None or last.up_to_txid < newest:
        if time.monotonic() > give_up:
            pytest.fail(f"transaction {newest} has ended and is not sealed after {PATIENCE_SECONDS} s")
        seals.seal_audit_log(now=timezone.now())
        time.sleep(0.02)
    return last


@pytest.fixture
def three_seals(transactional_db):
    """Three sealed ranges of two events each."""
    user = make_user()
    made = []
    for number in range(3):
        with transaction.atomic():
            record("first", by=user, number=number)
            record("second", by=user, number=number)
        made.append(seal_everything())
    return made


def as_superuser(statement, params=()):
    with transaction.atomic():
        sql("ALTER TABLE accounts_auditevent DISABLE TRIGGER USER")
        sql("ALTER TABLE accounts_auditseal DISABLE TRIGGER USER")
        sql(statement, params)
        sql("ALTER TABLE accounts_auditevent ENABLE TRIGGER USER")
        sql("ALTER TABLE accounts_auditseal ENABLE TRIGGER USER")


def test_a_sound_log_verifies(three_seals):
    assert seals.verify_audit_log() == seals.Verification(3, 6, ())
    assert seals.verify_audit_log().is_sound
    assert seals.seal_audit_log(now=timezone.now()) is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE accounts_auditevent SET verb = 'nothing' WHERE id = %s",
        "UPDATE accounts_auditevent SET at = at + interval '1 microsecond' WHERE id = %s",
        "UPDATE accounts_auditevent SET detail = '{}' WHERE id = %s",
        "UPDATE accounts_auditevent SET actor_id = NULL WHERE id = %s",
        "DELETE FROM accounts_auditevent WHERE id = %s",
    ],
)
def test_tampering_past_the_trigger_is_found_exactly_where_it_was_done(three_seals, tampering):
    second = three_seals[1]
    victim = AuditEvent.objects.filter(txid__gt=second.after_txid, txid__lte=second.up_to_txid).first()
    as_superuser(tampering, [victim.pk])
    (found,) = seals.verify_audit_log().breaks
    assert (found.seal_id, found.after_txid, found.up_to_txid) == (second.pk, second.after_txid, second.up_to_txid)


def test_an_event_slipped_in_afterwards_is_found(three_seals):
    second = three_seals[1]
    as_superuser(
        "INSERT INTO accounts_auditevent (action, verb, subject_kind, detail, txid) VALUES ('view', 'x', '', '{}', %s)",
        [second.up_to_txid],
    )
    (found,) = seals.verify_audit_log().breaks
    assert found.seal_id == second.pk
    assert found.what == "2 events were sealed, 3 are there"


def test_a_seal_taken_out_or_altered_is_found(three_seals):
    _first, second, third = three_seals
    as_superuser("UPDATE accounts_auditseal SET digest = sha256('forged') WHERE id = %s", [second.pk])
    assert [b.seal_id for b in seals.verify_audit_log().breaks] == [second.pk, third.pk]
    as_superuser("DELETE FROM accounts_auditseal WHERE id = %s", [second.pk])
    (found,) = seals.verify_audit_log().breaks
    assert found.seal_id == third.pk
    assert "missing" in found.what


def test_the_digest_does_not_depend_on_the_time_zone_of_who_asks(three_seals):
    sql("SET TIME ZONE 'Pacific/Auckland'")
    try:
        assert seals.verify_audit_log().is_sound
    finally:
        sql("SET TIME ZONE 'UTC'")


def test_an_event_of_a_transaction_still_running_is_left_for_the_next_seal(transactional_db):
    wrote, may_end = Event(), Event()

    def slow():
        with transaction.atomic():
            record("slow", by=None)
            wrote.set()
            may_end.wait(PATIENCE_SECONDS)
        connection.close()

    thread = Thread(target=slow)
    thread.start()
    assert wrote.wait(PATIENCE_SECONDS)
    record("quick", by=None)
    try:
        # Whoever else runs on this server can only hold the horizon further back.
        assert seals.seal_audit_log(now=timezone.now()) is None
    finally:
        may_end.set()
        thread.join()
    seal_everything()
    assert seals.verify_audit_log() == seals.Verification(AuditSeal.objects.count(), 2, ())


def test_sealing_at_once_from_several_workers_makes_one_chain(transactional_db):
    for number in range(20):
        record("look", by=None, number=number)

    def seal():
        seals.seal_audit_log(now=timezone.now())
        connection.close()

    threads = [Thread(target=seal) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_everything()
    assert seals.verify_audit_log() == seals.Verification(AuditSeal.objects.count(), 20, ())


def test_retention_deletes_old_ranges_and_the_chain_still_closes(three_seals):
    first = three_seals[0]
    old = timezone.now() - timedelta(days=900)
    as_superuser("UPDATE accounts_auditseal SET sealed_at = %s WHERE id = %s", [old, first.pk])
    events = AuditEvent.objects.filter(txid__lte=first.up_to_txid)
    assert seals.forget_old_events(before=timezone.now() - timedelta(days=1000)) == 0
    with pytest.raises(DatabaseError):  # sealed long ago, yet its events are recent: the trigger looks for itself
        seals.forget_old_events(before=timezone.now() - timedelta(days=800))
    as_superuser("UPDATE accounts_auditevent SET at = %s WHERE txid <= %s", [old, first.up_to_txid])
    assert seals.forget_old_events(before=timezone.now() - timedelta(days=800)) == 2
    assert not events.exists()
    assert AuditEvent.objects.count() == 4
    assert seals.verify_audit_log() == seals.Verification(3, 4, ())


def test_the_detail_of_an_event_is_json():
    record("look", by=None, number=1, words="Łódź")
    assert (
        json.dumps(AuditEvent.objects.get().detail, sort_keys=True)
        == '{"number": 1, "words": "\\u0141\\u00f3d\\u017a"}'
    )
