"""The pages of a text bank without scripts: what a volunteer sees and presses, and what an organiser does."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, Membership
from groundswell.accounts.tests.builders import make_member, make_user, sign_in
from groundswell.campaigns.models import Answer
from groundswell.messaging.models import Delivery
from groundswell.people.models import Tag
from groundswell.textbank.enums import ConversationState, EntryState, TextBankStatus
from groundswell.textbank.models import CannedReply, Conversation, Entry, TextBank
from groundswell.textbank.operations.leasing import lease_batch
from groundswell.textbank.tasks import make_text_list
from groundswell.textbank.tests.world import WORDS, World


@pytest.fixture(autouse=True)
def by_day_and_night(world: World) -> None:
    world.open_day_and_night()


def browser(member: Membership) -> Client:
    return sign_in(Client(), member.user)


def organiser_of(world: World) -> Membership:
    return make_member(Role.ORGANISER, world.campaign, user=make_user("Olwen", second_factor=True))


def body_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def key_on(response: Any) -> str:
    found = re.search(r'name="key" value="([^"]+)"', response.content.decode())
    assert found
    return found[1]


def test_a_volunteer_comes_to_the_one_text_bank_and_gets_a_batch(world: World):
    world.texted("Siân Wyllt")
    bank = world.bank(now=timezone.now())
    client = browser(world.volunteer("Ada Lovelace"))
    assert client.get(reverse("textbank:texting")).url == reverse("textbank:text", args=[bank.pk])  # type: ignore[attr-defined]
    assert "Ready to text?" in body_of(client.get(reverse("textbank:text", args=[bank.pk])))
    assert client.post(reverse("textbank:batch", args=[bank.pk])).status_code == 302
    page = body_of(client.get(reverse("textbank:text", args=[bank.pk])))
    assert "Siân Wyllt" in page
    assert "Hi Siân, Ada here from Red Rose." in page
    assert "0 of 1 sent" in page
    assert "+4477009" not in page  # no number is shown to a volunteer
    entry = Entry.objects.get()
    for _time in range(2):
        assert client.post(reverse("textbank:press", args=[bank.pk]), {"entry": entry.pk}).status_code == 302
    assert Delivery.objects.count() == 1
    assert "That batch is done" in body_of(client.get(reverse("textbank:text", args=[bank.pk])))
    assert AuditEvent.objects.filter(verb="lease_texts", action="view").count() == 1


def test_pressed_twice_the_form_makes_one_text_bank(world: World):
    client, slug = browser(organiser_of(world)), world.campaign.slug
    new = reverse("textbank:new_bank", args=[slug])
    key = client.get(new).context["form"]["press"].value()  # type: ignore[index]
    said = {"name": "Saturday", "body": WORDS, "batch_size": 5, "daily_limit": 9, "press": str(key)}
    made = client.post(new, said)["Location"]
    assert client.post(new, {**said, "batch_size": 6})["Location"] == made
    assert TextBank.objects.get().batch_size == 6
    assert "already" in body_of(client.post(new, {**said, "press": str(uuid4())}))


def test_with_scripts_the_next_text_comes_in_place_of_the_last(world: World):
    world.texted("Ann A")
    world.texted("Ben B")
    bank, by = world.bank(now=timezone.now()), world.volunteer()
    client = browser(by)
    lease_batch(bank, by=by, now=timezone.now())
    first, second = Entry.objects.order_by("position", "pk")
    url = reverse("textbank:press", args=[bank.pk])
    answer = client.post(url, {"entry": first.pk}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert f"<h1>{second.person}</h1>" in body_of(answer)
    again = client.post(url, {"entry": first.pk}, headers={"HX-Request": "true"})
    assert "That one was sent before, once." in body_of(again)
    assert Delivery.objects.count() == 1
    client.post(reverse("textbank:skip", args=[bank.pk]), {"entry": second.pk, "why": "wrong"})
    second.refresh_from_db()
    assert second.state == EntryState.OUT


def test_giving_the_rest_back(world: World):
    world.texted()
    bank, by = world.bank(now=timezone.now()), world.volunteer()
    lease_batch(bank, by=by, now=timezone.now())
    browser(by).post(reverse("textbank:leave", args=[bank.pk]))
    assert Entry.objects.get().state == EntryState.READY


def test_a_conversation_is_read_answered_noted_and_handed_on(world: World):
    person = world.texted("Siân Wyllt")
    poster = Tag.objects.create(name="poster")
    bank, by = world.bank(now=timezone.now(), tags=[poster]), world.volunteer("Ada Lovelace")
    option = world.voter_id.options.order_by("position")[0]
    CannedReply.objects.create(text_bank=bank, title="Great", body="Great, {{ first_name }}!")
    CannedReply.objects.create(text_bank=bank, title="Thanks", body="Thank you, {{ first_name }}", after=option)
    conversation = world.conversation(bank, by, now=timezone.now())
    world.says(conversation, "Yes of <b>course</b>", now=timezone.now())
    client = browser(by)
    listed = body_of(client.get(reverse("textbank:replies", args=[bank.pk])))
    assert "Siân Wyllt" in listed
    assert "unread" in listed
    url = reverse("textbank:conversation", args=[conversation.pk])
    page = client.get(url)
    text = body_of(page)
    assert "Yes of &lt;b&gt;course&lt;/b&gt;" in text
    assert 'data-fill="Great, Siân!"' in text
    assert "Thank you, Siân" not in text  # follows an answer
    assert "+4477009" not in text
    assert AuditEvent.objects.filter(verb="view_conversation", subject_id=person.pk).count() == 1
    # Refused, the words stay.
    refused = client.post(
        reverse("textbank:reply", args=[conversation.pk]), {"key": key_on(page), "text": "Hi {{ x }}"}
    )
    assert refused.status_code == 422
    assert "Hi {{ x }}" in body_of(refused)
    for _time in range(2):
        client.post(reverse("textbank:reply", args=[conversation.pk]), {"key": key_on(page), "text": "Lovely!"})
    assert list(Delivery.objects.exclude(key="").values_list("body", flat=True)) == ["Lovely!"]
    field = f"answer-{person.pk}-{world.voter_id.pk}"
    noted = {"key": key_on(page), field: option.pk}
    client.post(reverse("textbank:answers", args=[conversation.pk]), noted)
    assert Answer.objects.get().option == option
    assert "Thank you, Siân" in body_of(client.get(url))
    client.post(reverse("textbank:about", args=[conversation.pk]), {"note": "Has a van", "tag": [poster.pk]})
    assert person.person_tags.filter(tag=poster).exists()
    hand = {"do": "hand", "note": "Asks about the press"}
    handed = client.post(reverse("textbank:steer_conversation", args=[conversation.pk]), hand)
    assert handed.url == reverse("textbank:replies", args=[bank.pk])  # type: ignore[attr-defined]
    conversation.refresh_from_db()
    assert (conversation.state, conversation.note) == (ConversationState.REVIEW, "Has a van")
    # Somebody else's is not to be seen.
    assert browser(world.volunteer("Bo")).get(url).status_code == 404


def test_an_organiser_makes_one_opens_it_and_sees_it_work(world: World, monkeypatch: pytest.MonkeyPatch):
    world.texted("Ann A")
    world.texted("Ben B", consent=False)
    client = browser(organiser_of(world))
    slug = world.campaign.slug
    form = {
        "name": "Monday",
        "sender": world.number.pk,
        "body": WORDS,
        "tag": world.tag.pk,
        "script": world.script.pk,
        "batch_size": 10,
        "daily_limit": 100,
    }
    assert client.get(reverse("textbank:new_bank", args=[slug])).status_code == 200
    wrong = client.post(reverse("textbank:new_bank", args=[slug]), {**form, "batch_size": 0})
    assert wrong.status_code == 422
    client.post(reverse("textbank:new_bank", args=[slug]), form)
    bank = TextBank.objects.get()
    assert (bank.batch_size, bank.message.segment.expression) == (10, {"all": [{"tagged": "list"}]})  # type: ignore[union-attr]
    look = body_of(client.post(reverse("textbank:look", args=[slug]), form))
    assert "Hi Alexandra, Olwen here" in look
    page = reverse("textbank:bank", args=[slug, bank.pk])
    assert "Nothing is in the way" in body_of(client.get(page))
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr("groundswell.textbank.views.organiser.make_text_list.defer", lambda **k: asked.append(k))
    client.post(reverse("textbank:status", args=[slug, bank.pk]), {"do": "open"})
    assert [each["text_bank_id"] for each in asked] == [bank.pk]
    TextBank.objects.update(status=TextBankStatus.PREPARING)
    make_text_list.func(**asked[0])
    live = body_of(client.get(reverse("textbank:bank_live", args=[slug, bank.pk])))
    assert "No consent for this channel" in live
    client.post(reverse("textbank:new_canned", args=[slug, bank.pk]), {"title": "Great", "body": "Great!", "after": ""})
    reply = CannedReply.objects.get()
    edit = reverse("textbank:canned", args=[slug, bank.pk, reply.pk])
    assert client.post(edit, {"title": "Great", "body": "{{ nope }}"}).status_code == 422
    client.post(edit, {"do": "delete"})
    assert not CannedReply.objects.exists()
    by, other = world.volunteer("Ada"), world.volunteer("Bo")
    conversation = world.conversation(bank, by, now=timezone.now())
    world.says(conversation, "Yes", now=timezone.now())
    text = body_of(client.get(page))
    assert "Ada" in text
    client.post(reverse("textbank:take_over", args=[slug, bank.pk, by.user_id]), {"to": other.user_id})
    conversation.refresh_from_db()
    assert conversation.texter == other.user
    Conversation.objects.update(held_until=timezone.now())
    assert "unanswered for more than an hour" in body_of(client.get(page))
    client.post(reverse("textbank:sweep", args=[slug, bank.pk]), {"to": [by.user_id]})
    conversation.refresh_from_db()
    assert conversation.texter == by.user
    for do, status in (("refresh", "open"), ("pause", "paused"), ("open", "open"), ("close", "closed")):
        client.post(reverse("textbank:status", args=[slug, bank.pk]), {"do": do})
        bank.refresh_from_db()
        assert bank.status == status
    # Unanswered when it was closed: with the organisers.
    review = body_of(client.get(reverse("textbank:review", args=[slug])))
    assert "Ann A" in review
    assert "“Yes”" in review
    url = reverse("textbank:conversation", args=[conversation.pk])
    client.post(reverse("textbank:reply", args=[conversation.pk]), {"key": key_on(client.get(url)), "text": "Thanks"})
    assert Delivery.objects.filter(body="Thanks").exists()
    assert "1 texted, 1 replied (100%)" in body_of(client.get(reverse("textbank:results", args=[slug, bank.pk])))
    assert "Monday" in body_of(client.get(reverse("textbank:index", args=[slug])))


def test_what_was_said_before_by_any_campaign_is_there_to_read(world: World):
    person = world.texted("Siân Wyllt")
    point = person.contact_points.get()
    news = world.message(channel="sms", sender=world.number, body="Hello {{ first_name }}, news.", status="done")
    bucket = world.bank(name="First", now=timezone.now()).entries.get().bucket
    Delivery.objects.create(
        message=news,
        person=person,
        contact_point=point,
        bucket=bucket,
        state="delivered",
        sent_at=timezone.now(),
    )
    by = world.volunteer()
    conversation = world.conversation(TextBank.objects.get(), by, now=timezone.now())
    text = body_of(browser(by).get(reverse("textbank:conversation", args=[conversation.pk])))
    assert "1 text before this" in text
    assert "Hello Siân, news." in text


def test_the_size_of_what_is_written_is_counted_as_networks_do(world: World):
    client = browser(world.volunteer())
    url = reverse("textbank:size")
    assert "1 part, 155 more fit in" in body_of(client.post(url, {"text": "Hello"}))
    assert "dearer by ŵ" in body_of(client.post(url, {"text": "Diolch, ŵyn"}))
    assert "Nothing written yet" in body_of(client.post(url, {}))
