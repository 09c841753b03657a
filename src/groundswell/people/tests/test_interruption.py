"""What a real process leaves behind when it is killed, and what two imports do to each other."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import IntegrityError, connection, connections, transaction

from groundswell.accounts.models import Organisation
from groundswell.people.enums import ImportStatus
from groundswell.people.models import DataSource, Elector, Household, ImportBatch, Person, Register
from groundswell.people.tests.conftest import TODAY, Desk, make_seat

# Imports are killed: not of the fast part.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CHILD = """
import datetime as dt, sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
settings.MEDIA_ROOT = Path(sys.argv[4])
from groundswell.people.models import ImportBatch
from groundswell.people.operations.register import import_register
batch = ImportBatch.objects.select_related("constituency", "source").get(pk=int(sys.argv[2]))
import_register(batch=batch, path=Path(sys.argv[3]), by=None, today=dt.date(2026, 11, 1))
"""


@pytest.fixture
def desk(tmp_path):
    Organisation.objects.update_or_create(pk=1, defaults={"name": "The Party", "kind": "party"})
    return Desk(make_seat("Testham West"), tmp_path)


def big_register(desk, count=60_000):
    return desk.xpress(
        *(
            f"A{n // 2000:02d},{n},0,,,Family{n % 997},Given{n % 61},E17 9AA,{n // 3} Long Road,,,Testham,,"
            for n in range(count)
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize("rows_before_death", [1, 30_000])
def test_killed_in_the_middle_and_run_again(desk, tmp_path, rows_before_death):
    path = big_register(desk)
    batch = desk.batch(path)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(connection.settings_dict["NAME"]), str(batch.pk), str(path), str(tmp_path)],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "groundswell.config.settings",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while ImportBatch.objects.get(pk=batch.pk).progress_rows < rows_before_death:
        assert child.poll() is None, child.stderr.read().decode()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stderr.close()
    assert not Person.objects.exists()
    assert ImportBatch.objects.get(pk=batch.pk).status == ImportStatus.RUNNING
    result = desk.take(path)
    assert (result.created, result.rejected) == (60_000, 0)
    assert Elector.objects.count() == Person.objects.count() == 60_000
    assert Household.objects.count() == 20_000
    assert ImportBatch.objects.get(pk=batch.pk).status == ImportStatus.REFUSED


def test_the_same_batch_killed_can_be_run_again_itself(desk):
    path = big_register(desk, 100)
    batch = desk.batch(path)
    ImportBatch.objects.filter(pk=batch.pk).update(status=ImportStatus.RUNNING)
    from groundswell.people.operations.register import import_register

    assert import_register(batch=batch, path=path, by=None, today=TODAY).created == 100


def test_two_imports_of_one_seat_wait_for_each_other(desk):
    path = big_register(desk, 3000)
    batches = [desk.batch(path) for _ in range(3)]
    results, errors = [], []

    def work(batch):
        from groundswell.people.operations.register import import_register

        try:
            results.append(import_register(batch=batch, path=path, by=None, today=TODAY))
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(result.created for result in results) == [0, 0, 3000]
    assert Elector.objects.count() == 3000


def test_progress_is_seen_from_another_connection_while_the_import_runs(desk):
    from groundswell.people.operations.outcome import Wishes
    from groundswell.people.operations.register import import_register

    seen = []
    path = big_register(desk, 30_000)
    batch = desk.batch(path)

    def look(stage, rows, total):
        def read():
            row = ImportBatch.objects.get(pk=batch.pk)
            seen.append((row.status, row.stage, row.progress_rows, row.total_rows))
            connections.close_all()

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()

    import_register(batch=batch, path=path, by=None, today=TODAY, wishes=Wishes(), listener=look)
    assert any(status == ImportStatus.RUNNING and rows > 0 and total == 30_001 for status, _, rows, total in seen)
    assert {stage for _, stage, _, _ in seen} >= {"matching", "writing"}


# --- keys that are checked once a statement ---


def world():
    seat = make_seat("Keyham")
    source = DataSource.objects.create(name="s", lawful_basis="b", purpose="p")
    home = Household.objects.create(area=seat, constituency=seat, address_lines="1", address_key="1")
    person = Person.objects.create(source=source, household=home)
    register = Register.objects.create(
        constituency=seat, source=source, entitlement="e", purpose="p", register_date=TODAY
    )
    elector = Elector.objects.create(
        person=person, register=register, area=seat, prefix="A", number="1", register_date=TODAY
    )
    return seat, source, home, person, register, elector


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (Household, "area_id"),
        (Household, "constituency_id"),
        (Person, "household_id"),
        (Person, "source_id"),
        (Person, "batch_id"),
        (Elector, "person_id"),
        (Elector, "register_id"),
        (Elector, "area_id"),
    ],
)
def test_no_row_names_what_is_not_there(model, column):
    world()
    row = model.objects.get()
    with pytest.raises(IntegrityError):
        model.objects.filter(pk=row.pk).update(**{column: 999_999})
    row.pk = None
    if model is Household:
        row.address_key = "2"
    if model is Elector:
        row.number = "2"
    setattr(row, column, 999_999)
    with pytest.raises(IntegrityError):
        row.save(force_insert=True)


@pytest.mark.parametrize(
    "table", ["people_household", "people_person", "people_register", "people_datasource", "places_area"]
)
def test_nothing_is_deleted_that_a_row_names(table):
    world()
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def test_a_row_named_in_an_open_transaction_cannot_be_deleted_from_another():
    _seat, source, home, *_ = world()
    Elector.objects.all().delete()
    Person.objects.all().delete()
    started, outcome = threading.Event(), []

    def delete():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                started.set()
                cursor.execute("DELETE FROM people_household WHERE id = %s", [home.pk])
            outcome.append("deleted")
        except IntegrityError:
            outcome.append("refused")
        finally:
            connections.close_all()

    with transaction.atomic():
        Person.objects.create(source=source, household=home)
        thread = threading.Thread(target=delete)
        thread.start()
        started.wait()
        time.sleep(0.3)
        assert outcome == []
    thread.join()
    assert outcome == ["refused"]
    assert Person.objects.get().household == home
