"""The caller's requests. The busy one is `result`: it saves one household and gives the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypedDict, cast
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from groundswell.accounts.access import accessible_campaigns, memberships_of, refresh_identity
from groundswell.accounts.models import Organisation, User
from groundswell.accounts.queries import part_ended
from groundswell.campaigns.doors import doors_for
from groundswell.campaigns.rules import WrongAnswer
from groundswell.phonebank.bank_settings import settings_of
from groundswell.phonebank.claims import Claim
from groundswell.phonebank.enums import ClaimStatus, PhoneBankStatus, RecordStatus
from groundswell.phonebank.models import PhoneBank
from groundswell.phonebank.operations import claiming, leases, tell_of_refused
from groundswell.phonebank.rules import CallResultError, PhoneBankError
from groundswell.phonebank.session_queries import joined_of, sessions_on, way_on
from groundswell.phonebank.views.caller.identity import identity_in
from groundswell.phonebank.views.caller.posted import read_id, read_result, read_uuid, words_of_refused
from groundswell.phonebank.views.caller.screens import (
    Saved,
    is_fragment,
    render_claim,
    saved_line,
    skip_reasons,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.accounts.identity import CallerIdentity
    from groundswell.phonebank.session_queries import WayOn

MOST_BANKS_LISTED = 50


class InHand(TypedDict):
    """The household a form is about, and the key that proves it was handed to whoever posts it."""

    entry_id: int
    lease_key: UUID


@require_safe
@never_cache
def calling(request: HttpRequest) -> HttpResponse:
    """The session that is on, or of several the one they are in (as by its code in the room), else the phone banks a caller
    may ring for now; straight to it when there is one only.

    Whoever belongs to nothing (any more) is told so: no phone bank that opens would ever show up here for them.
    """
    if not memberships_of(request):
        context = {"ended": part_ended(cast(User, request.user)), "organisation": Organisation.objects.first()}
        return render(request, "phonebank/caller/ended.html", context)
    evenings = list(sessions_on(accessible_campaigns(request), now=timezone.now())[:MOST_BANKS_LISTED])
    if evenings and "all" not in request.GET:
        theirs = evenings if len(evenings) == 1 else joined_of(evenings, cast(User, request.user))
        if len(theirs) == 1:
            return redirect("phonebank:session", theirs[0].pk)
    banks = list(
        PhoneBank.objects.filter(campaign__in=accessible_campaigns(request), status=PhoneBankStatus.OPEN)
        .of_memberships(memberships_of(request))
        .select_related("campaign")
        .order_by("-opened_at", "pk")[:MOST_BANKS_LISTED]
    )
    doors = doors_for(memberships_of(request))
    if len(banks) == 1 and not evenings and not doors and "all" not in request.GET:
        return redirect("phonebank:call", banks[0].pk)
    return render(request, "phonebank/caller/banks.html", {"banks": banks, "evenings": evenings, "doors": doors})


@require_safe
@never_cache
def call(request: HttpRequest, bank_id: int) -> HttpResponse:
    """The household in the caller's hands, or the next one, or in kind words why there is none."""
    by = identity_in(request, bank_id)
    by, claim = _claim(request, bank_id, by)
    return _page(request, bank_id, by, claim)


@require_POST
@never_cache
def result(request: HttpRequest, bank_id: int) -> HttpResponse:
    """Save one result and give the next household, in one request and one transaction.

    Without our script: Post, redirect, get. With it: the next household's markup. A result that makes no sense is
    answered by 422 and the same household with a sentence saying what to change; then nothing was recorded. One that
    nobody can correct any more, as its household has gone on, is told to the organiser; what cannot even be told is
    answered by 409, so that the phone keeps it.
    The page that knows its session to be over, or to ring another list, says `last`: then no household follows.
    """
    by = identity_in(request, bank_id)
    now = timezone.now()
    way = way_on(bank_id, by.user_id, now=now) if request.POST.get("last") == "1" else None
    try:
        posted = read_result(request.POST, bank_id, now)
        if way is not None and not posted.keep:
            recorded = claiming.record_outcome(result=posted, by=by, now=now)
            if recorded.is_safe:
                return _led_on(request, bank_id, by, way)
        recorded, claim = claiming.record_and_claim_next(result=posted, by=by, now=now)
    except (CallResultError, WrongAnswer) as mistake:
        return _refused(request, bank_id, by, str(mistake))
    if claim.status == ClaimStatus.REVOKED:
        by, claim = _claim(request, bank_id, by)
        if recorded.status == RecordStatus.REVOKED and claim.status != ClaimStatus.REVOKED:
            recorded = claiming.record_outcome(result=posted, by=by, now=now)
            by, claim = _claim(request, bank_id, by)
    if not is_fragment(request):
        return redirect("phonebank:call", bank_id)
    notice, status = "", 200
    if not recorded.is_safe:
        status = 409
    if recorded.status == RecordStatus.UNKNOWN:
        notice = _("That household was not in your hands, so nothing was saved. Here is the next one.")
    elif recorded.status == RecordStatus.REVOKED:
        notice = _("Your part in this phone bank has ended, so the last result was not saved.")
    elif recorded.status == RecordStatus.LATE:
        notice = _("Saved. Meanwhile somebody else had taken that household, which does no harm.")
    saved = saved_line(recorded, posted.outcome, posted.client_uuid)
    return _page(request, bank_id, by, claim, saved=saved, notice=notice, status=status)


@require_POST
@never_cache
def undo(request: HttpRequest, bank_id: int) -> HttpResponse:
    """Take back the last result, for half a minute."""

    def act(by: CallerIdentity) -> str:
        undone = leases.undo_last(phone_bank_id=bank_id, by=by, now=timezone.now())
        if undone.suppression_stays:
            return _("Undone, but “do not call again” stands: only an organiser may lift it.")
        if not undone.back_in_hand:
            return _("Undone. Somebody else has that household by now.")
        return _("Undone. Here is that household again.")

    return _act(request, bank_id, act)


@require_POST
@never_cache
def skip(request: HttpRequest, bank_id: int) -> HttpResponse:
    """Pass the household over, with a reason."""

    def act(by: CallerIdentity) -> str:
        reason = skip_reasons().get(request.POST.get("reason", ""), "")
        leases.skip(**_in_hand(request), reason=reason, by=by, now=timezone.now())
        return _("Skipped. Here is the next one.")

    return _act(request, bank_id, act)


@require_POST
@never_cache
def flag(request: HttpRequest, bank_id: int) -> HttpResponse:
    """Leave the household to an organiser."""

    def act(by: CallerIdentity) -> str:
        leases.flag(**_in_hand(request), note=request.POST.get("note", ""), by=by, now=timezone.now())
        return _("The organiser has been told. Nobody rings that household until it is sorted out.")

    return _act(request, bank_id, act)


@require_POST
@never_cache
def pause(request: HttpRequest, bank_id: int) -> HttpResponse:
    """A break: the household goes back."""
    return _act(request, bank_id, lambda by: leases.pause(phone_bank_id=bank_id, by=by, now=timezone.now()))


@require_POST
@never_cache
def resume(request: HttpRequest, bank_id: int) -> HttpResponse:
    """The break is over."""
    return _act(request, bank_id, lambda by: leases.resume(phone_bank_id=bank_id, by=by, now=timezone.now()))


@require_POST
@never_cache
def heartbeat(request: HttpRequest, bank_id: int) -> HttpResponse:
    """The page is still open: 204 while the household stays in the caller's hands, 410 once it does not."""
    by = identity_in(request, bank_id)
    try:
        until = leases.extend_lease(**_in_hand(request), by=by, now=timezone.now())
    except CallResultError:
        until = None
    return HttpResponse(status=204 if until else 410)


@require_safe
@never_cache
def token(request: HttpRequest) -> JsonResponse:
    """A fresh CSRF cookie, for a phone whose page outlived the old one. Says nothing else."""
    get_token(request)
    return JsonResponse({"ok": True})


def _claim(request: HttpRequest, bank_id: int, by: CallerIdentity) -> tuple[CallerIdentity, Claim]:
    """The next household. What the session says may be old: a refusal is checked against the database, once."""
    claim = claiming.claim_next(phone_bank_id=bank_id, by=by, now=timezone.now())
    if claim.status == ClaimStatus.REVOKED:
        fresh = refresh_identity(request, settings_of(bank_id, timezone.now()).campaign_id)
        if fresh is not None and fresh != by:
            return fresh, claiming.claim_next(phone_bank_id=bank_id, by=fresh, now=timezone.now())
    return by, claim


def _act(request: HttpRequest, bank_id: int, act: Callable[[CallerIdentity], str | None]) -> HttpResponse:
    """Do one of the smaller things, then show what is in the caller's hands. Its refusal is shown in its words."""
    by = identity_in(request, bank_id)
    tone = ""
    try:
        notice = act(by) or ""
    except PhoneBankError as refusal:
        notice, tone = str(refusal), "warning"
    if not is_fragment(request):
        return redirect("phonebank:call", bank_id)
    by, claim = _claim(request, bank_id, by)
    return _page(request, bank_id, by, claim, notice=notice, notice_tone=tone)


def _led_on(request: HttpRequest, bank_id: int, by: CallerIdentity, way: WayOn) -> HttpResponse:
    """The result is safe; instead of the next household, the way to where the session has gone."""
    if not is_fragment(request):
        return redirect("phonebank:call", bank_id)
    page = render_claim(request, bank_id, by, Claim(ClaimStatus.NOT_OPEN), way=way)
    return HttpResponse(page, headers={"Vary": "X-Groundswell"})


def _refused(request: HttpRequest, bank_id: int, by: CallerIdentity, mistake: str) -> HttpResponse:
    """The same household with what to change; or, where that has gone on, the next one, and the organiser is told."""
    by, claim = _claim(request, bank_id, by)
    if claim.household is not None and str(claim.household.lease_key) == request.POST.get("lease_key"):
        page = render_claim(request, bank_id, by, claim, errors=[mistake], posted=request.POST)
        return HttpResponse(page, status=422)
    if _tell(request, by, mistake):
        notice = _("An earlier result did not fit any more, so it was not saved. The organiser has been told of it.")
        response = _page(request, bank_id, by, claim, notice=notice, notice_tone="warning")
        response["X-Groundswell-Told"] = "yes"
        return response
    notice = _("A result could not be saved. %(why)s") % {"why": mistake}
    return _page(request, bank_id, by, claim, notice=notice, notice_tone="warning", status=409)


def _tell(request: HttpRequest, by: CallerIdentity, mistake: str) -> bool:
    """Whether the organiser now knows of a result that could not be recorded."""
    try:
        in_hand = _in_hand(request)
    except CallResultError:
        return False
    now = timezone.now()
    return tell_of_refused(**in_hand, words=words_of_refused(request.POST, mistake, now), by=by, now=now)


def _page(
    request: HttpRequest,
    bank_id: int,
    by: CallerIdentity,
    claim: Claim,
    *,
    saved: Saved | None = None,
    notice: str = "",
    notice_tone: str = "",
    status: int = 200,
) -> HttpResponse:
    page = render_claim(request, bank_id, by, claim, saved=saved, notice=notice, notice_tone=notice_tone)
    return HttpResponse(page, status=status, headers={"Vary": "X-Groundswell"})


def _in_hand(request: HttpRequest) -> InHand:
    return {"entry_id": read_id(request.POST, "entry") or 0, "lease_key": read_uuid(request.POST, "lease_key")}
