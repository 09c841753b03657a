"""Signing up and confirming: nothing counts before the owner of the address says so, and then once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, connections, transaction

from groundswell.accounts.models import AuditEvent
from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.models import Action, Answer, Campaign, PendingConsent, Question
from groundswell.campaigns.operations.asks import AskClosedError, close_ask
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.campaigns.segments import people_in
from groundswell.compliance.models import Consent
from groundswell.compliance.operations import erase_person, held_on
from groundswell.joining.enums import LetterState
from groundswell.joining.models import Letter, SignUp, SignUpPage
from groundswell.joining.operations.pages import PageDetails, create_page, publish_page
from groundswell.joining.operations.sign_ups import Typed, confirm_sign_up, sign_up
from groundswell.joining.rules import AGAIN_AFTER, MOST_AGAIN, origins
from groundswell.people.models import Household, Person, PersonTag
from groundswell.people.operations.supporters import place_supporter
from groundswell.places.models import Area

Join = Callable[..., SignUp]
PHONE = "07700 900123"


def test_nothing_counts_before_it_is_confirmed(join: Join, issues: Question) -> None:
    made = join(channels=("email", "sms"), phone=PHONE, options=(issues.options.first().pk,))
    assert made.action.state == "pending"
    assert not Consent.objects.exists()
    assert not Answer.objects.exists()
    assert not PersonTag.objects.exists()
    assert made.letter.state == LetterState.WAITING


def test_confirming_keeps_words_answers_and_tag(join: Join, issues: Question, now: datetime) -> None:
    made = join(channels=("email", "call"), phone=PHONE, options=tuple(issues.options.values_list("pk", flat=True)[:2]))
    assert confirm_sign_up(sign_up=made, now=now)
    lines = {line.channel: line for line in Consent.objects.all()}
    assert set(lines) == {"email", "call"}
    assert "ring me" in lines["call"].wording
    assert "signed link" in lines["call"].evidence
    assert sorted(Answer.objects.values_list("option__label", "channel")) == [("Buses", "form"), ("Rents", "form")]
    assert PersonTag.objects.get().tag.name == "buses"
    assert Action.objects.get().state == "confirmed"


def test_twice_is_as_good_as_once(join: Join, issues: Question, now: datetime) -> None:
    made = join(channels=("email",), options=(issues.options.first().pk,))
    assert confirm_sign_up(sign_up=made, now=now)
    assert not confirm_sign_up(sign_up=made, now=now)
    assert (Consent.objects.count(), Answer.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(verb="confirm_sign_up").count() == 1


def test_signing_up_again_before_confirming_replaces_what_was_typed(
    join: Join, issues: Question, now: datetime
) -> None:
    first, second = issues.options.all()[:2]
    join(channels=("email", "call"), phone=PHONE, options=(first.pk,))
    made = join(channels=("email",), options=(second.pk,), postcode="E17 4AA")
    assert SignUp.objects.count() == Person.objects.count() == 1
    confirm_sign_up(sign_up=made, now=now)
    assert list(Consent.objects.values_list("channel", flat=True)) == ["email"]
    assert Answer.objects.get().option == second


def test_who_is_confirmed_is_asked_only_for_new_boxes(join: Join, now: datetime) -> None:
    confirm_sign_up(sign_up=join(channels=("email",)), now=now)
    stranger = join(channels=("email", "call"), phone=PHONE, at=now + timedelta(hours=1), postcode="E17 4AA")
    assert stranger.postcode == "", "what is confirmed stays as it is, whoever types it"
    assert Consent.objects.count() == 1
    assert not PendingConsent.objects.filter(confirmed_at=None, channel="email").exists()


def test_where_they_live_counts_once_it_is_confirmed(join: Join, now: datetime) -> None:
    nation = Area.objects.create(kind="nation", boundary_set="test", code="N", name="Nation")
    seat = Area.objects.create(kind="constituency", boundary_set="test", code="S", name="Seat", parent=nation)
    other = Area.objects.create(kind="constituency", boundary_set="test", code="O", name="Other")

    def there(area: Area) -> list[Person]:
        return list(people_in({"in_area": [area.pk]}, today=now.date()))

    made = join(postcode="E17 4AA", constituency=seat)
    assert there(seat) == []
    confirm_sign_up(sign_up=made, now=now)
    assert there(seat) == there(nation) == [made.person]
    assert there(other) == []
    # The register knows better.
    home = Household.objects.create(area=other, constituency=other, address_lines="1 Hoe Street", address_key="1 hoe")
    Person.objects.update(household=home)
    assert (there(seat), there(other)) == ([], [made.person])
    erase_person(person=made.person, by=None)
    assert Person.objects.get().seat is None


def test_who_confirmed_before_that_counted_is_placed_by_the_migration(join: Join, now: datetime) -> None:
    seat, other = (Area.objects.create(kind="constituency", boundary_set="test", code=code, name=code) for code in "SO")
    placed = join(postcode="E17 4AA", constituency=seat)
    moved = join(name="Tom Okoro", email="tom@example.org", postcode="E17 4AA", constituency=seat)
    waits = join(name="Kai Hopkins", email="kai@example.org", postcode="E17 4AA", constituency=seat)
    for made in (placed, moved):
        confirm_sign_up(sign_up=made, now=now)
    Person.objects.update(constituency=None)
    place_supporter(person=moved.person, constituency=other)
    place = import_module("groundswell.joining.migrations.0006_place_confirmed").PLACE
    before = AuditEvent.objects.filter(verb="place_supporter").count()
    for _once_and_again in range(2):
        with connection.cursor() as cursor:
            cursor.execute(place)
    told = {person.pk: person.constituency for person in Person.objects.select_related("constituency")}
    assert told == {placed.person.pk: seat, moved.person.pk: other, waits.person.pk: None}
    assert AuditEvent.objects.filter(verb="place_supporter").count() == before + 1


def test_a_seat_that_somebody_named_cannot_go_and_no_seat_can_be_made_up(join: Join, now: datetime) -> None:
    seat = Area.objects.create(kind="constituency", boundary_set="test", code="S", name="Seat")
    made = join()
    place_supporter(person=made.person, constituency=seat)
    with pytest.raises(IntegrityError, match="people_person"), transaction.atomic():
        Person.objects.update(constituency_id=seat.pk + 1)
    SignUp.objects.update(constituency=None)
    with pytest.raises(IntegrityError, match="still named by"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM places_area WHERE id = %s", [seat.pk])


def test_options_of_another_question_are_left_out(join: Join, campaign: object, issues: Question) -> None:
    other = Question.objects.create(campaign=campaign, key="else", kind="choice", text="Else?")
    option = other.options.create(label="No", meaning="no", position=0)
    assert not join(options=(option.pk, 999_999)).options.exists()


def test_the_letter_goes_again_neither_soon_nor_often(join: Join, now: datetime) -> None:
    letters = Letter.objects.all()
    join()
    for number in range(MOST_AGAIN + 2):
        at = now + number * AGAIN_AFTER
        letters.update(state=LetterState.SENT, sent_at=at)
        join(at=at + AGAIN_AFTER / 2)
        assert letters.get().state == LetterState.SENT, "too soon"
        join(at=at + AGAIN_AFTER)
        expected = LetterState.WAITING if number < MOST_AGAIN else LetterState.SENT
        assert letters.get().state == expected


def test_a_closed_page_takes_nobody_and_who_signed_up_may_still_confirm(
    join: Join, page: SignUpPage, now: datetime
) -> None:
    made = join()
    page.ask = close_ask(ask=page.ask, by=None, now=now)
    with pytest.raises(AskClosedError):
        join(name="Tom Okoro", email="tom@example.org")
    assert confirm_sign_up(sign_up=made, now=now)


def test_how_somebody_votes_is_not_asked(campaign: object, issues: Question) -> None:
    Question.objects.update(is_voter_id=True)
    issues.refresh_from_db()
    with pytest.raises(CampaignRuleError, match="public page"):
        create_page(campaign=campaign, details=PageDetails(title="Vote", question=issues), by=None)


def test_another_campaigns_question_is_refused(campaign: object, organisation: object) -> None:
    from groundswell.campaigns.operations.campaigns import create_campaign

    other = create_campaign(name="Else", by=None, areas=[], own_party="", other_parties=[])
    question = Question.objects.create(campaign=other, key="q", kind="choice", text="Q?")
    with pytest.raises(CampaignRuleError, match="this campaign"):
        create_page(campaign=campaign, details=PageDetails(title="X", question=question), by=None)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("https://www.Example.org/page?x=1", ["https://www.example.org"]),
        ("example.org\nhttps://example.org", ["https://example.org"]),
        ("https://example.org:8443", ["https://example.org:8443"]),
        ("", []),
    ],
)
def test_origins(typed: str, found: list[str]) -> None:
    assert origins(typed) == found


@pytest.mark.parametrize(
    "typed",
    ["http://example.org", "*", "https://*.example.org", "'self'", "https://a.b;script-src", "data:x", "localhost",
     "https://example.org:x", "https://me:pw@example.org", "https://exa mple", "https://é.org"],
)  # fmt: skip
def test_what_is_no_site_never_reaches_the_policy(typed: str) -> None:
    with pytest.raises(CampaignRuleError):
        origins(typed)


def test_it_is_handed_over_and_forgotten(join: Join, issues: Question, now: datetime) -> None:
    made = join(channels=("email",), phone=PHONE, postcode="E17 4AA", options=(issues.options.first().pk,))
    confirm_sign_up(sign_up=made, now=now)
    held = {part["key"]: part["rows"] for part in held_on(made.person, now=now)["held"]}
    assert held["sign_ups"][0]["postcode"] == "E17 4AA"
    assert held["sign_up_letters"]
    erase_person(person=made.person, by=None)
    assert not SignUp.objects.exists()
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("sign_up_letter_state_known", {"state": "lost"}),
        ("sign_up_letter_sent_has_time", {"state": "sent"}),
        ("sign_up_letter_sending_is_leased", {"state": "sending"}),
    ],
)
def test_the_database_refuses(join: Join, constraint: str, fields: dict[str, str]) -> None:
    made = join()
    with pytest.raises(IntegrityError, match=constraint):
        Letter.objects.filter(sign_up=made).update(**fields)


def test_one_sign_up_for_each_person_and_page(join: Join, now: datetime) -> None:
    made = join()
    action = Action.objects.create(
        ask=made.page.ask, person=made.person, dedupe_key="else", happened_at=now, state_at=now
    )
    with pytest.raises(IntegrityError, match="sign_up_once"):
        SignUp.objects.create(page=made.page, person=made.person, action=action, email=made.email, signed_up_at=now)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_confirm_once(join: Join, issues: Question, now: datetime) -> None:
    made = join(channels=("email",), options=(issues.options.first().pk,))
    barrier, news = threading.Barrier(4), []

    def press() -> None:
        try:
            barrier.wait()
            news.append(confirm_sign_up(sign_up=made, now=now))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(news) == [False, False, False, True]
    assert (Consent.objects.count(), Answer.objects.count()) == (1, 1)
    assert connection.is_usable()


def test_who_volunteers_has_said_that_they_would_help(campaign: Campaign, now: datetime) -> None:
    details = PageDetails(title="Lend us an hour", kind=AskKind.VOLUNTEER)
    page = publish_page(page=create_page(campaign=campaign, details=details, by=None), by=None, now=now)
    for name in ("Bea Lindqvist", "Ola Nordmann"):
        typed = Typed(name=name, email=f"{name[:3].lower()}@example.org")
        made = sign_up(page=page, typed=typed, now=now)
        assert not Answer.objects.filter(person=made.person).exists()
        confirm_sign_up(sign_up=made, now=now)
        answer = Answer.objects.get(person=made.person)
        assert (answer.question.key, answer.meaning, answer.channel) == ("volunteer", "yes", "form")
    assert Question.objects.filter(campaign=campaign, key="volunteer").count() == 1
