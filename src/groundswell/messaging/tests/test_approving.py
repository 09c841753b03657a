"""From a draft to the outbox: what has to be right, who has to agree, and what came of it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation
from groundswell.accounts.tests.builders import make_member, make_user, sign_in
from groundswell.campaigns.models import Action, Ask, ShareLink, Visit
from groundswell.compliance.models import HoursBucket
from groundswell.messaging.composed import same_for_all
from groundswell.messaging.models import Delivery, Message
from groundswell.messaging.operations.approving import approve_message, submit_message, take_back_message
from groundswell.messaging.operations.preparing import prepare
from groundswell.messaging.progress import progress_of
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.tests.world import World


@pytest.fixture
def draft(world: World, settings) -> Message:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    Organisation.objects.update(imprint="Promoted by A. Agent, 1 High Street")
    ask = Ask.objects.create(
        campaign=world.campaign, kind="attend", slug="monday", title="Monday", published_at=timezone.now()
    )
    world.people(3)
    return world.message(status="draft", ask=ask, body="Dear {{ first_name|friend }}, come.")


class Queue(list[int]):
    """Where the worker's jobs would be."""

    def __call__(self, message_id: int) -> None:
        self.append(message_id)


def submit(message: Message, world: World, *, alone: int = 500, queue: Queue | None = None) -> Message:
    enqueue = Queue() if queue is None else queue
    return submit_message(message, by=world.owen, now=timezone.now(), most_alone=alone, enqueue=enqueue)


def test_to_a_few_it_goes_at_once_with_a_link_of_its_own(draft: Message, world: World):
    queue = Queue()
    sent = submit(draft, world, alone=3, queue=queue)
    assert (sent.status, sent.submitted_by, queue) == ("preparing", world.owen, [draft.pk])
    assert sent.link.code in same_for_all(sent)["link"]
    with pytest.raises(MessagingRuleError):
        submit(draft, world, queue=queue)
    assert queue == [draft.pk]
    assert ShareLink.objects.filter(channel="message").count() == 1


def test_to_many_it_waits_for_somebody_else(draft: Message, world: World):
    queue, now = Queue(), timezone.now()
    waiting = submit(draft, world, alone=2, queue=queue)
    assert (waiting.status, queue) == ("waiting", [])
    with pytest.raises(MessagingRuleError):
        approve_message(waiting, by=world.owen, now=now, enqueue=queue)
    other = make_user("Other")
    agreed = approve_message(waiting, by=other, now=now, enqueue=queue)
    assert (agreed.status, agreed.approved_by, queue) == ("preparing", other, [draft.pk])


def test_taken_back_it_is_a_draft_and_keeps_its_link(draft: Message, world: World):
    waiting = submit(draft, world, alone=0)
    again = take_back_message(waiting, by=world.owen)
    assert (again.status, again.submitted_by) == ("draft", None)
    assert submit(again, world).link == waiting.link


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m, w: type(m.sender).objects.update(verified_at=None, verified_how=""), "not proven"),
        (lambda m, w: type(m.sender).objects.update(retired_at=timezone.now()), "retired"),
        (lambda m, w: Message.objects.update(sender=None), "under which name"),
        (lambda m, w: Message.objects.update(subject=""), "subject"),
        (lambda m, w: Message.objects.update(body="{{ nonsense }}"), "nonsense"),
        (lambda m, w: Message.objects.update(body="In {{ seat }}"), "3 people lack"),
        (lambda m, w: Message.objects.update(expires_at=timezone.now() - timedelta(days=1)), "end before"),
        (lambda m, w: Ask.objects.update(closed_at=timezone.now()), "not open"),
        (lambda m, w: Message.objects.update(ask=None), "leads on to"),
        (lambda m, w: Organisation.objects.update(imprint=""), "imprint"),
        (lambda m, w: w.segment.__class__.objects.update(expression={"tagged": "nobody"}), "Nobody would get it"),
    ],
)
def test_what_is_not_right_does_not_go(draft: Message, world: World, change, said: str):
    change(draft, world)
    queue = Queue()
    with pytest.raises(MessagingRuleError, match=said):
        submit(draft, world, queue=queue)
    assert queue == []
    assert Message.objects.get(pk=draft.pk).status == "draft"


def test_without_a_mail_server_it_does_not_go(draft: Message, world: World, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    with pytest.raises(MessagingRuleError, match="cannot send it yet"):
        submit(draft, world)


def test_what_went_wrong_meanwhile_is_found_when_somebody_agrees(draft: Message, world: World):
    waiting = submit(draft, world, alone=0)
    Ask.objects.update(closed_at=timezone.now())
    with pytest.raises(MessagingRuleError):
        approve_message(waiting, by=make_user(), now=timezone.now(), enqueue=Queue())
    assert Message.objects.get(pk=draft.pk).status == "waiting"


@pytest.mark.django_db(transaction=True)
def test_two_who_agree_at_the_same_moment_send_it_once(draft: Message, world: World):
    waiting = submit(draft, world, alone=0)
    queue, together = Queue(), threading.Barrier(2)
    users = [make_user("One"), make_user("Two")]

    def agree(by) -> None:
        together.wait()
        try:
            approve_message(waiting, by=by, now=timezone.now(), enqueue=queue)
        except MessagingRuleError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=agree, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert queue == [draft.pk]


def test_what_came_of_it_is_told_by_its_own_link(draft: Message, world: World):
    sent = submit(draft, world)
    prepare(sent, by=None, now=timezone.now())
    now, link = timezone.now(), sent.link
    Visit.objects.create(link=link, at=now)
    Visit.objects.create(link=link, at=now, is_automatic=True)
    bea, cai = [delivery.person for delivery in sent.deliveries.order_by("pk")[:2]]
    common = {"ask": sent.ask, "happened_at": now, "state_at": now}
    Action.objects.create(person=bea, source=link, dedupe_key="1", state="confirmed", **common)
    Action.objects.create(person=cai, source=link, dedupe_key="2", state="withdrawn", **common)
    Action.objects.create(person=cai, dedupe_key="3", state="confirmed", **common)
    progress = progress_of(sent, now=now)
    assert (progress.queued, progress.visits, progress.acted, progress.unreached) == (3, 1, 1, 0)


def test_queued_sent_delivered_and_bounced_are_told_apart(world: World):
    message, now = world.message(status="sending"), timezone.now()
    stood = [
        {"state": "pending"},
        {"state": "leased", "leased_until": now},
        {"state": "sent", "sent_at": now},
        {"state": "delivered", "sent_at": now},
        {"state": "failed", "reason": "bounced", "sent_at": now},
        {"state": "failed", "reason": "refused"},
        {"state": "suppressed", "reason": "objected"},
        {"state": "unknown", "reason": "lost"},
    ]
    bucket = HoursBucket.objects.create(time_zone="Europe/London", holiday_region="")
    for person, fields in zip(world.people(len(stood)), stood, strict=True):
        point = person.contact_points.get()
        Delivery.objects.create(message=message, person=person, contact_point=point, bucket=bucket, **fields)
    found = progress_of(message, now=now)
    # What came back was sent; what was refused, or not allowed, or is not known was not.
    assert (found.meant, found.queued, found.sent, found.delivered, found.bounced, found.unknown) == (8, 2, 3, 1, 1, 1)
    assert found.unreached == 4


def test_it_is_sent_paused_and_cancelled_from_its_page(client, draft: Message, world: World):
    organiser = sign_in(client, make_member(Role.ORGANISER, world.campaign).user)

    def post(name: str, **data: str) -> str:
        organiser.post(reverse(f"messaging:{name}", args=[world.campaign.slug, draft.pk]), data)
        return Message.objects.get(pk=draft.pk).status

    assert b"Send it" in organiser.get(reverse("messaging:message", args=[world.campaign.slug, draft.pk])).content
    assert post("submission") == "preparing"
    prepare(Message.objects.get(pk=draft.pk), by=None, now=timezone.now())
    assert post("steering", do="pause") == "paused"
    assert post("steering", do="resume") == "sending"
    assert post("steering", do="cancel") == "cancelled"
    page = organiser.get(reverse("messaging:not_reached", args=[world.campaign.slug, draft.pk]))
    assert len(page.context["rows"]) == 3
    assert post("steering", do="resume") == "cancelled"


def test_a_colleague_agrees_on_the_page_and_not_who_asked(client, draft: Message, world: World, monkeypatch):
    monkeypatch.setattr("groundswell.messaging.views.releasing.most_alone", lambda _day: 1)
    address = reverse("messaging:approval", args=[world.campaign.slug, draft.pk])
    who = sign_in(client, make_member(Role.ORGANISER, world.campaign).user)
    who.post(reverse("messaging:submission", args=[world.campaign.slug, draft.pk]))
    assert "show them this page" in who.get(draft_page(draft)).content.decode()
    who.post(address, {"do": "approve"})
    assert Message.objects.get(pk=draft.pk).status == "waiting"
    colleague = sign_in(client, make_member(Role.OWNER, world.campaign).user)
    assert "Agree, and send it" in colleague.get(draft_page(draft)).content.decode()
    colleague.post(address, {"do": "approve"})
    assert Message.objects.get(pk=draft.pk).status == "preparing"


def draft_page(message: Message) -> str:
    return reverse("messaging:message", args=[message.campaign.slug, message.pk])
