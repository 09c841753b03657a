"""A call to an invented household, on the screen as it will be: what is pressed goes nowhere.

The names are made up and the number is one of those that Ofcom keeps for drama: it rings nobody.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from groundswell.campaigns.models import Script
from groundswell.config.filling import fill
from groundswell.phonebank.claims import Claim, HouseholdToCall, Number, PersonToCall
from groundswell.phonebank.enums import ClaimStatus
from groundswell.phonebank.operations import sessions
from groundswell.phonebank.session_queries import bank_of
from groundswell.phonebank.session_rules import Phase, phase_of
from groundswell.phonebank.views.caller.screens import drawing, household_context, is_fragment, page_around
from groundswell.phonebank.views.organiser.frame import user_of
from groundswell.phonebank.views.session.frame import session_for

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.phonebank.models import PhoneBank, Session

# No person, entry or number of the database has one of these.
NOBODY = 0
INVENTED_NUMBER = "+441632960001"


@require_safe
@never_cache
def practice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The caller's screen with the session's own script and an invented household."""
    session = session_for(request, pk)
    if phase_of(session, now=timezone.now()) not in {Phase.LOBBY, Phase.LIVE}:
        return redirect("phonebank:session", pk)
    return _page(request, session, "phonebank/caller/household.html", _household(request, session))


@require_POST
@never_cache
def practice_result(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Whatever was pressed: praise, and nothing kept of it but that they have tried."""
    session = session_for(request, pk)
    sessions.practise(session_id=session.pk, by=user_of(request), now=timezone.now())
    lobby = reverse("phonebank:session", args=[pk])
    context = {
        "icon": drawing("party-popper", 56),
        "title": _("That was it"),
        "text": _("You have made your practice call, and nothing of it was recorded. The real ones are just the same."),
        "action_label": _("Back to the others"),
        "action_method": "get",
        "action_url": lobby,
        "again_url": reverse("phonebank:session_practice", args=[pk]),
    }
    return _page(request, session, "phonebank/session/practised.html", context)


def _page(request: HttpRequest, session: Session, template: str, context: dict[str, Any]) -> HttpResponse:
    address = reverse("phonebank:session_practice_result", args=[session.pk])
    context |= {
        # Skip, flag and undo go the same way: nothing can go wrong here.
        "urls": {"result": address, "skip": address, "flag": address, "undo": address},
    }
    if is_fragment(request):
        page: str = fill(template, context)
    else:
        around = {"session": session, "user_id": user_of(request).pk}
        page = page_around("phonebank/session/practice.html", template, context, request, around)
    return HttpResponse(page, headers={"Vary": "X-Groundswell"})


def _household(request: HttpRequest, session: Session) -> dict[str, Any]:
    bank = bank_of(session)
    household = invented_household(bank, session)
    claim = Claim(ClaimStatus.HOUSEHOLD, household=household)
    context = household_context(user_of(request).pk, claim, household, None)
    # Without a lease the page keeps none alive.
    context["household"]["lease_key"] = ""
    context["before_line"] = _("Practice: nothing is recorded")
    return context


def invented_household(bank: PhoneBank, session: Session) -> HouseholdToCall:
    """Two people who do not exist, with the session's script."""
    version = Script.objects.values_list("version", flat=True).get(pk=bank.script_id)
    number = Number(NOBODY, INVENTED_NUMBER)
    people = (
        PersonToCall(-1, "", _("Alex"), _("Example"), (number,)),
        PersonToCall(-2, "", _("Sam"), _("Example"), (number,)),
    )
    area = session.event.area
    return HouseholdToCall(
        entry_id=NOBODY,
        lease_key=uuid4(),
        leased_until=timezone.now() + timedelta(hours=1),
        household_id=None,
        attempts=0,
        is_call_back=False,
        address=_("1 Practice Street"),
        area=area.name if area else "",
        constituency_id=session.event.area_id,
        people=people,
        last=None,
        script_id=bank.script_id,
        script_version=version,
        again=False,
    )
