"""The demo's messages: a sign-up page, a text that went out with what came of it, and an email that waits to be sent."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import OuterRef

from groundswell.campaigns.consent_boxes import boxes
from groundswell.campaigns.enums import ShareChannel
from groundswell.campaigns.models import Ask, Campaign, Question, ShareLink, Visit
from groundswell.campaigns.operations.asks import new_code
from groundswell.cli.demo import story
from groundswell.cli.demo.bulk import insert
from groundswell.cli.demo.cast import Team
from groundswell.cli.demo.telephone import TEXTS
from groundswell.compliance.enums import Channel
from groundswell.joining.enums import LetterState
from groundswell.joining.models import Letter, SignUpPage
from groundswell.joining.operations.pages import PageDetails, create_page, publish_page
from groundswell.joining.operations.sign_ups import Typed, confirm_sign_up, sign_up
from groundswell.messaging.enums import DeliveryReason, DeliveryState, MessageStatus
from groundswell.messaging.models import Delivery, Inbound, Message, Receipt, Sender, SimulatedText
from groundswell.messaging.operations.composing import Draft, compose_message
from groundswell.messaging.operations.inbound import keep, route
from groundswell.messaging.operations.preparing import prepare
from groundswell.messaging.outgoing import Leased, Letterhead, reference_of
from groundswell.messaging.providers.contract import InboundOf
from groundswell.messaging.recipients import values_of
from groundswell.messaging.sms import segments_of

EMAILS = "letterbox"
# What became of a hundred texts; the rest arrived.
NO_RECEIPT, UNDELIVERED = 5, 4
CLICKED, SCANNED = 0.21, 9
SIGNED_UP, STRANGERS, UNCONFIRMED = 0.07, 9, 4


def make_messages(
    *, campaign: Campaign, team: Team, evening: Ask, past_mondays: list[datetime], now: datetime, rng: random.Random
) -> Message:
    """Everything there is to see of messages. `evening` is what the email asks people to come to."""
    page = _make_page(campaign, team, now=now)
    texts, emails = _make_senders(team, now=now)
    sent = compose_message(
        campaign=campaign, channel=Channel.SMS, draft=_draft(story.TEXT_NAME, texts, page.ask, ""), by=team.organiser
    )
    _go_out(sent, at=_evening_before(past_mondays[-1], now), rng=rng)
    _follow(sent, page, now=now, rng=rng)
    email = compose_message(
        campaign=campaign,
        channel=Channel.EMAIL,
        draft=_draft(story.EMAIL_NAME, emails, evening, story.EMAIL_SUBJECTS[0]),
        by=team.organiser,
    )
    Message.objects.filter(pk=email.pk).update(created_at=now - timedelta(hours=20))
    return sent


def _make_page(campaign: Campaign, team: Team, *, now: datetime) -> SignUpPage:
    details = PageDetails(
        title=story.SIGN_UP_TITLE,
        about=story.SIGN_UP_ABOUT,
        thanks=story.SIGN_UP_THANKS,
        question=Question.objects.get(campaign=campaign, key="issue"),
        tag=story.SIGN_UP_TAG,
    )
    page = create_page(campaign=campaign, details=details, by=team.organiser)
    return publish_page(page=page, by=team.organiser, now=now - timedelta(days=21))


def _make_senders(team: Team, *, now: datetime) -> tuple[Sender, Sender]:
    """One for texts and one for emails, both proven; what they send stays on the demo's own telephone."""
    proven = {"verified_at": now - timedelta(days=40), "verified_by": team.owner, "rate": 50}
    texts = Sender.objects.create(
        channel=Channel.SMS,
        name=story.TEXTS_FROM,
        address=story.TEXT_NUMBER,
        provider=TEXTS,
        verified_how="the demo’s own number, which nobody has",
        price=Decimal("3.6"),
        **proven,
    )
    emails = Sender.objects.create(
        channel=Channel.EMAIL,
        name=story.ORGANISATION,
        address=story.EMAILS_FROM,
        provider=EMAILS,
        verified_how="a code that came back from the address",
        **proven,
    )
    return texts, emails


def _draft(name: str, sender: Sender, ask: Ask, subject: str) -> Draft:
    return Draft(
        name=name,
        sender=sender,
        subject=subject,
        subject_b=story.EMAIL_SUBJECTS[1] if subject else "",
        test_share=20 if subject else 0,
        body=story.TEXT_BODY if sender.channel == Channel.SMS else story.EMAIL_BODY,
        ask=ask,
        no_ask_because="",
        conditions={"all": [{"tagged": story.SUPPORTER_TAG.lower()}]},
    )


def _evening_before(monday: datetime, now: datetime) -> datetime:
    """Half past five on the Thursday before a Monday's calls, or earlier if that has not come yet."""
    local = monday.astimezone(ZoneInfo("Europe/London")) - timedelta(days=4)
    return min(local.replace(hour=17, minute=30, second=0, microsecond=0), now - timedelta(days=2))


def _go_out(message: Message, *, at: datetime, rng: random.Random) -> None:
    """As if it had been sent at that hour: deliveries by the real list, their texts on the telephone, and receipts."""
    assert message.ask is not None
    message.link = ShareLink.objects.create(ask=message.ask, channel=ShareChannel.MESSAGE, code=new_code())
    message.status, message.submitted_by = MessageStatus.PREPARING, message.created_by
    message.save(update_fields=["link", "status", "submitted_by"])
    prepare(message, by=None, now=at)
    deliveries = list(message.deliveries.filter(state=DeliveryState.PENDING).select_related("contact_point"))
    head = Letterhead(Message.objects.select_related("sender", "ask", "link").get(pk=message.pk))
    values = values_of([delivery.person_id for delivery in deliveries if delivery.person_id])
    texts = []
    for nth, delivery in enumerate(deliveries):
        texts.append(_text_of(delivery, head, values[delivery.person_id or 0], at + timedelta(seconds=nth // 20)))
        _settle(delivery, texts[-1], rng)
    fields = ["state", "reason", "sent_at", "settled_at", "provider_id", "segments", "problem", "attempts"]
    Delivery.objects.bulk_update(deliveries, fields, batch_size=500)
    insert(texts)
    insert(_receipt(delivery) for delivery in deliveries if delivery.state != DeliveryState.SENT)
    Message.objects.filter(pk=message.pk).update(
        created_at=at - timedelta(days=1), status=MessageStatus.DONE, finished_at=at + timedelta(minutes=2)
    )


def _text_of(delivery: Delivery, head: Letterhead, values: dict[str, str], at: datetime) -> SimulatedText:
    point = delivery.contact_point
    assert point is not None
    leased = Leased(
        id=delivery.pk,
        person_id=delivery.person_id or 0,
        contact_point_id=point.pk,
        bucket_id=delivery.bucket_id,
        variant=0,
        attempts=1,
        body="",
        address=point.value,
        values=values,
    )
    out = head.outgoing(leased, valid_until=None)
    return SimulatedText(
        reference=out.reference,
        our_address=out.sender_address,
        our_name=out.sender_name,
        their_address=out.to,
        text=out.text,
        at=at,
    )


def _settle(delivery: Delivery, text: SimulatedText, rng: random.Random) -> None:
    fate = rng.randrange(100)
    delivery.state, delivery.attempts = DeliveryState.DELIVERED, 1
    delivery.sent_at, delivery.settled_at = text.at, text.at + timedelta(seconds=3 + fate)
    delivery.provider_id = f"{TEXTS}-{reference_of(delivery.pk)}"
    delivery.segments = segments_of(text.text).count
    if fate < NO_RECEIPT:
        delivery.state = DeliveryState.SENT
    elif fate < NO_RECEIPT + UNDELIVERED:
        delivery.state, delivery.reason = DeliveryState.FAILED, DeliveryReason.UNDELIVERED
        delivery.problem = "the telephone was off for too long"


def _receipt(delivery: Delivery) -> Receipt:
    assert delivery.settled_at is not None
    return Receipt(
        provider=TEXTS,
        event_id=f"{delivery.provider_id}-{delivery.state}",
        provider_id=delivery.provider_id,
        state=delivery.state,
        reason=delivery.reason,
        problem=delivery.problem,
        at=delivery.settled_at,
        delivery=delivery,
        received_at=delivery.settled_at,
    )


def _follow(message: Message, page: SignUpPage, *, now: datetime, rng: random.Random) -> None:
    """Clicks, sign-ups, replies and stops of those who got it; and sign-ups of people who found the page otherwise."""
    got = list(
        message.deliveries.filter(state=DeliveryState.DELIVERED)
        .select_related("person", "contact_point")
        .order_by("pk")
    )
    rng.shuffle(got)
    sent_at = min(delivery.sent_at for delivery in got if delivery.sent_at)
    moments = iter(sorted(sent_at + (now - sent_at) * rng.random() ** 3 for _one in range(len(got))))
    link = message.link
    assert link is not None
    insert(Visit(link=link, at=next(moments), is_automatic=False) for _one in range(round(CLICKED * len(got))))
    insert(Visit(link=link, at=sent_at + timedelta(seconds=nth), is_automatic=True) for nth in range(SCANNED))
    _sign_up_some(got, page, link, since=sent_at, now=now, rng=rng)
    answers = [(text, seen_to) for text, seen_to in story.REPLIES] + [(text, False) for text in story.STOPS]
    for nth, ((text, seen_to), delivery) in enumerate(zip(answers, got, strict=False)):
        _answer(delivery, text, at=sent_at + timedelta(minutes=4 + 11 * nth), seen_to=seen_to)


def _sign_up_some(
    got: list[Delivery], page: SignUpPage, link: ShareLink, *, since: datetime, now: datetime, rng: random.Random
) -> None:
    options = list(page.question.options.all()) if page.question else []
    agree = boxes(story.ORGANISATION, (Channel.EMAIL,))
    typed: list[tuple[Typed, ShareLink | None]] = []
    for delivery in got:
        person = delivery.person
        assert person is not None
        email = person.contact_points.filter(kind="email").first()
        if email is not None and len(typed) < SIGNED_UP * len(got):
            name = f"{person.given_names} {person.family_name}"
            typed.append((Typed(name, email.value, options=(rng.choice(options).pk,)), link))
    for name in story.SIGNED_UP_BY_THEMSELVES[:STRANGERS]:
        email_of = f"{name.lower().replace(' ', '.')}@{story.EMAIL_DOMAIN}"
        typed.append((Typed(name, email_of, options=(rng.choice(options).pk,), boxes=tuple(agree)), None))
    for nth, (words, source) in enumerate(typed):
        at = since + (now - since) * rng.random() ** 2
        made = sign_up(page=page, typed=words, now=at, source=source)
        if nth < len(typed) - UNCONFIRMED:
            confirm_sign_up(sign_up=made, now=min(at + timedelta(minutes=rng.randrange(1, 90)), now))
    # As if they had gone then: nobody is there to get them.
    waiting = Letter.objects.filter(sign_up__page=page, state=LetterState.WAITING)
    when = Letter.objects.filter(delivery=OuterRef("pk")).values("due_at")
    posted = Delivery.objects.filter(pk__in=waiting.values("delivery"))
    posted.update(state=DeliveryState.SENT, created_at=when, sent_at=when, settled_at=when)


def _answer(delivery: Delivery, text: str, *, at: datetime, seen_to: bool) -> None:
    """Through the real way in. That a STOP is confirmed has happened already."""
    point = delivery.contact_point
    assert point is not None
    said = InboundOf(f"demo-{delivery.pk}", story.TEXT_NUMBER, point.value, text, at, is_answered=True)
    inbound = keep(said, provider=TEXTS, enqueue=lambda _pk: None)
    assert inbound is not None
    route(inbound.pk, now=at)
    handled = {"handled_at": at + timedelta(minutes=40), "handled_by": delivery.message.created_by} if seen_to else {}
    Inbound.objects.filter(pk=inbound.pk).update(received_at=at, **handled)
