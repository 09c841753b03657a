"""Somebody texts a keyword, is asked, answers; and what becomes of every other text."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.urls import resolve
from django.utils import timezone

from groundswell.campaigns.enums import AnswerChannel, AskKind, QuestionKind
from groundswell.campaigns.models import Answer, Ask
from groundswell.campaigns.segments import people_in
from groundswell.compliance.enums import Channel, SuppressionScope
from groundswell.compliance.models import Consent, Suppression
from groundswell.compliance.operations import object_to_marketing, suppress
from groundswell.flows.enums import StepKind
from groundswell.flows.models import Asking, Run
from groundswell.flows.operations.making import StepDetails
from groundswell.flows.operations.publishing import retire_flow
from groundswell.flows.tests.world import CONSENT, Flows, answers, states
from groundswell.messaging.models import Delivery, Inbound
from groundswell.messaging.operations.inbound import receive
from groundswell.messaging.providers.contract import InboundOf
from groundswell.messaging.tests.texting import OURS, THEIRS, texted
from groundswell.people.models import ContactPoint, Person, PersonTag
from groundswell.places.enums import PARLIAMENT_2024
from groundswell.places.models import Area
from groundswell.places.postcodes import Found, look_up

pytestmark = pytest.mark.django_db
STRANGER = "+447700900777"


def routes(*texts: str, number: str = THEIRS) -> list[str]:
    return [inbound.route for text in texts if (inbound := texted(text, number=number))]


def test_from_the_keyword_to_the_end(flows: Flows, person: Person) -> None:
    flows.live(flows.vote(), flows.consent(), tag="texted")
    assert routes("join!", "1", "YES") == ["flow", "conversation", "conversation"]

    assert answers() == [
        "Red Rose Party.\nHow would you vote on Monday?\n1 Red Rose\n2 Somebody else\n3 Undecided\n"
        "http://localhost:8000/privacy/ STOP to end.",
        CONSENT,
        "Thank you, Sian!",
    ]
    run = Run.objects.get()
    assert (run.state, run.person, run.their_address) == ("done", person, THEIRS)
    answer = Answer.objects.get()
    assert (answer.person, answer.meaning, answer.channel) == (person, "strong_support", AnswerChannel.TEXT)
    assert (answer.source_uuid, answer.recorded_by) == (run.uuid, None)
    line = Consent.objects.get()
    assert (line.channel, line.state, line.wording) == ("sms", "given", CONSENT)
    assert line.wording_version.startswith("flow-")
    assert "“YES”" in line.evidence
    assert THEIRS in line.evidence
    assert PersonTag.objects.filter(person=person, tag__name="texted").exists()
    assert set(Delivery.objects.values_list("message__kind", flat=True)) == {"flow"}


def test_no_is_no_consent_and_goes_on(flows: Flows, person: Person) -> None:
    flows.live(flows.consent(), flows.name())
    routes("JOIN", "no thanks", "Sian Wyllt")

    assert not Consent.objects.exists()
    assert states() == ["done"]
    assert Asking.objects.get(step__kind="consent").agreed is False


def test_a_stranger_becomes_a_supporter_with_what_they_tell(flows: Flows) -> None:
    flows.live(flows.name(), flows.simple(StepKind.EMAIL), flows.simple(StepKind.POSTCODE), flows.consent(Channel.CALL))
    found = look_up("E17 4AA")
    assert isinstance(found, Found)
    seat, _new = Area.objects.get_or_create(
        boundary_set=PARLIAMENT_2024, code=found.area_code, defaults={"kind": "constituency", "name": "Walthamstow"}
    )
    routes("JOIN", "I'm Siân Mair Wyllt", "sian@example.org", "e17 4aa", "yes", number=STRANGER)

    person = Person.objects.get()
    assert person.seat == seat
    # Who texted it before that counted is placed by the migration.
    Person.objects.update(constituency=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("groundswell.flows.migrations.0003_place_texted").PLACE)
    person.refresh_from_db()
    assert person.seat == seat
    assert list(people_in({"in_area": [seat.pk]}, today=date(2026, 11, 18))) == [person]
    assert (person.given_names, person.family_name, person.name_key) == ("Siân Mair", "Wyllt", "wyllt sian mair")
    assert {point.value for point in person.contact_points.all()} == {STRANGER, "sian@example.org"}
    assert person.source.lawful_basis
    run = Run.objects.get()
    assert (run.state, run.postcode, run.person) == ("done", "E17 4AA", person)
    line = Consent.objects.get()
    number = ContactPoint.objects.get(value=STRANGER)
    assert (line.channel, bytes(line.address_hash)) == ("call", bytes(number.address_hash))


def test_somebody_else_with_the_same_number_is_somebody_else(flows: Flows, person: Person) -> None:
    flows.live(flows.vote(), flows.name())
    routes("JOIN", "3", "Bo Li")

    bo = Person.objects.get(given_names="Bo")
    assert Run.objects.get().person == bo
    kept = {(a.person, a.meaning, a.withdrawn_at is None) for a in Answer.objects.all()}
    assert kept == {(person, "undecided", False), (bo, "undecided", True)}
    person.refresh_from_db()
    assert person.given_names == "Sian"


@pytest.mark.parametrize("name", ["Sian Wyllt", "wyllt, sian", "Siân"])
def test_the_same_name_is_the_same_person(flows: Flows, person: Person, name: str) -> None:
    flows.live(flows.name())
    routes("JOIN", name)
    assert (Run.objects.get().person, Person.objects.count()) == (person, 1)


def test_several_issues_and_words_of_ones_own(flows: Flows, person: Person) -> None:
    why = StepDetails(StepKind.TEXT, "Why?", question=flows.question("why", QuestionKind.TEXT))
    flows.live(flows.choose(), why)
    # Their own words are kept, and read by a person as well: a stop word stands in them.
    assert routes("JOIN", "1 and 3", "we must stop the cuts") == ["flow", "conversation", "inbox"]

    said = [a.option.label if a.option else a.text for a in Answer.objects.order_by("pk")]
    assert said == ["Buses", "Schools", "we must stop the cuts"]
    assert states() == ["done"]


def test_two_kind_repeats_and_then_a_person(flows: Flows, person: Person) -> None:
    flows.live(flows.vote())
    assert routes("JOIN", "what?", "who", "huh", "1") == ["flow", "conversation", "conversation", "inbox", "inbox"]

    assert [text.split(".")[0] for text in answers()[1:]] == [
        "Sorry, we did not catch that",
        "Sorry, we did not catch that",
        "Thank you",
    ]
    assert states() == ["handed"]
    assert not Answer.objects.exists()


def test_a_right_answer_forgives_the_wrong_ones_before(flows: Flows, person: Person) -> None:
    flows.live(flows.vote(), flows.consent())
    routes("JOIN", "what?", "who", "1", "ok", "sure", "yes")
    assert states() == ["done"]


def test_a_stop_word_in_a_sentence_is_for_a_person_at_once(flows: Flows, person: Person) -> None:
    flows.live(flows.name())
    assert routes("JOIN", "Please stop this") == ["flow", "inbox"]
    assert (states(), len(answers())) == (["handed"], 1)
    assert Person.objects.get().given_names == "Sian"


def test_stop_ends_it_at_any_moment(flows: Flows, person: Person) -> None:
    flows.live(flows.vote(), flows.consent())
    assert routes("JOIN", "1", "STOP", "yes") == ["flow", "conversation", "stop", "inbox"]

    assert states() == ["stopped"]
    assert Suppression.objects.filter(scope="messages", lifted_at=None).exists()
    assert not Consent.objects.filter(state="given").exists()


def test_help_answers_and_the_question_still_stands(flows: Flows, person: Person) -> None:
    flows.live(flows.vote())
    assert routes("JOIN", "HELP", "2") == ["flow", "help", "conversation"]
    assert states() == ["done"]


def test_who_stopped_and_texts_a_keyword_opens_their_number_and_agrees_to_nothing(flows: Flows, person: Person) -> None:
    flows.live(flows.consent())
    routes("JOIN", "yes", "STOP")
    assert routes("JOIN") == ["flow"]

    assert not Suppression.objects.filter(lifted_at=None).exists()
    assert [line.state for line in Consent.objects.order_by("pk")] == ["given", "withdrawn"]


def test_who_is_closed_for_good_waits_for_a_person(flows: Flows, person: Person) -> None:
    flows.live(flows.consent())
    object_to_marketing(person=person, by=None)
    assert routes("JOIN") == ["inbox"]
    assert (states(), answers()) == ([], [])


def test_what_closes_calls_ends_no_conversation(flows: Flows, person: Person) -> None:
    flows.live(flows.vote())
    routes("JOIN")
    suppress(address=THEIRS, scope=SuppressionScope.CALLS, by=None)
    assert states() == ["open"]
    object_to_marketing(person=person, by=None)
    assert states() == ["stopped"]


def test_who_is_under_age_waits_for_a_person(flows: Flows, person: Person) -> None:
    flows.live(flows.vote())
    Person.objects.update(date_of_birth=timezone.localdate() - timedelta(days=15 * 365))
    assert routes("JOIN") == ["inbox"]
    assert answers() == []


def test_who_says_they_are_too_young_is_let_go(flows: Flows) -> None:
    flows.live(flows.simple(StepKind.AGE), flows.vote())
    assert routes("JOIN", "no", "JOIN", number=STRANGER) == ["flow", "conversation", "inbox"]

    assert states() == ["under_age"]
    assert Suppression.objects.get().scope == "all"
    last = Delivery.objects.order_by("-pk")[0]
    assert "too young" in last.body
    assert last.message.kind == "stopped"


def test_another_keyword_changes_the_subject(flows: Flows, person: Person) -> None:
    flows.live(flows.name())
    flows.live(flows.vote(), keyword="VOTE")
    assert routes("JOIN", "vote", "1", "join") == ["flow", "flow", "conversation", "flow"]
    assert states() == ["left", "done", "open"]


def test_an_answer_that_is_late_is_no_answer(flows: Flows, person: Person) -> None:
    flows.live(flows.vote(), hours=2)
    routes("JOIN")
    Run.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert routes("1", "JOIN") == ["inbox", "flow"]
    assert states() == ["expired", "open"]


def test_a_retired_flow_is_finished_and_not_begun(flows: Flows, person: Person) -> None:
    flow = flows.live(flows.vote())
    routes("JOIN")
    retire_flow(flow, by=flows.owen, now=timezone.now())
    assert routes("1", "JOIN") == ["conversation", "inbox"]


def test_numbers_mean_what_they_meant_when_they_were_asked(flows: Flows, person: Person) -> None:
    flows.live(flows.vote())
    routes("JOIN")
    flows.voter_id.options.filter(label="Red Rose").update(position=9)
    flows.voter_id.options.filter(label="Somebody else").update(retired_at=timezone.now())
    routes("2")
    assert Answer.objects.get().meaning == "opposed"


def test_the_same_webhook_twice_is_one_answer(flows: Flows, person: Person) -> None:
    flows.live(flows.vote(), flows.consent())
    routes("JOIN")
    for _ in range(3):
        said = InboundOf("SM1", OURS, THEIRS, "1", timezone.now())
        receive(said, provider="twilio", now=timezone.now(), enqueue=lambda _pk: None)
    assert (Inbound.objects.count(), Answer.objects.count(), len(answers())) == (2, 1, 2)


def test_no_number_begins_no_flow(flows: Flows) -> None:
    flows.live(flows.vote())
    assert routes("JOIN", number="INFOLINE") == ["inbox"]
    assert not Person.objects.exists()


def test_a_survey_at_the_end_is_opened_by_a_link_of_ones_own(flows: Flows, person: Person) -> None:
    ask = Ask.objects.create(
        campaign=flows.campaign, kind=AskKind.SURVEY, slug="street", title="Your street", published_at=timezone.now()
    )
    flows.live(flows.consent(), ask=ask, no_ask_because="", thanks="Go on: {{ link }}")
    routes("JOIN", "no")
    address = answers()[-1].removeprefix("Go on: http://localhost:8000")
    assert resolve(address).view_name.startswith("surveys:")
