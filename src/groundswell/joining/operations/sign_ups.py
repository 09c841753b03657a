"""Signing up on a page, and confirming it from one's own address (double opt-in, rule M4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.consent_boxes import SOFT_VERSION, Box, remember_boxes, unconfirmed
from groundswell.campaigns.enums import ActionState, AnswerChannel, AskKind, Meaning
from groundswell.campaigns.models import Action, Option, ShareLink
from groundswell.campaigns.operations.answers import record_answers
from groundswell.campaigns.operations.asks import confirm_action, take_action
from groundswell.campaigns.operations.links import make_links
from groundswell.campaigns.operations.questions import ready_question_of
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.campaigns.rules import GivenAnswer
from groundswell.campaigns.scripts import catalogue_of
from groundswell.compliance.enums import Channel
from groundswell.compliance.figures import soft_opt_in_from, texts_need_code
from groundswell.compliance.operations import record_consent, record_soft_opt_in
from groundswell.joining.enums import LetterState
from groundswell.joining.models import Letter, SignUp, SignUpPage
from groundswell.joining.operations.delivery import hand_over
from groundswell.joining.rules import may_go_again
from groundswell.joining.tasks import send_confirmations
from groundswell.people.models import PersonTag, Tag
from groundswell.people.operations.supporters import find_or_make_supporter, place_supporter
from groundswell.places.models import Area


@dataclass(frozen=True)
class Typed:
    """What a visitor typed and ticked on the page."""

    name: str
    email: str
    phone: str = ""
    postcode: str = ""
    constituency: Area | None = None
    options: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()
    # What they were told of a soft opt-in and did not say no to (rule M3).
    soft_wording: str = ""


@transaction.atomic
def sign_up(
    *, page: SignUpPage, typed: Typed, now: datetime, source: ShareLink | None = None, by: User | None = None
) -> SignUp:
    """Somebody signs up: written down as waiting, with a letter to the address they typed. Nothing counts yet.

    Once for each person and page. Who signs up again before confirming replaces what they typed; after that only boxes
    are asked anew; either way the letter goes again, neither soon nor often. What this answers must not be shown to
    whoever typed it. Raises AskClosedError, SupporterError, AddressError.
    """
    supporter = find_or_make_supporter(name=typed.name, email=typed.email, phone=typed.phone, by=by)
    person = supporter.person
    action, is_new = take_action(
        ask=page.ask,
        person=person,
        dedupe_key=f"person:{person.pk}",
        now=now,
        state=ActionState.PENDING,
        source=source if source is not None and source.ask_id == page.ask_id else None,
        by=by,
    )
    kept = SignUp.objects.select_for_update(of=("self",)).filter(action=action).first()
    if kept is None or action.state == ActionState.PENDING:
        details = {
            "page": page,
            "person": person,
            "email": supporter.email,
            "phone": supporter.phone,
            "postcode": typed.postcode,
            "constituency": typed.constituency,
            "soft_wording": typed.soft_wording,
            "signed_up_at": now,
        }
        kept, _made = SignUp.objects.update_or_create(action=action, defaults=details)
        kept.options.set(Option.objects.filter(pk__in=typed.options, question=page.question))
        action.pending_consents.filter(confirmed_at__isnull=True).delete()
    held = set(action.pending_consents.filter(confirmed_at__isnull=False).values_list("channel", flat=True))
    asked = [box for box in typed.boxes if box.channel not in held]
    remember_boxes(action=action, ticked=asked, email=kept.email, phone=kept.phone)
    _write_letter(kept, now=now)
    record("sign_up_on_page", by=by, subject=person, campaign_id=page.ask.campaign_id, page_id=page.pk, new=is_new)
    return kept


@transaction.atomic
def confirm_sign_up(*, sign_up: SignUp, now: datetime, by: User | None = None) -> bool:
    """It was they: the action counts, what was ticked becomes consent (texts: see `numbers`), answers and the tag are kept.

    Whether anything was new. Twice is as good as once. Raises ValidationError as record_consent does, and
    CampaignRuleError for a sign-up that was rejected; nothing is kept then.
    """
    # Locked first, as whoever signs up again does; what else there is, is read as it stands after that.
    action = Action.objects.select_for_update().get(pk=sign_up.action_id)
    sign_up = SignUp.objects.select_related("person", "page__ask__campaign").get(pk=sign_up.pk)
    person, page = sign_up.person, sign_up.page
    waiting = unconfirmed(action)
    if texts_need_code(on=now.date()):
        # A yes to texts waits for the code that goes to the number.
        waiting = [box for box in waiting if box.channel != Channel.SMS]
    is_first = action.state == ActionState.PENDING
    if is_first:
        confirm_action(action=action, by=by, now=now)
        _keep_answers(sign_up, now)
        if page.tag and person.objected_at is None:
            PersonTag.objects.get_or_create(tag=Tag.objects.get_or_create(name=page.tag)[0], person=person)
        if sign_up.constituency is not None:
            place_supporter(person=person, constituency=sign_up.constituency, by=by)
        make_links(page.ask, person=person, by=by)
        _keep_soft_opt_in(sign_up, now, by)
    for box in waiting:
        record_consent(
            person=person,
            channel=Channel(box.channel),
            contact_point=box.contact_point,
            wording=box.wording,
            wording_version=box.wording_version,
            evidence=(
                f"Ticked on sign-up page {page.pk} at {box.ticked_at.isoformat()}, confirmed by the signed link sent to "
                f"the address of sign-up {sign_up.pk}, at {now.isoformat()}."
            ),
            source=f"sign-up page: {page.ask.title}",
            given_at=now,
            by=by,
        )
        box.confirmed_at = now
        box.save(update_fields=["confirmed_at"])
    if is_first or waiting:
        record("confirm_sign_up", by=by, subject=person, campaign_id=page.ask.campaign_id, page_id=page.pk)
    return bool(is_first or waiting)


def _keep_soft_opt_in(sign_up: SignUp, now: datetime, by: User | None) -> None:
    """That they left the box empty by which they could have said no to email; nothing where that no longer counts."""
    since = soft_opt_in_from(on=now.date())
    if (
        not sign_up.soft_wording
        or since is None
        or sign_up.signed_up_at < since
        or sign_up.person.objected_at is not None
    ):
        return
    record_soft_opt_in(
        person=sign_up.person,
        channel=Channel.EMAIL,
        contact_point=sign_up.email,
        wording=sign_up.soft_wording,
        wording_version=SOFT_VERSION,
        evidence=(
            f"Typed on sign-up page {sign_up.page_id} at {sign_up.signed_up_at.isoformat()} with the box to say no left "
            f"empty, confirmed by the signed link sent to the address of sign-up {sign_up.pk}, at {now.isoformat()}."
        ),
        source=f"sign-up page: {sign_up.page.ask.title}",
        collected_at=sign_up.signed_up_at,
        by=by,
    )


def _keep_answers(sign_up: SignUp, now: datetime) -> None:
    """What they ticked of the page's question, as an answer like one from a call; who volunteers has said "yes" to the
    question whether they would help."""
    if sign_up.person.objected_at is not None:
        return
    said = [GivenAnswer(sign_up.person_id, option.question_id, option.pk) for option in sign_up.options.all()]
    ask = sign_up.page.ask
    if ask.kind == AskKind.VOLUNTEER:
        would_help = ready_question_of(campaign=ask.campaign, ready=ReadyQuestion.VOLUNTEER, by=None)
        yes = would_help.options.filter(meaning=Meaning.YES).first()
        said = [each for each in said if each.question_id != would_help.pk]
        said += [GivenAnswer(sign_up.person_id, would_help.pk, yes.pk)] if yes is not None else []
    if said:
        record_answers(
            plan=catalogue_of(ask.campaign_id),
            answers=said,
            source_uuid=sign_up.uuid,
            by=None,
            answered_at=now,
            channel=AnswerChannel.FORM,
        )


def _write_letter(sign_up: SignUp, *, now: datetime) -> None:
    """The letter with the link, into the outbox; again for whoever signs up again, neither soon nor often."""
    letter, is_new = Letter.objects.get_or_create(sign_up=sign_up, defaults={"due_at": now})
    if not is_new:
        gone = letter.state not in {LetterState.WAITING, LetterState.SENDING}
        if not gone or not may_go_again(sent_at=letter.sent_at, again=letter.again, now=now):
            return
        # What its delivery says at this very moment holds.
        again = Letter.objects.filter(pk=letter.pk, state=letter.state).update(
            state=LetterState.WAITING, due_at=now, problem="", delivery=None, again=F("again") + 1
        )
        if not again:
            return
        letter.refresh_from_db()
    hand_over(letter, now=now)
    send_confirmations.defer()
