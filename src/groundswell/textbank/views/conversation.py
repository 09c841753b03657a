"""A conversation on the volunteer's phone: what was said, and everything that can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from groundswell.accounts.access import memberships_of
from groundswell.campaigns.models import Answer
from groundswell.campaigns.scripts import ScriptPlan, plan_for
from groundswell.config.numbers import read_whole_number
from groundswell.messaging.fields import FieldError
from groundswell.messaging.sms import segments_of
from groundswell.messaging.tasks import send_soon
from groundswell.people.models import PersonTag, Tag
from groundswell.textbank.enums import ConversationState, PressStatus
from groundswell.textbank.models import Conversation
from groundswell.textbank.operations.conversing import (
    end_conversation,
    hand_to_organiser,
    mark_seen,
    note_answers,
    open_again,
    save_about,
    stop_texts,
)
from groundswell.textbank.operations.pressing import send_reply
from groundswell.textbank.operations.sweeping import give_to
from groundswell.textbank.personal_words import MissingWordsError, words_for
from groundswell.textbank.queries import label_of
from groundswell.textbank.rules import REPLY_LIMIT, TextBankError
from groundswell.textbank.threads import thread_of
from groundswell.textbank.views.frame import REFUSALS, conversation_for, key_in, told, volunteers_of, words_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.accounts.models import Membership
    from groundswell.textbank.leases import Pressed


@require_safe
@never_cache
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said, and what can be said next. Each look is logged (rule D13)."""
    found, by, leads = conversation_for(request, pk)
    mark_seen(found, by=by, now=timezone.now())
    return _page(request, found, by, leads)


@require_POST
@never_cache
def reply(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send what is written. Refused, the words stay where they are."""
    found, by, leads = conversation_for(request, pk)
    words = request.POST.get("text", "")
    try:
        pressed = send_reply(
            found, text=words, key=key_in(request), by=by, leads=leads, now=timezone.now(), enqueue=send_soon
        )
    except REFUSALS as error:
        return _page(request, found, by, leads, words=words, problem=words_of(error), status=422)
    if pressed.status == PressStatus.NOT_ALLOWED:
        problem = _("Not sent: %(why)s.") % {"why": label_of(pressed.why)}
        return _page(request, found, by, leads, words=words, problem=problem, status=422)
    _tell(request, pressed)
    return redirect("textbank:conversation", pk)


@require_POST
@never_cache
def answers(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What they said, to the questions of calls."""
    found, by, leads = conversation_for(request, pk)
    with told(request, _("Noted.")):
        plan = _plan(found)
        if plan is None or found.person is None:
            raise TextBankError(_("This text bank asks nothing."))
        given = plan.read_answers(request.POST, [found.person.pk])
        note_answers(found, plan=plan, answers=given, key=key_in(request), by=by, leads=leads, now=timezone.now())
    return redirect("textbank:conversation", pk)


@require_POST
@never_cache
def about(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The note and the tags."""
    found, by, leads = conversation_for(request, pk)
    chosen = {read_whole_number(tag) or 0 for tag in request.POST.getlist("tag")}
    with told(request, _("Saved.")):
        save_about(found, note=request.POST.get("note", ""), tags=Tag.objects.filter(pk__in=chosen), by=by, leads=leads)
    return redirect("textbank:conversation", pk)


@require_POST
@never_cache
def steering(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand it on, finish it, open it again, or close the number for good."""
    found, by, leads = conversation_for(request, pk)
    do, now = request.POST.get("do", ""), timezone.now()
    if do == "hand":
        with told(request, _("An organiser has it now. Thank you for telling.")):
            hand_to_organiser(found, note=request.POST.get("note", ""), by=by, leads=leads, now=now)
            return _on(leads, found)
    elif do == "end":
        with told(request, _("Finished.")):
            end_conversation(found, by=by, leads=leads)
            return _on(leads, found)
    elif do == "stop":
        with told(request, _("Done: they get no more texts, from anybody here.")):
            stop_texts(found, by=by, leads=leads, now=now)
            send_soon()
            return _on(leads, found)
    elif do == "open":
        with told(request, _("Open again.")):
            open_again(found, by=by, leads=leads)
    elif do == "give" and leads:
        with told(request, _("Given on.")):
            to = volunteers_of(found.text_bank.campaign).filter(user=read_whole_number(request.POST.get("to")) or 0)
            membership = to.first()
            if membership is None:
                raise TextBankError(_("Choose to whom."))
            give_to(found, texter=membership.user, by=by.user, now=now)
            return redirect("textbank:review", found.text_bank.campaign.slug)
    else:
        messages.error(request, _("Nothing was changed: the form did not say what to do."))
    return redirect("textbank:conversation", pk)


@require_POST
@never_cache
def size(request: HttpRequest) -> HttpResponse:
    """How many parts the words are that are being written. Keeps nothing of them."""
    memberships_of(request)
    words = request.POST.get("text", "")[: 4 * REPLY_LIMIT]
    return render(request, "textbank/volunteer/size.html", {"segments": segments_of(words)})


def _page(
    request: HttpRequest,
    found: Conversation,
    by: Membership,
    leads: bool,
    *,
    words: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    bank = found.text_bank
    plan = _plan(found)
    said = _said(found)
    context: dict[str, Any] = {
        "conversation": found,
        "bank": bank,
        "thread": thread_of(found),
        "is_own": found.texter_id == by.user_id,
        "leads": leads,
        "canned": _canned(found, by, {answer.option_id for answer in said if answer.option_id}),
        "steps": plan.steps_for(found.person.pk) if plan and plan.steps and found.person else "",
        "said": said,
        "tags": _tags(found),
        "words": words,
        "problem": problem,
        "key": uuid4(),
        "segments": segments_of(words),
        "limit": REPLY_LIMIT,
        "is_over": found.state == ConversationState.ENDED,
        "may_write": found.state != ConversationState.ENDED
        and found.person is not None
        and (leads or found.state != ConversationState.REVIEW),
        "waiting": _next_waiting(found, by),
        "volunteers": volunteers_of(bank.campaign) if leads else [],
    }
    return render(request, "textbank/volunteer/conversation.html", context, status=status)


def _plan(found: Conversation) -> ScriptPlan | None:
    script = found.text_bank.script
    return plan_for(script.pk, script.version) if script is not None else None


def _said(found: Conversation) -> list[Answer]:
    """What they said in this conversation, the newest first."""
    sheets = found.answer_sheets.values("client_uuid")
    return list(
        Answer.objects.filter(source_uuid__in=sheets, withdrawn_at__isnull=True)
        .select_related("question", "option")
        .order_by("-answered_at", "-pk")
    )


def _canned(found: Conversation, by: Membership, chosen: set[int]) -> list[dict[str, Any]]:
    """The canned replies in this person's words, those that follow what they said first; others of the kind are left out."""
    if found.person is None:
        return []
    offered = []
    for one in found.text_bank.canned_replies.all():
        if one.after_id is not None and one.after_id not in chosen:
            continue
        try:
            text = words_for(found.text_bank.message, one.body, person=found.person, texter=by.user)
        except (MissingWordsError, FieldError):
            continue
        offered.append({"title": one.title, "text": text, "fits": one.after_id is not None})
    return sorted(offered, key=lambda row: not row["fits"])


def _tags(found: Conversation) -> list[dict[str, Any]]:
    held = set(PersonTag.objects.filter(person=found.person_id or 0).values_list("tag", flat=True))
    return [{"tag": tag, "on": tag.pk in held} for tag in found.text_bank.tags.order_by("name")]


def _next_waiting(found: Conversation, by: Membership) -> Conversation | None:
    """The next of the volunteer's own that waits."""
    waiting = Conversation.objects.filter(
        text_bank=found.text_bank_id, texter=by.user_id, state=ConversationState.WAITING
    )
    return waiting.exclude(pk=found.pk).order_by("waiting_since", "pk").first()


def _tell(request: HttpRequest, pressed: Pressed) -> None:
    if pressed.goes_at is not None:
        when = date_format(timezone.localtime(pressed.goes_at), "l H:i")
        messages.success(request, _("Written down. It is late there: it goes by itself on %(when)s.") % {"when": when})
    elif pressed.status == PressStatus.REPEATED:
        messages.success(request, _("That was sent before, once."))
    else:
        messages.success(request, _("Sent."))


def _on(leads: bool, found: Conversation) -> HttpResponseBase:
    """Where one goes on after a conversation is out of one's hands."""
    if leads:
        return redirect("textbank:review", found.text_bank.campaign.slug)
    return redirect("textbank:replies", found.text_bank_id)
