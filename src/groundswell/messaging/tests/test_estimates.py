"""What it costs and reaches before it goes, also of lists that take long to count; and a look at it on one's own phone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, Organisation
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Ask
from groundswell.compliance.enums import SuppressionScope
from groundswell.compliance.operations import suppress
from groundswell.messaging import estimate, recipients
from groundswell.messaging.counting import count_for_pages, counted
from groundswell.messaging.estimate import estimate_of
from groundswell.messaging.models import Message, SimulatedText
from groundswell.messaging.operations.approving import submit_message
from groundswell.messaging.operations.preparing import prepare_asked
from groundswell.messaging.reach import TooManyToCountError
from groundswell.messaging.recipients import some_reached
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.tests.world import World
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, Person, PersonContact


@pytest.fixture(autouse=True)
def _nothing_was_counted(db: None, settings: Any) -> None:
    settings.DEMO = True
    caches["shared"].clear()


@pytest.fixture
def organiser(client: Any, world: World) -> Any:
    Organisation.objects.update(imprint="Promoted by A. Agent, 1 High Street")
    return sign_in(client, make_member(Role.ORGANISER, world.campaign).user)


def texting(world: World, body: str, **fields: object) -> Message:
    sender = world.make_sender(channel="sms", address="+441632960001", provider="console", price=Decimal("4"))
    return world.message(channel="sms", sender=sender, subject="", body=body, status="draft", **fields)


def texted(world: World, number: str, **names: str) -> Person:
    person = world.person(**names)
    point = ContactPoint.objects.create(kind="phone", value=number, address_hash=address_hash("phone", number))
    PersonContact.objects.create(person=person, contact_point=point, source=world.source)
    world.consent(person, address_hash("phone", number), channel="sms")
    return person


def test_parts_are_counted_in_each_ones_own_words_and_priced(world: World) -> None:
    texted(world, "+447700900001", given_names="Bea")
    texted(world, "+447700900002", given_names="Ŵynne")
    message = texting(world, "Hi {{ first_name|there }}. " + "x" * 60 + " STOP to end")
    found = estimate_of(message, people=2, now=timezone.now())
    assert (found.parts, found.most, found.pence, found.is_reckoned) == (3, 2, Decimal("12"), False)
    assert found.pounds == "0.12"


def test_before_it_is_sent_the_link_counts_as_many_letters_as_the_tracked_one(world: World, organiser: Any) -> None:
    texted(world, "+447700900001", given_names="Bea")
    ask = Ask.objects.create(
        campaign=world.campaign, kind="sign_up", slug="long-" * 15, title="Long", published_at=timezone.now()
    )
    message = texting(world, "x" * 80 + " {{ link }} STOP to end", ask=ask, no_ask_because="")
    parts = estimate_of(message, people=1, now=timezone.now()).parts
    seen = organiser.get(reverse("messaging:preview", args=[world.campaign.slug, message.pk])).context["segments"]
    submit_message(message, by=world.owen, now=timezone.now(), most_alone=9, enqueue=lambda _pk: None)
    message.refresh_from_db()
    assert (parts, seen.count) == (1, 1) == (estimate_of(message, people=1, now=timezone.now()).parts, 1)


def test_of_more_than_are_written_the_rest_is_reckoned(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "WRITTEN", 2)
    for nth in range(5):
        texted(world, f"+44770090000{nth}")
    found = estimate_of(texting(world, "Hi. STOP to end"), people=5, now=timezone.now())
    assert (found.parts, found.is_reckoned) == (5, True)


def test_a_few_of_a_long_list_are_found_without_asking_for_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipients, "AT_ONCE", 2)
    people = [world.person(f"p{nth}@example.org", consent=nth % 3 == 0) for nth in range(9)]
    message = world.message(status="draft")
    assert some_reached(message, now=timezone.now(), most=2) == [people[0].pk, people[3].pk]
    assert some_reached(message, now=timezone.now(), most=9) == [people[0].pk, people[3].pk, people[6].pk]


def test_what_takes_long_is_counted_by_the_worker_once_and_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.people(3)
    asked: list[tuple[Any, ...]] = []
    expression, now = {"tagged": "list"}, timezone.now()

    def look() -> Any:
        return counted(expression, channel="email", now=now, enqueue=lambda *said: asked.append(said))

    with monkeypatch.context() as patch:
        patch.setattr("groundswell.messaging.counting.reach_of", too_long)
        assert look().reach is None
        assert look().reach is None
    assert len(asked) == 1
    key, its, channel = asked[0]
    count_for_pages(key, expression=its, channel=channel, now=now)
    monkeypatch.setattr("groundswell.messaging.counting.reach_of", too_long)
    found = look()
    assert (found.reach.people, found.at) == (3, now)


def too_long(*_args: Any, **_kwargs: Any) -> Any:
    raise TooManyToCountError


def test_the_pages_ask_again_while_it_is_counted(organiser: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundswell.messaging.counting.reach_of", too_long)
    message = world.message(status="draft", no_ask_because="thanks")
    page = organiser.get(reverse("messaging:message", args=[world.campaign.slug, message.pk])).content.decode()
    assert "being counted" in page
    assert 'hx-select="#before"' in page
    reach = organiser.post(reverse("messaging:reach", args=[world.campaign.slug, "email"]), {}).content.decode()
    assert "being counted" in reach


def test_too_many_to_count_need_a_second_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.people(1)
    Organisation.objects.update(imprint="Promoted by A. Agent, 1 High Street")
    monkeypatch.setattr("groundswell.messaging.operations.approving.reach_of_message", too_long)
    sender = world.make_sender(provider="letterbox")
    message = world.message(status="draft", no_ask_because="thanks", sender=sender)
    sent = submit_message(message, by=world.owen, now=timezone.now(), most_alone=500, enqueue=lambda _pk: None)
    assert sent.status == "waiting"


def test_what_somebody_lacks_stops_it_also_where_it_was_not_counted_before(world: World) -> None:
    world.person("a@example.org", given_names="")
    world.person("b@example.org", given_names="  ")
    world.person("c@example.org", given_names="Cai")
    message = world.message(status="preparing", body="Dear {{ first_name }}, in {{ seat|your area }}")
    assert not prepare_asked(message.pk, by=None, now=timezone.now(), enqueue=lambda: None)
    message.refresh_from_db()
    assert (message.status, message.deliveries.count()) == ("draft", 0)
    assert message.problem.startswith("2 people lack what it says: {{ first_name }}")


def test_the_other_subject_stops_it_as_well(world: World) -> None:
    Organisation.objects.update(imprint="Promoted by A. Agent, 1 High Street")
    world.person("a@example.org")
    sender = world.make_sender(provider="letterbox")
    message = world.message(
        status="draft", subject_b="In {{ seat }}?", test_share=20, wins_by="hand", no_ask_because="x", sender=sender
    )
    with pytest.raises(MessagingRuleError, match="1 person lacks what it says"):
        submit_message(message, by=world.owen, now=timezone.now(), most_alone=500, enqueue=lambda _pk: None)


def test_a_text_is_tried_on_ones_own_number(organiser: Any, world: World) -> None:
    texted(world, "+447700900001", given_names="Bea")
    ask = Ask.objects.create(campaign=world.campaign, kind="attend", slug="m", title="M", published_at=timezone.now())
    message = texting(world, "Hi {{ first_name }}: {{ link }} STOP to end", ask=ask)
    url = reverse("messaging:test", args=[world.campaign.slug, message.pk])
    for _press in range(2):
        organiser.post(url, {"place": "0", "to": "07700 900999"})
    text = SimulatedText.objects.get()
    assert (text.their_address, text.text.startswith("Hi Bea: http")) == ("+447700900999", True)
    assert message.deliveries.count() == 0
    assert AuditEvent.objects.filter(verb="send_test").count() == 1


def test_no_test_goes_where_somebody_asked_for_none(organiser: Any, world: World) -> None:
    texted(world, "+447700900001")
    message = texting(world, "Hi. STOP to end", no_ask_because="thanks")
    suppress(address="+447700900999", scope=SuppressionScope.MESSAGES, by=None, source="text")
    url = reverse("messaging:test", args=[world.campaign.slug, message.pk])
    said = organiser.post(url, {"to": "07700 900999"}, follow=True).content.decode()
    assert "has asked not to be messaged" in said
    organiser.post(url, {"to": "no number"})
    assert not SimulatedText.objects.exists()


def test_ten_tests_in_an_hour_are_enough(organiser: Any, world: World) -> None:
    texted(world, "+447700900001")
    for _nth in range(12):
        message = texting_by(world, world.message(status="draft").sender_id)
        organiser.post(
            reverse("messaging:test", args=[world.campaign.slug, message.pk]), {"place": "0", "to": "07700 900999"}
        )
    assert SimulatedText.objects.count() == 10


def texting_by(world: World, _sender: int | None) -> Message:
    sender = world.make_sender(channel="sms", address=f"+4416329602{world.made % 90 + 10}", provider="console")
    return world.message(channel="sms", sender=sender, subject="", body="Hi", status="draft", no_ask_because="x")


def test_price_and_pace_are_changed_by_an_owner(client: Any, world: World) -> None:
    owner = sign_in(client, make_member(Role.OWNER, None).user)
    url = reverse("messaging:sender_pace", args=[world.sender.pk])
    assert owner.post(url, {"rate": "0", "price": "1"}).status_code == 422
    assert owner.post(url, {"rate": "7", "price": "0.04"}).status_code == 302
    world.sender.refresh_from_db()
    assert (world.sender.rate, world.sender.price) == (7, Decimal("0.04"))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"test_share": "20"}, "subject_b"),
        ({"subject_b": "Hi", "wins_by": "hand"}, "subject_b"),
        ({"subject_b": "Hello", "wins_by": "clicks"}, "wins_by"),
        ({"wave_size": "10"}, "wave_minutes"),
        ({"wave_minutes": "10"}, "wave_size"),
    ],
)
def test_the_form_says_what_a_test_and_waves_need(
    organiser: Any, world: World, fields: dict[str, str], field: str
) -> None:
    said = {"name": "M", "subject": "Hi", "body": "Hello", "no_ask_because": "thanks", **fields}
    answer = organiser.post(reverse("messaging:new_message", args=[world.campaign.slug, "email"]), said)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
