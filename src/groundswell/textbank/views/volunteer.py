"""The volunteer's phone: a batch of people, one text ready to send at a time, and the replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from groundswell.accounts.access import memberships_of
from groundswell.config.numbers import read_whole_number
from groundswell.messaging.tasks import send_soon
from groundswell.textbank.enums import ConversationState, PressStatus
from groundswell.textbank.models import Conversation
from groundswell.textbank.operations.leasing import give_back, lease_batch, pass_over
from groundswell.textbank.operations.pressing import next_text, send_first
from groundswell.textbank.operations.sweeping import take_waiting
from groundswell.textbank.queries import label_of, standing_of
from groundswell.textbank.rules import TextBankError
from groundswell.textbank.threads import last_words
from groundswell.textbank.views.frame import bank_at_work, banks_at_work

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.accounts.models import Membership
    from groundswell.textbank.leases import Lease, Pressed
    from groundswell.textbank.models import TextBank

MOST_LISTED = 50
MOST_REPLIES = 100


@require_safe
@never_cache
def texting(request: HttpRequest) -> HttpResponse:
    """The text banks a volunteer may text for now; straight to it when there is one only."""
    memberships_of(request)
    banks = list(banks_at_work(request)[:MOST_LISTED])
    if len(banks) == 1 and "all" not in request.GET:
        return redirect("textbank:text", banks[0].pk)
    return render(request, "textbank/volunteer/banks.html", {"banks": banks})


@require_safe
@never_cache
def text(request: HttpRequest, bank_id: int) -> HttpResponse:
    """The next text of the batch in hand, or the way to a batch."""
    bank, by = bank_at_work(request, bank_id)
    return render(request, "textbank/volunteer/text.html", _context(bank, by))


@require_POST
@never_cache
def batch(request: HttpRequest, bank_id: int) -> HttpResponseBase:
    """Some people to text; whoever has some gets no more."""
    bank, by = bank_at_work(request, bank_id)
    lease = lease_batch(bank, by=by, now=timezone.now())
    return _next(request, bank, by, lease=lease)


@require_POST
@never_cache
def press(request: HttpRequest, bank_id: int) -> HttpResponseBase:
    """Send the text that is shown; then the next one. Pressed again it changes nothing."""
    bank, by = bank_at_work(request, bank_id)
    entry_id = read_whole_number(request.POST.get("entry")) or 0
    pressed = send_first(entry_id, by=by, now=timezone.now(), enqueue=send_soon)
    return _next(request, bank, by, notice=_said(pressed))


@require_POST
@never_cache
def skip(request: HttpRequest, bank_id: int) -> HttpResponseBase:
    """Do not text this person."""
    bank, by = bank_at_work(request, bank_id)
    notice = _("Passed over. Here is the next one.")
    entry_id = read_whole_number(request.POST.get("entry")) or 0
    try:
        pass_over(entry_id, why=request.POST.get("why", ""), by=by, now=timezone.now())
    except TextBankError as refusal:
        notice = str(refusal)
    return _next(request, bank, by, notice=notice)


@require_POST
@never_cache
def leave(request: HttpRequest, bank_id: int) -> HttpResponseBase:
    """Enough for now: who has not been texted goes back. Replies stay."""
    bank, by = bank_at_work(request, bank_id)
    count = give_back(bank, by=by.user, texter_id=by.user_id)
    notice = ngettext(
        "%(count)s person goes to somebody else. Thank you!", "%(count)s people go to somebody else. Thank you!", count
    ) % {"count": count}
    return _next(request, bank, by, notice=notice if count else "")


@require_safe
@never_cache
def replies(request: HttpRequest, bank_id: int) -> HttpResponse:
    """The volunteer's conversations: who waits for them first, then who was answered lately."""
    bank, by = bank_at_work(request, bank_id)
    theirs = Conversation.objects.filter(text_bank=bank, texter=by.user_id, last_in_at__isnull=False)
    theirs = theirs.select_related("person")
    waiting = list(theirs.filter(state=ConversationState.WAITING).order_by("waiting_since", "pk")[:MOST_REPLIES])
    others = list(theirs.exclude(state=ConversationState.WAITING).order_by("-last_in_at", "-pk")[:MOST_REPLIES])
    words = last_words([*waiting, *others])
    context = {
        "bank": bank,
        "standing": standing_of(bank, texter_id=by.user_id, now=timezone.now()),
        "waiting": [(one, words.get(one.contact_point_id or 0, "")) for one in waiting],
        "others": [(one, words.get(one.contact_point_id or 0, "")) for one in others],
    }
    return render(request, "textbank/volunteer/replies.html", context)


@require_safe
@never_cache
def standing(request: HttpRequest, bank_id: int) -> HttpResponse:
    """The two tabs with their counts, asked for again while the page is open."""
    bank, by = bank_at_work(request, bank_id)
    counts = standing_of(bank, texter_id=by.user_id, now=timezone.now())
    context = {"bank": bank, "standing": counts, "on": request.GET.get("on", "")}
    return render(request, "textbank/volunteer/tabs.html", context)


@require_POST
@never_cache
def take(request: HttpRequest, bank_id: int) -> HttpResponseBase:
    """A few replies that nobody has answered."""
    bank, by = bank_at_work(request, bank_id)
    take_waiting(bank, by=by, now=timezone.now())
    return redirect("textbank:replies", bank_id)


def _next(
    request: HttpRequest, bank: TextBank, by: Membership, *, lease: Lease | None = None, notice: str = ""
) -> HttpResponseBase:
    """The next text in place of the last. Without scripts the page is loaded again: a reload then sends nothing."""
    if not getattr(request, "htmx", False):
        return redirect("textbank:text", bank.pk)
    return render(request, "textbank/volunteer/next.html", {**_context(bank, by, lease=lease), "notice": notice})


def _context(bank: TextBank, by: Membership, *, lease: Lease | None = None) -> dict[str, Any]:
    counts = standing_of(bank, texter_id=by.user_id, now=timezone.now())
    return {
        "bank": bank,
        "next": next_text(bank, texter=by) if counts.left else None,
        "standing": counts,
        "lease": lease,
        "on": "texts",
    }


def _said(pressed: Pressed) -> str:
    """What became of a press, where it was not simply sent."""
    match pressed.status:
        case PressStatus.NOT_ALLOWED:
            return _("Not sent: %(why)s. Here is the next one.") % {"why": label_of(pressed.why)}
        case PressStatus.REPEATED:
            return _("That one was sent before, once. Here is the next one.")
        case PressStatus.HOURS:
            return _("Not sent: it is outside texting hours there. They go back, for another time.")
        case PressStatus.GONE:
            return _("Not sent: that person had gone back to the others. Here is the next one.")
        case PressStatus.NOT_OPEN:
            return _("Not sent: the text bank is paused. What you had goes back.")
        case _:
            return ""
