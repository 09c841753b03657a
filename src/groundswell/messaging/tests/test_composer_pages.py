"""The composer: senders proven by a code, drafts with what they cost and reach, and how they look to somebody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, Organisation
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Ask
from groundswell.messaging.models import Message, Sender
from groundswell.messaging.operations.preparing import prepare
from groundswell.messaging.reach import reach_of_message
from groundswell.messaging.rules import Words, problems_of
from groundswell.messaging.sender_codes import code_of, is_code_of
from groundswell.messaging.tests.world import World
from groundswell.people.models import Person, PersonContact, Segment


@pytest.fixture
def owner(client, world: World):
    caches["shared"].clear()
    return sign_in(client, make_member(Role.OWNER, world.campaign).user)


@pytest.fixture
def organiser(client, world: World):
    Organisation.objects.update(imprint="Promoted by A. Agent, 1 High Street")
    return sign_in(client, make_member(Role.ORGANISER, world.campaign).user)


@pytest.fixture
def ask(world: World) -> Ask:
    now = timezone.now()
    return Ask.objects.create(campaign=world.campaign, kind="attend", slug="monday", title="Monday", published_at=now)


def url(name: str, world: World, *rest: object) -> str:
    return reverse(f"messaging:{name}", args=[world.campaign.slug, *rest])


def filled(world: World, ask: Ask | None = None, **fields: object) -> dict[str, object]:
    return {
        "name": "Monday",
        "sender": world.sender.pk,
        "subject": "Join us, {{ first_name|friend }}",
        "body": "Dear {{ first_name|friend }},\n\n**Come** on Monday.",
        "ask": ask.pk if ask else "",
        "no_ask_because": "" if ask else "it only says thanks",
        "tag": world.tag.pk,
        **fields,
    }


def write(client, world: World, ask: Ask | None = None, **fields: object) -> Message:
    answer = client.post(url("new_message", world, "email"), filled(world, ask, **fields))
    assert answer.status_code == 302, answer.content.decode()
    return Message.objects.latest("pk")


def test_an_address_is_proven_by_the_code_that_went_there(owner, world: World):
    said = {"name": "Red Rose", "address": "News@Example.org", "rate": 5}
    owner.post(reverse("messaging:new_sender"), said)
    sender = Sender.objects.get(address="news@example.org")
    (letter,) = mail.outbox
    assert letter.to == ["news@example.org"]
    code = re.search(r"\d{8}", letter.subject)[0]
    wrong = owner.post(reverse("messaging:sender", args=[sender.pk]), {"code": "00000000"})
    assert wrong.status_code == 422
    assert Sender.objects.get(pk=sender.pk).verified_at is None
    owner.post(reverse("messaging:sender", args=[sender.pk]), {"code": f"{code[:4]} {code[4:]}"})
    assert Sender.objects.get(pk=sender.pk).verified_how
    assert owner.post(reverse("messaging:new_sender"), said).status_code == 422


def test_nobody_guesses_a_code(owner, world: World):
    sender = world.make_sender(verified_at=None, verified_how="")
    for _try in range(5):
        owner.post(reverse("messaging:sender", args=[sender.pk]), {"code": "1"})
    right = code_of(sender, now=timezone.now())
    answer = owner.post(reverse("messaging:sender", args=[sender.pk]), {"code": right})
    assert answer.status_code == 422
    assert Sender.objects.get(pk=sender.pk).verified_at is None


def test_a_code_holds_for_an_hour_and_for_one_sender(world: World):
    now = timezone.now()
    one, other = world.make_sender(), world.make_sender()
    code = code_of(one, now=now)
    assert is_code_of(one, code, now=now + timedelta(minutes=59))
    assert not is_code_of(one, code, now=now + timedelta(hours=2))
    assert not is_code_of(other, code, now=now)


@pytest.mark.parametrize(
    ("address", "kept"), [("01632 960001", "+441632960001"), ("60123", "60123"), ("RedRose", "RedRose")]
)
def test_a_number_for_texts_is_vouched_for_by_name(owner, world: World, settings, address: str, kept: str):
    settings.DEMO = True  # the way out that the demo has
    said = {"name": "Texts", "address": address, "provider": "console", "how": "listed for us", "rate": 1}
    assert owner.post(reverse("messaging:new_text_sender"), {**said, "how": ""}).status_code == 422
    assert owner.post(reverse("messaging:new_text_sender"), {**said, "address": "no!"}).status_code == 422
    assert not Sender.objects.filter(channel="sms").exists()
    assert owner.post(reverse("messaging:new_text_sender"), said).status_code == 302
    sender = Sender.objects.get(channel="sms")
    assert (sender.address, sender.verified_how) == (kept, "listed for us")
    assert sender.verified_by is not None


def test_a_retired_sender_is_offered_no_longer_and_its_address_may_come_again(owner, world: World):
    owner.post(reverse("messaging:sender_retirement", args=[world.sender.pk]))
    assert Sender.objects.get(pk=world.sender.pk).retired_at is not None
    form = owner.get(url("new_message", world, "email")).context["form"]
    assert list(form.fields["sender"].queryset) == []
    said = {"name": "Again", "address": world.sender.address, "rate": 5}
    assert owner.post(reverse("messaging:new_sender"), said).status_code == 302


def test_a_draft_is_kept_changed_and_thrown_away(organiser, world: World, ask: Ask):
    message = write(organiser, world, ask, wave_size="100", wave_minutes="30", age_from="18")
    assert message.segment.expression == {"all": [{"tagged": "list"}, {"age": {"from": 18}}]}
    form = organiser.get(url("edit_message", world, message.pk)).context["form"]
    assert (form["tag"].value(), form["age_from"].value(), form["wave_size"].value()) == (world.tag.pk, 18, 100)
    organiser.post(url("edit_message", world, message.pk), filled(world, ask, tag="", name="Tuesday"))
    message.refresh_from_db()
    assert (message.name, message.segment.expression) == ("Tuesday", {"all": [{"everybody": True}]})
    organiser.post(url("discard", world, message.pk))
    assert not Message.objects.filter(pk=message.pk).exists()
    assert not Segment.objects.filter(pk=message.segment_id).exists()


def test_what_is_no_draft_any_more_is_not_changed(organiser, world: World, ask: Ask):
    message = write(organiser, world, ask)
    Message.objects.filter(pk=message.pk).update(status="sending")
    organiser.post(url("edit_message", world, message.pk), filled(world, ask, name="Tuesday"))
    organiser.post(url("discard", world, message.pk))
    assert Message.objects.get(pk=message.pk).name == "Monday"


def test_the_count_says_whom_it_reaches_and_agrees_with_the_deliveries(organiser, world: World, ask: Ask):
    world.people(3)
    world.person("no@example.org", consent=False)
    world.person()
    sharing = world.person()
    point = PersonContact.objects.get(contact_point__value="person0@example.org").contact_point
    PersonContact.objects.create(person=sharing, contact_point=point, source=world.source)
    gone = world.person("gone@example.org")
    Person.objects.filter(pk=gone.pk).update(objected_at=timezone.now())
    said = organiser.post(url("reach", world, "email"), filled(world, ask)).context["reach"]
    message = write(organiser, world, ask)
    assert reach_of_message(message, now=timezone.now()) == said
    assert (said.people, dict(said.left_out)) == (3, {"no_consent": 1, "no_address": 1, "shared": 1, "objected": 1})
    Message.objects.filter(pk=message.pk).update(status="preparing")
    prepared = prepare(message, by=None, now=timezone.now())
    assert (prepared.going, prepared.left_out) == (said.people, dict(said.left_out))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Hi {{ name }} {{ link }} STOP to end", "{{ name }}"),
        ("Come: {{ link }}", "Reply STOP"),
        ("Come. Reply STOP to end", "Put {{ link }}"),
        ("", "Write what it says"),
    ],
)
def test_what_is_left_to_do_is_said_while_writing(organiser, world: World, ask: Ask, body: str, said: str):
    page = organiser.post(url("look", world, "sms"), filled(world, ask, body=body, sender=""))
    assert said in page.content.decode()
    assert Message.objects.count() == 0


def test_a_text_is_counted_while_writing(organiser, world: World, ask: Ask):
    body = "Noswaith dda {{ first_name|bawb }}: dewch i'r tŷ. {{ link }} Reply STOP to end"
    page = organiser.post(url("look", world, "sms"), filled(world, ask, body=body, sender=""))
    assert (page.context["segments"].encoding, page.context["segments"].outside) == ("UCS-2", ("ŷ",))
    assert "Alexandra" in page.content.decode()


def test_who_cannot_be_answered_says_where_stop_goes():
    words = Words("sms", (), "Hello {{ link }} STOP", can_receive=False, ask_is_open=True, no_ask_because="")
    assert len(problems_of(words)) == 1
    assert problems_of(Words("sms", (), "Hello {{ link }} STOP to 60123", False, True, "")) == []


def test_it_is_seen_as_somebody_would_get_it_and_the_look_is_logged(organiser, world: World, ask: Ask):
    bea = world.person("bea@example.org", given_names="Bea <i>Ann</i>")
    world.person("cai@example.org", given_names="")
    world.person("no@example.org", consent=False)
    message = write(organiser, world, ask)
    first = organiser.get(url("preview", world, message.pk))
    assert first.context["written"].subject == "Join us, Bea"
    assert AuditEvent.objects.get(verb="preview_message").detail["person_id"] == bea.pk
    second = organiser.get(url("preview", world, message.pk), {"place": "1"})
    assert second.context["written"].subject == "Join us, friend"
    assert not second.context["has_next"]
    # As any of them, by name.
    world.person("dee@example.org", given_names="Dée", family_name="Zheng", name_key="zheng dee")
    found = organiser.get(url("preview", world, message.pk), {"named": "zheng dee"})
    assert (found.context["written"].subject, found.context["has_next"]) == ("Join us, Dée", False)
    assert "named=zheng%20dee" in found.content.decode()
    assert "Nobody of the name" in organiser.get(url("preview", world, message.pk), {"named": "Nemo"}).content.decode()
    letter = organiser.get(url("preview_html", world, message.pk))
    assert "<strong>Come</strong>" in letter.content.decode()
    assert "script" not in letter["Content-Security-Policy"]
    assert "sandbox" in letter["Content-Security-Policy"]


def test_somebody_of_whom_something_is_not_known_is_said_to_get_nothing(organiser, world: World, ask: Ask):
    world.person("cai@example.org")
    message = write(organiser, world, ask, body="In {{ seat }}")
    assert organiser.get(url("preview", world, message.pk)).context["missing"] == ["seat"]


def test_a_test_goes_to_oneself_alone(organiser, world: World, ask: Ask):
    world.person("bea@example.org", given_names="Bea")
    message = write(organiser, world, ask)
    organiser.post(url("test", world, message.pk), {"place": "0"})
    (letter,) = mail.outbox
    assert letter.to == [AuditEvent.objects.get(verb="send_test").actor.email]
    assert letter.from_email == f'"Red Rose Party" <{world.sender.address}>'
    assert "Dear Bea" in letter.body
    assert "Dear Bea" in letter.alternatives[0].content
    assert message.deliveries.count() == 0


def test_nothing_is_tested_from_an_address_that_is_not_proven(organiser, world: World, ask: Ask):
    world.person("bea@example.org")
    message = write(organiser, world, ask)
    Sender.objects.update(verified_at=None, verified_how="")
    organiser.post(url("test", world, message.pk), {"place": "0"})
    assert mail.outbox == []


def test_without_an_imprint_no_email_is_ready(organiser, world: World, ask: Ask):
    world.person("bea@example.org")
    Organisation.objects.update(imprint="", contact_address="")
    message = write(organiser, world, ask)
    assert "imprint" in organiser.get(url("message", world, message.pk)).content.decode()
    assert "imprint" in organiser.get(url("preview", world, message.pk)).context["problem"]


def test_who_did_not_get_it_is_listed_with_the_reason_and_handed_out_to_few(client, organiser, world: World, ask: Ask):
    world.people(2)
    no = world.person("no@example.org", consent=False, given_names="=Nia")
    message = write(organiser, world, ask)
    Message.objects.filter(pk=message.pk).update(status="preparing")
    prepare(message, by=None, now=timezone.now())
    page = organiser.get(url("not_reached", world, message.pk))
    assert [row.person_id for row in page.context["rows"]] == [no.pk]
    assert "no consent for this channel" in page.content.decode().lower()
    assert organiser.post(url("not_reached_export", world, message.pk)).status_code == 403
    keeper = sign_in(client, make_member(Role.DATA_MANAGER, world.campaign).user)
    lines = b"".join(keeper.post(url("not_reached_export", world, message.pk))).decode().splitlines()
    assert lines[1].startswith("'=Nia")
    assert "no@example.org" in lines[1]
    assert len(lines) == 2
    assert AuditEvent.objects.get(verb="export_not_reached").detail["rows"] == 1


def test_each_page_of_those_who_did_not_get_it_goes_on_where_the_last_one_ended(
    organiser, world: World, ask: Ask, monkeypatch
):
    monkeypatch.setattr("groundswell.messaging.views.sending.ROWS_A_PAGE", 2)
    nobody = [world.person(f"no{n}@example.org", consent=False).pk for n in range(5)]
    message = write(organiser, world, ask)
    Message.objects.filter(pk=message.pk).update(status="preparing")
    prepare(message, by=None, now=timezone.now())
    shown = [
        [
            row.person_id
            for row in organiser.get(url("not_reached", world, message.pk), {"page": number}).context["rows"]
        ]
        for number in (1, 2, 3, 9)
    ]
    assert [len(page) for page in shown] == [2, 2, 1, 1]
    assert sorted(pk for page in shown[:3] for pk in page) == nobody
    assert shown[3] == shown[2]


def test_an_organiser_of_some_areas_writes_to_those_and_sees_their_own_messages(client, world: World, ask: Ask):
    seat = world.seat("Hull")
    world.campaign.areas.add(seat)
    member = make_member(Role.ORGANISER, world.campaign)
    member.areas.add(seat)
    limited = sign_in(client, member.user)
    assert limited.post(url("new_message", world, "email"), filled(world, ask)).status_code == 422
    mine = write(limited, world, ask, areas=[seat.pk])
    others = world.message(status="draft")
    assert [row.pk for row in limited.get(url("index", world)).context["rows"]] == [mine.pk]
    assert limited.get(url("message", world, others.pk)).status_code == 404
