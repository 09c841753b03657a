"""Callers and their pace, flags to solve, and the outcomes callers choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.access import require_role
from groundswell.accounts.models import User
from groundswell.phonebank.callers import look_at
from groundswell.phonebank.dashboards import HERE, LOOK_BACK, callers_of, forget_progress
from groundswell.phonebank.models import Flag, Outcome
from groundswell.phonebank.operations import solve_flag
from groundswell.phonebank.operations.organising import move_outcome, retire_outcome, review_caller, save_outcome
from groundswell.phonebank.queries import open_flags
from groundswell.phonebank.rules import ODDITY_CALLS, ODDITY_WINDOW, PhoneBankError
from groundswell.phonebank.views.organiser.forms import OutcomeForm, SolveFlagForm
from groundswell.phonebank.views.organiser.frame import (
    LEADERS,
    bank_ids_for,
    banks_for,
    campaign_for,
    note_flags_seen,
    page,
    told,
    user_of,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

SOLVED_SHOWN = 20
ODDITY_MINUTES = int(ODDITY_WINDOW.total_seconds() // 60)


@require_GET
def callers(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who called, how much and how fast; for an organiser of some areas, in the phone banks of those."""
    campaign = campaign_for(request, slug)
    now = timezone.now()
    found = callers_of(campaign.pk, bank_ids_for(request, campaign), since=now - LOOK_BACK)
    context = page(
        campaign,
        "callers",
        callers=found,
        odd=[caller for caller in found if caller.odd_calls],
        most=max((caller.work.dials for caller in found), default=0),
        seen_lately=now - HERE,
        odd_calls=ODDITY_CALLS,
        odd_minutes=ODDITY_MINUTES,
    )
    return render(request, "phonebank/organiser/callers.html", context)


@require_GET
def caller(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One caller: their evenings, how their calls ended, runs of odd speed, the newest calls."""
    campaign = campaign_for(request, slug)
    now = timezone.now()
    looked = look_at(banks_for(request, campaign), pk, since=now - LOOK_BACK)
    if looked is None:
        raise Http404
    context = page(
        campaign,
        "callers",
        caller=looked.caller,
        looked=looked,
        membership=looked.caller.memberships.filter(campaign=campaign, revoked_at__isnull=True).first(),
        seen_lately=now - HERE,
    )
    return render(request, "phonebank/organiser/caller.html", context)


@require_POST
def caller_review(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The odd speed has been looked at and is right."""
    campaign = campaign_for(request, slug)
    bank_ids = bank_ids_for(request, campaign)
    caller = get_object_or_404(User.objects.filter(caller_statuses__phone_bank__in=bank_ids).distinct(), pk=pk)
    review_caller(phone_bank_ids=bank_ids, caller=caller, by=user_of(request), now=timezone.now())
    forget_progress(campaign.pk)
    messages.success(request, _("Noted: %(name)s's calls are fine.") % {"name": caller.name})
    return redirect("phonebank:callers", slug)


@require_GET
def flags(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Households that wait for an organiser, and those solved lately."""
    campaign = campaign_for(request, slug)
    bank_ids = bank_ids_for(request, campaign)
    waiting = list(open_flags(bank_ids)[:100])
    solved = list(
        Flag.objects.filter(phone_bank__in=bank_ids, solved_at__isnull=False)
        .select_related("phone_bank", "solved_by", "raised_by")
        .order_by("-solved_at")[:SOLVED_SHOWN]
    )
    note_flags_seen(request, campaign.pk, [*waiting, *solved])
    context = page(campaign, "flags", flags=waiting, solved=solved, open_flags=len(waiting))
    return render(request, "phonebank/organiser/flags.html", context)


@require_POST
def flag_solution(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Solve a flag: back into the queue, or out of it for good."""
    campaign = campaign_for(request, slug)
    flag = get_object_or_404(Flag, pk=pk, phone_bank__in=banks_for(request, campaign))
    form = SolveFlagForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That is too long. Say in a sentence what you did."))
        return redirect("phonebank:flags", slug)
    back = request.POST.get("do") != "out"
    done = _("Solved. The household is rung again.") if back else _("Solved. The household is not rung again here.")
    with told(request, done):
        solve_flag(
            flag_id=flag.pk,
            solution=form.cleaned_data["solution"],
            back_in_queue=back,
            by=user_of(request),
            now=timezone.now(),
        )
    forget_progress(campaign.pk)
    return redirect("phonebank:flags", slug)


@require_GET
@require_role(*LEADERS)
def outcomes(request: HttpRequest) -> HttpResponseBase:
    """What callers may tap, in this order."""
    offered = list(Outcome.objects.filter(retired_at__isnull=True))
    for outcome in offered:
        outcome.wait = _in_words(outcome.retry_after_minutes)  # type: ignore[attr-defined]
    context = {"outcomes": offered, "retired": Outcome.objects.filter(retired_at__isnull=False)}
    return render(request, "phonebank/organiser/outcomes.html", context)


def _in_words(minutes: int | None) -> str:
    """240: 4 hours. Empty for none."""
    if not minutes:
        return ""
    if minutes % 1440 == 0:
        days = minutes // 1440
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


@require_role(*LEADERS)
def outcome(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """Add an outcome, change one, move it, retire it."""
    found = get_object_or_404(Outcome, pk=pk) if pk else None
    action = request.POST.get("do", "")
    if found and request.method == "POST" and action in {"up", "down", "retire"}:
        with told(request):
            if action == "retire":
                retire_outcome(outcome=found, by=user_of(request), now=timezone.now())
                messages.success(request, _("Callers no longer see it.") if found.retired_at else _("It is back."))
            else:
                move_outcome(outcome=found, by=user_of(request), up=action == "up")
                messages.success(request, _("“%(label)s” is moved.") % {"label": found.label})
        return redirect("phonebank:outcomes")
    form = OutcomeForm(request.POST or None, initial=OutcomeForm.initial_for(found) if found else None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_outcome(by=user_of(request), outcome=found, **form.cleaned_data)
        except PhoneBankError as error:
            form.add_error(error.field or "label", str(error))
        else:
            messages.success(request, _("“%(label)s” is saved.") % {"label": saved.label})
            return redirect("phonebank:outcomes")
    context = {"form": form, "outcome": found}
    return render(request, "phonebank/organiser/outcome.html", context, status=422 if form.errors else 200)
