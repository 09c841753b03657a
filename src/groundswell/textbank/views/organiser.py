"""The organiser's pages: making a text bank, opening it, who has what, what needs an organiser, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.audit import record_each
from groundswell.accounts.enums import AuditAction
from groundswell.campaigns.views.refusals import user_of
from groundswell.compliance.enums import Channel
from groundswell.config.numbers import read_whole_number
from groundswell.messaging.composed import as_sent, problems_with
from groundswell.messaging.enums import MessageKind
from groundswell.messaging.models import Message
from groundswell.messaging.progress import progress_of
from groundswell.messaging.sms import segments_of
from groundswell.people.models import Person
from groundswell.textbank.enums import ConversationState, TextBankStatus
from groundswell.textbank.forms import CannedReplyForm, TextBankForm
from groundswell.textbank.models import CannedReply, Conversation
from groundswell.textbank.operations.building import build_list
from groundswell.textbank.operations.organising import (
    CONVERSATION,
    change_text_bank,
    close_text_bank,
    create_text_bank,
    delete_canned_reply,
    open_text_bank,
    pause_text_bank,
    problems_of_bank,
    save_canned_reply,
)
from groundswell.textbank.operations.sweeping import sweep, take_from
from groundswell.textbank.personal_words import MissingWordsError, words_for
from groundswell.textbank.queries import said, standing, texters_of
from groundswell.textbank.rules import TextBankError
from groundswell.textbank.tasks import make_text_list
from groundswell.textbank.threads import last_words
from groundswell.textbank.views.frame import (
    REFUSALS,
    bank_led,
    banks_led,
    campaign_led,
    page,
    told,
    volunteers_of,
    words_of,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.textbank.models import TextBank

MOST_LISTED = 100


@require_GET
def index(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The campaign's text banks, the newest first."""
    campaign, membership = campaign_led(request, slug)
    banks = list(banks_led(campaign, membership).order_by("-created_at", "-pk")[:MOST_LISTED])
    context = page(campaign, banks=banks, to_review=_to_review(banks).count())
    return render(request, "textbank/organiser/index.html", context)


def new_bank(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Make one; it stays a draft until it is opened."""
    campaign, membership = campaign_led(request, slug)
    form = TextBankForm(request.POST or None, campaign=campaign, membership=membership)
    if request.method == "POST" and form.is_valid():
        try:
            press = form.cleaned_data["press"]
            made = create_text_bank(campaign=campaign, draft=form.text_bank(), by=user_of(request), press=press)
        except REFUSALS as error:
            form.add_error("name", words_of(error))
        else:
            messages.success(request, _("Saved as a draft. Add canned replies, then open it."))
            return redirect("textbank:bank", slug, made.pk)
    context = page(campaign, form=form)
    return render(request, "textbank/organiser/edit.html", context, status=422 if form.errors else 200)


def edit_bank(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Change it; the words only of a draft."""
    campaign, found, membership = bank_led(request, slug, pk)
    form = TextBankForm(
        request.POST or None, campaign=campaign, membership=membership, initial=TextBankForm.initial_of(found)
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_text_bank(found, draft=form.text_bank(), by=user_of(request))
        except REFUSALS as error:
            form.add_error("name", words_of(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("textbank:bank", slug, pk)
    context = page(campaign, form=form, bank=found)
    return render(request, "textbank/organiser/edit.html", context, status=422 if form.errors else 200)


@require_POST
def look(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What the form means as it stands: what is wrong, how it reads, what it costs. Saves nothing."""
    campaign, membership = campaign_led(request, slug)
    form = TextBankForm(request.POST, campaign=campaign, membership=membership)
    form.is_valid()
    data = form.cleaned_data
    message = Message(campaign=campaign, channel=Channel.SMS, kind=MessageKind.TEXT_BANK, body=data.get("body", ""))
    message.sender, message.ask = data.get("sender"), data.get("ask")
    message.no_ask_because = "" if message.ask else CONVERSATION
    context: dict[str, Any] = {"problems": problems_with(message)}
    if not context["problems"]:
        # As long as it gets for somebody with an ordinary name.
        somebody = Person(given_names="Alexandra", family_name="Richardson")
        try:
            context["text"] = words_for(as_sent(message), message.body, person=somebody, texter=user_of(request))
        except MissingWordsError as missing:
            context["problems"] = [_("Write other words after a bar, for whom this is not known: %s") % missing]
        else:
            context["segments"] = segments_of(context["text"])
    return render(request, "messaging/organiser/look.html", context)


@require_GET
def bank(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One text bank: before it opens what is left to do; then how far it is, and who has what."""
    campaign, found, _membership = bank_led(request, slug, pk)
    context = page(campaign, **_standing(found))
    context["canned"] = list(found.canned_replies.select_related("after__question"))
    context["volunteers"] = volunteers_of(campaign) if found.status != TextBankStatus.DRAFT else []
    if found.status == TextBankStatus.DRAFT:
        context["problems"] = problems_of_bank(found, now=timezone.now())
    return render(request, "textbank/organiser/bank.html", context)


@require_GET
def bank_live(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The part of its page that moves."""
    campaign, found, _membership = bank_led(request, slug, pk)
    return render(request, "textbank/organiser/live.html", {"campaign": campaign, **_standing(found)})


@require_POST
def status(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Open it, pause it, close it, or bring its list up to date."""
    _campaign, found, _membership = bank_led(request, slug, pk)
    user, now, do = user_of(request), timezone.now(), request.POST.get("do")
    if do == "open":

        def enqueue(bank_id: int) -> None:
            make_text_list.defer(text_bank_id=bank_id, by_id=user.pk)

        with told(request, _("Volunteers can text as soon as its list is there.")):
            open_text_bank(found, by=user, now=now, enqueue=enqueue)
    elif do == "pause":
        with told(request, _("Paused: no more first texts. Replies are still answered.")):
            pause_text_bank(found, by=user)
    elif do == "refresh":
        with told(request):
            count = build_list(found, by=user, now=now)
            words = ngettext(
                "The list is up to date: %(count)s person is ready.",
                "The list is up to date: %(count)s people are ready.",
                count,
            )
            messages.success(request, words % {"count": f"{count:,}"})
    elif do == "close":
        with told(request, _("Closed. Who waits for an answer is with you now; later replies go to the inbox.")):
            close_text_bank(found, by=user, now=now)
    return redirect("textbank:bank", slug, pk)


def new_canned(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Add a canned reply."""
    _campaign, found, _membership = bank_led(request, slug, pk)
    return _canned(request, slug, found, None)


def canned(request: HttpRequest, slug: str, pk: int, reply_id: int) -> HttpResponseBase:
    """Change a canned reply, or take it away."""
    _campaign, found, _membership = bank_led(request, slug, pk)
    one = get_object_or_404(CannedReply, pk=reply_id, text_bank=found)
    if request.method == "POST" and request.POST.get("do") == "delete":
        with told(request, _("Volunteers no longer see it.")):
            delete_canned_reply(one, by=user_of(request))
        return redirect("textbank:bank", slug, pk)
    return _canned(request, slug, found, one)


@require_POST
def sweep_up(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Deal the unanswered out among some volunteers."""
    campaign, found, _membership = bank_led(request, slug, pk)
    chosen = {read_whole_number(user) or 0 for user in request.POST.getlist("to")}
    to = [membership.user for membership in volunteers_of(campaign).filter(user__in=chosen)]
    with told(request):
        count = sweep(found, to=to, by=user_of(request), now=timezone.now())
        words = ngettext("%(count)s reply was dealt out.", "%(count)s replies were dealt out.", count)
        messages.success(request, words % {"count": count})
    return redirect("textbank:bank", slug, pk)


@require_POST
def take_over(request: HttpRequest, slug: str, pk: int, user_id: int) -> HttpResponseBase:
    """Everything one volunteer has goes to another, or is free for all."""
    campaign, found, _membership = bank_led(request, slug, pk)
    texter = next((one.user for one in texters_of(found) if one.user.pk == user_id), None)
    wanted = read_whole_number(request.POST.get("to")) or 0
    with told(request):
        if texter is None:
            raise TextBankError(_("Nobody of that name has anything here."))
        to = volunteers_of(campaign).filter(user=wanted).first() if wanted else None
        unsent, moved = take_from(
            found, texter=texter, to=to.user if to else None, by=user_of(request), now=timezone.now()
        )
        messages.success(
            request,
            _("Taken over: %(unsent)s not texted yet are free again, %(moved)s conversations moved.")
            % {"unsent": unsent, "moved": moved},
        )
    return redirect("textbank:bank", slug, pk)


@require_GET
def review(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What volunteers handed to an organiser, the longest waiting first. Who is shown is logged (rule D13)."""
    campaign, membership = campaign_led(request, slug)
    rows = list(_to_review(list(banks_led(campaign, membership)))[:MOST_LISTED])
    words = last_words(rows)
    record_each(
        "view_review",
        [row.person for row in rows if row.person is not None],
        by=user_of(request),
        action=AuditAction.VIEW,
        campaign_id=campaign.pk,
    )
    context = page(campaign, rows=[(row, words.get(row.contact_point_id or 0, "")) for row in rows])
    return render(request, "textbank/organiser/review.html", context)


@require_GET
def results(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """What came of it: how many answered, and what they said."""
    campaign, found, _membership = bank_led(request, slug, pk)
    context = page(
        campaign, said=said(found), progress=progress_of(found.message, now=timezone.now()), **_standing(found)
    )
    return render(request, "textbank/organiser/results.html", context)


def _standing(found: TextBank) -> dict[str, Any]:
    now = timezone.now()
    moving = {TextBankStatus.PREPARING, TextBankStatus.OPEN, TextBankStatus.PAUSED}
    return {
        "bank": found,
        "standing": standing(found, now=now),
        "texters": texters_of(found),
        "is_moving": found.status in moving,
    }


def _to_review(banks: list[TextBank]) -> Any:
    theirs = Conversation.objects.filter(text_bank__in=banks, state=ConversationState.REVIEW)
    return theirs.select_related("text_bank", "person", "handed_by").order_by("handed_at", "pk")


def _canned(request: HttpRequest, slug: str, found: TextBank, one: CannedReply | None) -> HttpResponseBase:
    initial = CannedReplyForm.initial_of(one) if one is not None else None
    form = CannedReplyForm(request.POST or None, bank=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_canned_reply(found, by=user_of(request), reply=one, **form.cleaned_data)
        except TextBankError as error:
            form.add_error("body", str(error))
        else:
            messages.success(request, _("Saved. Volunteers see it with their next page."))
            return redirect("textbank:bank", slug, found.pk)
    context = page(found.campaign, bank=found, form=form, reply=one)
    return render(request, "textbank/organiser/canned.html", context, status=422 if form.errors else 200)
