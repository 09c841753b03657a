"""The organiser's pages: a flow is written, tried, published, copied, and how far people went."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.models import Action, Ask, Question, Visit
from groundswell.flows.enums import StepKind
from groundswell.flows.models import Flow, Run
from groundswell.flows.operations.publishing import retire_flow
from groundswell.flows.queries import figures_of
from groundswell.flows.tests.world import CONSENT, Flows, answers
from groundswell.messaging.models import Message
from groundswell.messaging.tests.texting import THEIRS, texted
from groundswell.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(flows: Flows) -> Client:
    client = Client()
    sign_in(client, make_member(Role.ORGANISER, flows.campaign).user)
    return client


def url(name: str, flows: Flows, *args: Any) -> str:
    return reverse(f"flows:{name}", args=[flows.campaign.slug, *args])


def words(flows: Flows, **fields: Any) -> dict[str, Any]:
    said = {
        "name": "Join us",
        "keyword": "Join!",
        "sender": flows.sender.pk,
        "thanks": "Thanks, {{ first_name|friend }}",
        "no_ask_because": "a test",
        "hours": 48,
        "press": str(uuid4()),
    }
    return {**said, **fields}


def test_from_nothing_to_live_and_copied(flows: Flows, browser: Client) -> None:
    assert "No keyword yet" in browser.get(url("list", flows)).content.decode()
    said = words(flows)
    made = browser.post(url("new", flows), said)
    assert browser.post(url("new", flows), said).url == made.url  # type: ignore[attr-defined]
    flow = Flow.objects.get()
    assert (flow.keyword, flow.word) == ("JOIN!", "join")

    page = browser.get(made.url).content.decode()  # type: ignore[attr-defined]
    assert "Ask at least one question." in page
    for kind, extra in (
        ("name", {}),
        ("consent", {"channel": "sms", "text": CONSENT}),
        ("choice", {"options": "Buses\n\nHousing\r\n", "takes_several": "on"}),
        ("voter_id", {"question": flows.voter_id.pk}),
        ("text", {}),
        ("email", {}),
        ("postcode", {}),
    ):
        form = browser.get(url("new_step", flows, flow.pk, kind))
        assert form.status_code == 200
        answer = browser.post(url("new_step", flows, flow.pk, kind), {"text": f"Your {kind}?", **extra})
        assert answer.status_code == 302, answer.content.decode()
    asked = Question.objects.get(text="Your choice?")
    assert (asked.kind, [option.label for option in asked.options.all()]) == ("choices", ["Buses", "Housing"])

    last = flow.steps.get(kind="postcode")
    browser.post(url("place", flows, flow.pk, last.pk), {"do": "up"})
    browser.post(url("place", flows, flow.pk, flow.steps.get(kind="email").pk), {"do": "remove"})
    assert list(flow.steps.values_list("kind", flat=True)) == [
        "name", "consent", "choice", "voter_id", "text", "postcode"
    ]  # fmt: skip
    browser.post(url("step", flows, flow.pk, last.pk), {"text": "And your postcode?"})
    page = browser.get(url("manage", flows, flow.pk)).content.decode()
    assert "And your postcode?" in page
    assert "3 Undecided" in page

    browser.post(url("publication", flows, flow.pk))
    flow.refresh_from_db()
    assert flow.is_live
    assert browser.post(url("edit", flows, flow.pk), words(flows)).status_code == 422
    copied = browser.post(url("copy", flows, flow.pk)).url  # type: ignore[attr-defined]
    assert browser.post(url("copy", flows, flow.pk)).url == copied  # type: ignore[attr-defined]
    copy = Flow.objects.get(replaces=flow)
    assert copy.steps.count() == 6
    browser.post(url("publication", flows, copy.pk))
    flow.refresh_from_db()
    copy.refresh_from_db()
    assert (flow.is_live, copy.is_live) == (False, True)
    assert browser.get(url("list", flows)).status_code == 200


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"keyword": "STOP"}, "stop or help"),
        ({"keyword": "yes"}, "how people answer"),
        ({"sender": ""}, "required"),
        ({"name": " "}, "required"),
    ],
)
def test_what_is_refused_says_why(flows: Flows, browser: Client, fields: dict[str, str], told: str) -> None:
    answer = browser.post(url("new", flows), words(flows, **fields))
    assert (answer.status_code, told in answer.content.decode()) == (422, True)
    assert not Flow.objects.exists()


def test_a_name_may_not_be_a_sender_for_keywords(flows: Flows, browser: Client) -> None:
    name = flows.world.make_sender(channel="sms", address="RedRose", provider="console")
    assert browser.post(url("new", flows), words(flows, sender=name.pk)).status_code == 422


def test_a_keyword_that_is_taken_is_refused_with_a_sentence(flows: Flows, browser: Client) -> None:
    first = flows.live(flows.name())
    second = flows.draft(flows.name(), keyword="join")
    answer = browser.post(url("publication", flows, second.pk), follow=True)
    assert "taken at this number" in answer.content.decode()
    retire_flow(first, by=flows.owen, now=timezone.now())
    browser.post(url("publication", flows, second.pk))
    second.refresh_from_db()
    assert second.is_live


def test_without_a_voter_id_question_the_page_says_where_to_get_one(flows: Flows, browser: Client) -> None:
    Question.objects.filter(is_voter_id=True).update(retired_at=timezone.now())
    flow = flows.draft()
    page = browser.get(url("new_step", flows, flow.pk, "voter_id")).content.decode()
    assert "No voter-ID question yet" in page
    assert browser.get(url("new_step", flows, flow.pk, "pigeon")).status_code == 404


def test_a_question_of_another_campaign_is_not_offered(flows: Flows, browser: Client) -> None:
    flow = flows.draft()
    elsewhere = flows.campaign.__class__.objects.create(name="Elsewhere", slug="elsewhere")
    other = Question.objects.create(campaign=elsewhere, key="x", kind="text", text="x")
    answer = browser.post(url("new_step", flows, flow.pk, "text"), {"text": "Why?", "question": other.pk})
    assert answer.status_code == 422
    assert not flow.steps.exists()


def test_it_is_tried_and_nothing_is_kept(flows: Flows, browser: Client) -> None:
    flow = flows.draft(flows.simple(StepKind.AGE), flows.vote(), flows.name())
    said: list[str] = []
    page = browser.get(url("rehearsal", flows, flow.pk)).content.decode()
    assert "Begin with JOIN" in page
    for text in ("hello", "JOIN", "yes", "what?", "HELP", "2", "Bo Li"):
        answer = browser.post(url("rehearsal", flows, flow.pk), {"said": said, "text": text})
        assert answer.status_code == 200
        said.append(text)
    page = answer.content.decode()
    assert "goes to the inbox" in page
    assert "Sorry, we did not catch that" in page
    assert "the question still stands" in page
    assert "Thank you, Bo!" in page
    for ending, told in (("STOP", "They are stopped"), ("no", "They are let go")):
        page = browser.post(url("rehearsal", flows, flow.pk), {"said": ["JOIN"], "text": ending}).content.decode()
        assert told in page
    assert not Run.objects.exists()
    assert not Message.objects.exists()
    assert answers() == []


def test_how_far_they_went(flows: Flows, person: Person, browser: Client) -> None:
    ask = Ask.objects.create(
        campaign=flows.campaign, kind=AskKind.SIGN_UP, slug="ring", title="Ring with us", published_at=timezone.now()
    )
    flow = flows.live(flows.vote(), flows.consent(), ask=ask, no_ask_because="", thanks="Thanks! {{ link }}")
    for number, texts in {
        THEIRS: ("JOIN", "1", "yes"),
        "+447700900701": ("JOIN", "2", "no"),
        "+447700900702": ("JOIN", "x", "y", "z"),
        "+447700900703": ("JOIN", "3", "STOP"),
        "+447700900704": ("JOIN",),
    }.items():
        for text in texts:
            texted(text, number=number)
    assert flow.message is not None
    assert flow.message.link is not None
    assert flow.message.link.code in answers()[2]
    Visit.objects.create(link=flow.message.link)
    now = timezone.now()
    Action.objects.create(
        ask=ask,
        person=person,
        state="confirmed",
        dedupe_key="1",
        source=flow.message.link,
        happened_at=now,
        state_at=now,
    )

    figures = figures_of(flow, now=timezone.now())
    assert (figures.began, figures.finished, figures.handed, figures.stopped, figures.waiting) == (5, 2, 1, 1, 1)
    assert (figures.visits, figures.acted, figures.share) == (1, 1, 50)
    first, second = figures.steps
    assert (first.asked, first.answered, first.waiting, first.left, first.agreed) == (5, 3, 1, 1, None)
    assert (second.asked, second.answered, second.waiting, second.left, second.agreed) == (3, 2, 0, 1, 1)
    page = browser.get(url("manage", flows, flow.pk)).content.decode()
    assert "Left here" in page
    assert "1 agreed" in page


def test_many_people_are_asked_its_first_question(flows: Flows, browser: Client) -> None:
    flow = flows.live(flows.vote())
    answer = browser.post(url("lead", flows, flow.pk))
    message = Message.objects.get(kind="broadcast")
    assert answer.url == reverse("messaging:edit_message", args=[flows.campaign.slug, message.pk])  # type: ignore[attr-defined]
    page = browser.get(reverse("messaging:message", args=[flows.campaign.slug, message.pk])).content.decode()
    assert f'Answers go into <a href="{url("manage", flows, flow.pk)}">' in page
    assert message.segment is not None
    assert message.segment.expression == {"all": [{"not": {"asked": flows.voter_id.pk}}]}


def test_a_draft_is_thrown_away_and_a_live_one_is_not(flows: Flows, browser: Client) -> None:
    live, draft = flows.live(flows.name()), flows.draft(keyword="VOTE")
    for flow in (live, draft):
        browser.post(url("discard", flows, flow.pk))
    assert list(Flow.objects.all()) == [live]
    browser.post(url("retirement", flows, live.pk))
    live.refresh_from_db()
    assert not live.is_live
