"""The demo's text bank: an evening on which three volunteers texted and people answered, and a list to go on with."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from groundswell.accounts.models import Membership
from groundswell.campaigns.enums import Meaning, ShareChannel
from groundswell.campaigns.models import Ask, Campaign, Option, Question, Script, ShareLink
from groundswell.campaigns.operations.asks import new_code
from groundswell.campaigns.rules import GivenAnswer
from groundswell.campaigns.scripts import plan_for
from groundswell.cli.demo import story
from groundswell.cli.demo.cast import Team
from groundswell.cli.demo.telephone import TEXTS, arrive, leave
from groundswell.messaging.enums import MessageStatus
from groundswell.messaging.models import Inbound, Message, Sender
from groundswell.messaging.operations.inbound import keep, route
from groundswell.messaging.providers.contract import InboundOf
from groundswell.people.models import Tag
from groundswell.textbank.enums import EntryState, TextBankStatus
from groundswell.textbank.models import Conversation, Entry, TextBank, TexterStatus
from groundswell.textbank.operations.building import build_list
from groundswell.textbank.operations.conversing import hand_to_organiser, note_answers
from groundswell.textbank.operations.leasing import give_back, lease_batch
from groundswell.textbank.operations.organising import TextBankDraft, create_text_bank, save_canned_reply
from groundswell.textbank.operations.pressing import send_first, send_reply

TEXTERS, EACH = 3, 14


def make_text_bank(
    *, campaign: Campaign, team: Team, script: Script, evening: Ask, now: datetime, rng: random.Random
) -> TextBank:
    """Open, with a list that is long enough; `evening` is what people are asked to come to."""
    bank = create_text_bank(campaign=campaign, draft=_draft(script, evening), by=team.organiser)
    at = _yesterday_evening(now)
    supporter = Option.objects.filter(question__steps__script=script, meaning=Meaning.STRONG_SUPPORT).first()
    for title, body, follows in story.CANNED_REPLIES:
        save_canned_reply(bank, title=title, body=body, after=supporter if follows else None, by=team.organiser)
    link = ShareLink.objects.create(ask=evening, channel=ShareChannel.MESSAGE, code=new_code())
    begun = at - timedelta(hours=3)
    Message.objects.filter(pk=bank.message_id).update(link=link, status=MessageStatus.SENDING, created_at=begun)
    TextBank.objects.filter(pk=bank.pk).update(status=TextBankStatus.PREPARING, created_at=begun)
    build_list(bank, by=team.organiser, now=at)
    members = list(Membership.objects.filter(campaign=campaign, user__in=team.callers).order_by("pk")[:TEXTERS])
    conversations = [one for nth, by in enumerate(members) for one in _text(bank, by, at + timedelta(minutes=nth))]
    rng.shuffle(conversations)
    for nth, (words, answer) in enumerate(story.TEXT_BANK_REPLIES):
        _replied(conversations[nth], words, answer, at=at + timedelta(minutes=9 + 3 * nth), script=script)
    arrive(bank.message)
    bank.refresh_from_db()
    return bank


def _draft(script: Script, evening: Ask) -> TextBankDraft:
    return TextBankDraft(
        name=story.TEXT_BANK_NAME,
        sender=Sender.objects.get(address=story.TEXT_NUMBER),
        body=story.TEXT_BANK_BODY,
        conditions={"all": [{"tagged": story.SUPPORTER_TAG.lower()}]},
        ask=evening,
        script=script,
        tags=list(Tag.objects.filter(name=story.SIGN_UP_TAG.lower())),
        batch_size=20,
    )


def _yesterday_evening(now: datetime) -> datetime:
    """Half past six, the day before."""
    local = now.astimezone(ZoneInfo("Europe/London")) - timedelta(days=1)
    return min(local.replace(hour=18, minute=30, second=0, microsecond=0), now - timedelta(hours=6))


def _text(bank: TextBank, by: Membership, at: datetime) -> list[Conversation]:
    """A volunteer's batch, most of it pressed; the rest given back."""
    lease_batch(bank, by=by, now=at)
    mine = Entry.objects.filter(text_bank=bank, leased_by=by.user_id, state=EntryState.LEASED).order_by(
        "position", "pk"
    )
    for nth, entry in enumerate(mine[:EACH]):
        moment = at + timedelta(seconds=25 * nth)
        send_first(entry.pk, by=by, now=moment, enqueue=lambda: None)
        leave(bank.message_id, at=moment)
    give_back(bank, by=by.user, texter_id=by.user_id)
    TexterStatus.objects.filter(text_bank=bank, texter=by.user_id).update(batch=0, last_seen_at=at)
    found = Conversation.objects.filter(text_bank=bank, texter=by.user_id)
    return list(found.select_related("contact_point", "texter", "person", "text_bank").order_by("pk"))


def _replied(conversation: Conversation, words: str, answer: str, *, at: datetime, script: Script) -> None:
    """They write, by the real way in. `answer` is what the volunteer writes; with ! to the organiser; none yet if empty."""
    point, by = conversation.contact_point, Membership.objects.get(user=conversation.texter, revoked_at=None)
    assert point is not None
    said = InboundOf(f"demo-text-{conversation.pk}", story.TEXT_NUMBER, point.value, words, at, is_answered=True)
    inbound = keep(said, provider=TEXTS, enqueue=lambda _pk: None)
    assert inbound is not None
    route(inbound.pk, now=at)
    Inbound.objects.filter(pk=inbound.pk).update(received_at=at)
    if answer.startswith("!"):
        hand_to_organiser(conversation, note=answer[1:], by=by, leads=False, now=at + timedelta(minutes=2))
    elif answer:
        key = UUID(int=conversation.pk)
        later = at + timedelta(minutes=2)
        send_reply(conversation, text=answer, key=key, by=by, leads=False, now=later, enqueue=lambda: None)
        leave(conversation.text_bank.message_id, at=later)
        _note(conversation, script, by, later)


def _note(conversation: Conversation, script: Script, by: Membership, at: datetime) -> None:
    intention = Question.objects.get(steps__script=script, is_voter_id=True)
    option = list(intention.options.order_by("position")[:3])[conversation.pk % 3]
    if conversation.person_id is None:
        return
    given = [GivenAnswer(conversation.person_id, option.question_id, option_id=option.pk)]
    key = UUID(int=2**64 + conversation.pk)
    plan = plan_for(script.pk, script.version)
    note_answers(conversation, plan=plan, answers=given, key=key, by=by, leads=False, now=at)
