"""Each word of a segment, by the people it finds and those it does not; and what cannot be read is refused."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from groundswell.campaigns.models import Answer
from groundswell.campaigns.segments import SegmentError, check_expression, people_in
from groundswell.people.models import Person, PersonTag, Tag
from groundswell.phonebank.tests.world import NOON, World

TODAY = NOON.date()
pytestmark = pytest.mark.django_db


@pytest.fixture
def five(world: World) -> list[Person]:
    return [home.people[0] for home in world.households(5)]


def found(expression: dict) -> set[Person]:
    return set(people_in(expression, today=TODAY))


def say(world: World, person: Person, option, *, ago: int = 0) -> Answer:
    return Answer.objects.create(
        campaign=world.campaign,
        person=person,
        question=option.question,
        option=option,
        meaning=option.meaning,
        source_uuid=uuid4(),
        answered_at=NOON - timedelta(days=ago),
    )


def test_has_phone(five: list[Person]) -> None:
    five[0].person_contacts.all().delete()
    five[1].person_contacts.get().contact_point.delete()
    retired = five[2].person_contacts.get().contact_point
    retired.retired_at, retired.retired_reason = NOON, "wrong_number"
    retired.save()
    assert found({"has_phone": True}) == {five[3], five[4]}
    assert found({"has_phone": False}) == {five[0], five[1], five[2]}


def test_in_area_means_everything_below_it(world: World, five: list[Person]) -> None:
    seat = world.area.parent or world.area
    assert found({"in_area": [seat.pk]}) == set(five)
    assert found({"in_area": [world.area.pk]}) == set(five)
    assert found({"in_area": [0]}) == set()


def test_tagged(five: list[Person]) -> None:
    PersonTag.objects.create(person=five[1], tag=Tag.objects.create(name="poster"))
    PersonTag.objects.create(person=five[2], tag=Tag.objects.create(name="driver"))
    assert found({"tagged": "poster"}) == {five[1]}


def test_not_yet_asked(world: World, five: list[Person]) -> None:
    say(world, five[0], world.ours)
    withdrawn = say(world, five[1], world.ours)
    Answer.objects.filter(pk=withdrawn.pk).update(withdrawn_at=NOON)
    assert found({"not": {"asked": world.question.pk}}) == {*five[1:]}


def test_answered_goes_by_the_newest_answer(world: World, five: list[Person]) -> None:
    theirs = world.question.options.create(label="Theirs", position=9, meaning="opposed")
    say(world, five[0], world.ours)
    say(world, five[1], world.ours, ago=9)
    say(world, five[1], theirs)
    question = world.question.pk
    assert found({"answered": {"question": question, "options": [world.ours.pk]}}) == {five[0]}
    assert found({"answered": {"question": question, "meanings": ["opposed"]}}) == {five[1]}


def test_age_goes_by_the_birth_date_alone_and_both_ends_belong_to_it(world: World, five: list[Person]) -> None:
    born = [TODAY.replace(year=TODAY.year - age) for age in (17, 18, 25)]
    for person, day in zip(five, born, strict=False):
        Person.objects.filter(pk=person.pk).update(date_of_birth=day)
    day_after = TODAY.replace(year=TODAY.year - 26) + timedelta(days=1)
    Person.objects.filter(pk=five[3].pk).update(date_of_birth=day_after)
    # The register's date of attainment is no birth date (rule R5): whoever has only that is in no age band.
    assert five[4].date_of_birth is None
    assert found({"age": {"from": 18, "to": 25}}) == {five[1], five[2], five[3]}
    assert found({"age": {"to": 17}}) == {five[0]}


def test_all_any_and_not(world: World, five: list[Person]) -> None:
    PersonTag.objects.create(person=five[0], tag=Tag.objects.create(name="poster"))
    PersonTag.objects.create(person=five[1], tag=Tag.objects.create(name="driver"))
    say(world, five[0], world.ours)
    either = {"any": [{"tagged": "poster"}, {"tagged": "driver"}]}
    assert found(either) == {five[0], five[1]}
    assert found({"all": [either, {"not": {"asked": world.question.pk}}]}) == {five[1]}


@pytest.mark.parametrize(
    "expression",
    [
        {},
        {"all": []},
        {"voted": True},
        {"has_phone": True, "tagged": "poster"},
        {"answered": {"question": 1}},
        {"in_area": ["ward"]},
        {"age": 18},
    ],
)
def test_what_cannot_be_read_is_refused(expression: dict) -> None:
    with pytest.raises(SegmentError):
        check_expression(expression)


def test_a_segment_nested_too_deeply_is_refused() -> None:
    expression: dict = {"has_phone": True}
    for _depth in range(20):
        expression = {"not": expression}
    with pytest.raises(SegmentError):
        check_expression(expression)


def test_leap_days_have_birthdays(world: World, five: list[Person]) -> None:
    Person.objects.filter(pk=five[0].pk).update(date_of_birth=date(2008, 2, 29))
    assert set(people_in({"age": {"from": 18}}, today=date(2026, 3, 1))) == {five[0]}
    assert set(people_in({"age": {"from": 20}}, today=date(2028, 2, 29))) == {five[0]}
