"""A large file is read by a process of its own: it brings the same, and neither it nor what was written stays behind."""

import os
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from groundswell.people.entries import EntryReader
from groundswell.people.files.inspection import inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.files.rows import read_blocks
from groundswell.people.layouts.recognition import recognise
from groundswell.people.models import Elector, Household, Person
from groundswell.people.operations import reading, register
from groundswell.people.tests.conftest import TODAY

# Files are read by a process of their own: not of the fast part.
pytestmark = pytest.mark.slow

ROWS = 90_000


def rows(count=ROWS, *, homes=3):
    return [
        f"A{n // 2000:02d},{n},0,,,Family{n % 997},Given{n % 61},E17 9AA,{n // homes} Long Road,,,Testham,,"
        for n in range(count)
    ]


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr(reading, "SMALL", 0)
    monkeypatch.setattr(register, "STEP", 1)


def opened(path):
    inspection = inspect_file(path)
    recognition = recognise(next(read_blocks(path, inspection)).cells[:50])
    reader = EntryReader(recognition, nation="England", today=TODAY)
    return reading.portions(path, inspection, recognition, reader)


def children():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def test_the_process_reads_what_the_same_code_reads_here(desk, monkeypatch):
    path = desk.xpress(*rows())
    assert path.stat().st_size > reading.SMALL
    apart = list(opened(path))
    monkeypatch.setattr(reading, "SMALL", 1 << 40)
    assert apart == list(opened(path))
    assert len(apart) > 3
    assert sum(portion.seen for portion in apart) == ROWS
    assert apart[-1].last_home == ROWS // 3


def test_closing_early_ends_the_process(desk):
    before = children()
    with closing(opened(desk.xpress(*rows()))) as read:
        next(read)
        assert len(children()) == len(before) + 1
    assert children() == before


def test_a_reader_that_is_killed_is_not_taken_for_the_end_of_the_file(desk, monkeypatch):
    monkeypatch.setattr(EntryReader, "read", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(RuntimeError, match="ended before the file"):
        list(opened(desk.xpress(*rows())))


def test_what_goes_wrong_in_the_process_is_raised_here(desk, monkeypatch):
    def refuse(*_):
        raise ImportRefusedError("No.")

    monkeypatch.setattr(EntryReader, "read", refuse)
    with pytest.raises(ImportRefusedError, match=r"No\."):
        list(opened(desk.xpress(*rows())))


def test_the_process_ends_when_nobody_takes_what_it_reads(desk):
    """As when the importing process is killed: the pipe has no other end any more."""
    path, (source, sink) = desk.xpress(*rows()), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        reading._be_the_reader(opened_here(path), sink)
    os.close(sink)
    os.read(source, 1000)
    os.close(source)
    deadline = time.monotonic() + 60
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def opened_here(path):
    inspection = inspect_file(path)
    recognition = recognise(next(read_blocks(path, inspection)).cells[:50])
    return reading._read(path, inspection, recognition, EntryReader(recognition, nation="England", today=TODAY))


@pytest.mark.slow
def test_people_written_while_the_file_is_read_are_the_same(desk, small_steps):
    path = desk.xpress(*rows(40_000), *rows(6))
    result = desk.take(path)
    assert (result.created, result.rejected, result.households) == (40_000, 6, 13_334)
    assert Person.objects.count() == Elector.objects.count() == 40_000
    assert Household.objects.count() == 13_334
    assert not Person.objects.filter(electors=None).exists()
    for elector in Elector.objects.select_related("person__household")[::999]:
        number = int(elector.number)
        assert elector.person.name_key == f"family{number % 997} given{number % 61}"
        assert elector.person.household.address_lines.startswith(f"{number // 3} Long Road")
    again = desk.take(path)
    assert (again.created, again.updated, again.unchanged, again.households) == (0, 0, 40_000, 0)


def test_an_address_that_the_file_names_far_apart_is_one_household(desk, small_steps):
    result = desk.take(desk.xpress(*rows(40_000), "ZZ,1,0,,,Late,Lena,E17 9AA,0 Long Road,,,Testham,,"))
    assert (result.created, result.households) == (40_001, 13_334)
    assert Person.objects.get(name_key="late lena").household.people.count() == 4


def test_a_refusal_takes_back_what_was_written_while_reading(desk, small_steps):
    before = children()
    path = desk.file("\n".join([desk.xpress(*rows(40_000)).read_text().rstrip(), "Total electors: 50000"]) + "\n")
    with pytest.raises(ImportRefusedError, match="50000"):
        desk.take(path)
    assert not Person.objects.exists()
    assert not Household.objects.exists()
    assert children() == before
