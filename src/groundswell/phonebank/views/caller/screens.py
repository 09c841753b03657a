"""What the caller sees: a household, or in kind words why there is none. Rendered without a query once warm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import phonenumbers
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from lucide import _render_icon

from groundswell.campaigns.scripts import plan_for
from groundswell.config.filling import fill
from groundswell.phonebank.bank_settings import outcomes, settings_of
from groundswell.phonebank.enums import ClaimStatus, EmptyReason, RecordStatus
from groundswell.phonebank.session_queries import way_on
from groundswell.phonebank.session_rules import Phase
from groundswell.phonebank.views.caller.identity import bank_name, caller_name
from groundswell.phonebank.views.caller.posted import client_uuid_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from django.http import HttpRequest, QueryDict

    from groundswell.accounts.identity import CallerIdentity
    from groundswell.campaigns.scripts import Identification, ScriptPlan
    from groundswell.phonebank.claims import Claim, HouseholdToCall, PersonToCall, Recorded
    from groundswell.phonebank.models import Outcome
    from groundswell.phonebank.session_queries import WayOn

FIRST_OUTCOMES = 8
HOME_PREFIX = "+44"


@dataclass(frozen=True, slots=True)
class Saved:
    """The line that says what was just saved, and lets it be undone for half a minute."""

    label: str
    client_uuid: UUID
    undo: bool


def saved_line(recorded: Recorded, outcome_code: str, client_uuid: UUID) -> Saved | None:
    """The line for a result that is in the ledger."""
    if not recorded.is_safe:
        return None
    outcome = outcomes().get(outcome_code)
    label = outcome.label if outcome else outcome_code
    return Saved(label, client_uuid, undo=recorded.status == RecordStatus.RECORDED)


def _saved(saved: Saved | None, bank_id: int) -> dict[str, str] | None:
    if saved is None:
        return None
    undo = urls_of(bank_id)["undo"] if saved.undo else ""
    return {"label": saved.label, "client_uuid": str(saved.client_uuid), "undo_url": undo}


def render_claim(
    request: HttpRequest,
    bank_id: int,
    by: CallerIdentity,
    claim: Claim,
    *,
    saved: Saved | None = None,
    notice: str = "",
    notice_tone: str = "",
    errors: Sequence[str] = (),
    posted: QueryDict | None = None,
    way: WayOn | None = None,
) -> str:
    """The page, or with our script's header only what changes in it. `way`: where the caller's session has gone."""
    if way is not None:
        template, context = "phonebank/caller/pause.html", leads_on(way)
    else:
        template, context = _content(bank_id, by, claim, posted)
    context |= {
        "saved": _saved(saved, bank_id),
        "notice": notice,
        "notice_tone": notice_tone,
        "errors": list(errors),
        "urls": urls_of(bank_id),
    }
    if is_fragment(request):
        return fill(template, context)
    return page_around("phonebank/caller/call.html", template, context, request, _frame(bank_id, by))


def _frame(bank_id: int, by: CallerIdentity) -> dict[str, Any]:
    settings = settings_of(bank_id, timezone.now())
    return {"bank_id": bank_id, "bank_name": bank_name(bank_id, settings.version), "user_id": by.user_id}


def page_around(
    frame: str, template: str, context: dict[str, Any], request: HttpRequest, around: Mapping[str, Any]
) -> str:
    """The whole page `frame` with what changes in it, whose forms also work without our script."""
    token = get_token(request)
    field = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
    inner = fill(template, {**context, "csrf_field": field})
    return render_to_string(frame, {**around, "urls": context["urls"], "csrf_token": token, "fragment": inner})


def is_fragment(request: HttpRequest) -> bool:
    """Whether our own script asks, and so wants only what changes."""
    return request.headers.get("X-Groundswell") == "fragment"


@lru_cache(maxsize=256)
def urls_of(bank_id: int) -> dict[str, str]:
    """Where the forms of this phone bank's page go."""
    of_bank = {name: reverse(f"phonebank:{name}", args=[bank_id]) for name in ("result", "undo", "skip", "flag")}
    return {**of_bank, "calling": reverse("phonebank:calling") + "?all", "sign_out": reverse("account_logout")}


@lru_cache(maxsize=64)
def drawing(name: str, size: int) -> SafeString:
    """One icon as inline SVG, hidden from screen readers."""
    return mark_safe(  # noqa: S308 - from the icon package's own files
        _render_icon(name, size, **{"aria-hidden": "true", "class": "icon", "focusable": "false"})
    )


def _content(bank_id: int, by: CallerIdentity, claim: Claim, posted: QueryDict | None) -> tuple[str, dict[str, Any]]:
    if claim.household is not None:
        return "phonebank/caller/household.html", household_context(by.user_id, claim, claim.household, posted)
    return "phonebank/caller/pause.html", _quiet(bank_id, by, claim)


def household_context(
    user_id: int, claim: Claim, household: HouseholdToCall, posted: QueryDict | None
) -> dict[str, Any]:
    """What the page of a household shows; also that of an invented one, to practise with."""
    plan = plan_for(household.script_id, household.script_version)
    caller = caller_name(user_id)
    chosen = posted.get("person") if posted else None
    people = [
        _person(plan, household, person, caller, chosen == str(person.id) if chosen else index == 0)
        for index, person in enumerate(household.people)
    ]
    return {
        "household": {
            "entry": str(household.entry_id),
            "lease_key": str(household.lease_key),
            "is_call_back": household.is_call_back,
            "script_version": str(household.script_version),
        },
        "client_uuid": str(client_uuid_of(household)),
        "people": people,
        "people_many": len(people) > 1,
        "says": plan.identification.says(caller),
        "before_line": _before(household),
        "where": household.address or household.area,
        "call_number": str(claim.calls_today + 1),
        "show_tip": claim.calls_today == 0,
        "outcomes": _outcomes_markup(get_language() or "", tuple(map(_offered, outcomes().values()))),
        "skip_reasons": _skip_markup(get_language() or ""),
        "about": _about_markup(plan.identification, caller, get_language() or ""),
        "crib": plan.crib(household.constituency_id),
        "note": posted.get("note", "") if posted else "",
        "call_back_at": posted.get("call_back_at", "") if posted else "",
        "zone": timezone.get_current_timezone_name(),
        "now_local": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
    }


def _person(
    plan: ScriptPlan, household: HouseholdToCall, person: PersonToCall, caller: str, chosen: bool
) -> dict[str, Any]:
    name = person.name or _("Name withheld")
    numbers = person.numbers or household.numbers[:1]
    where = household.constituency_id
    return {
        "id": str(person.id),
        "name": name,
        "short": person.given_names.split(" ")[0] or name,
        "chosen": chosen,
        "several": len(numbers) > 1,
        "numbers": [
            {"id": str(number.id), "value": number.value, "shown": shown_number(number.value)} for number in numbers
        ],
        "opening": plan.opening_for(person=name, caller=caller, area_id=where),
        "closing": plan.closing_for(person=name, caller=caller, area_id=where),
        "steps": plan.steps_for(person.id),
    }


@lru_cache(maxsize=4096)
def shown_number(value: str) -> str:
    """As people here write it: 01632 960983; abroad with its country code. `value` is E.164, or shown as it is."""
    style = phonenumbers.PhoneNumberFormat
    national = value.removeprefix(HOME_PREFIX)
    if national.isdecimal():
        # What a parser would find, which asks several regular expressions.
        number = phonenumbers.PhoneNumber(country_code=44, national_number=int(national))
        return phonenumbers.format_number(number, style.NATIONAL)
    try:
        return phonenumbers.format_number(phonenumbers.parse(value), style.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return value


def _before(household: HouseholdToCall) -> str:
    """The previous contact, in one line."""
    if household.last is None:
        return _("Not rung before")
    day = date_format(timezone.localtime(household.last.at), "j F")
    return _("Last: %(outcome)s, %(day)s") % {"outcome": household.last.label, "day": day}


class Offered(NamedTuple):
    """An outcome as the page offers it. Told apart by what it says, so that a new label shows."""

    position: int
    code: str
    label: str
    icon: str
    next: str
    takes_answers: bool
    retired: bool


def _offered(outcome: Outcome) -> Offered:
    return Offered(
        outcome.position,
        outcome.code,
        outcome.label,
        outcome.icon or "circle",
        outcome.next,
        outcome.takes_answers,
        outcome.retired_at is not None,
    )


@lru_cache(maxsize=8)
def _outcomes_markup(language: str, known: tuple[Offered, ...]) -> SafeString:  # noqa: ARG001 - part of the key
    shown = sorted(outcome for outcome in known if not outcome.retired)
    context = {"first": shown[:FIRST_OUTCOMES], "others": shown[FIRST_OUTCOMES:]}
    return render_to_string("phonebank/caller/outcomes.html", context)


def skip_reasons() -> dict[str, str]:
    """Why a caller may pass a household over."""
    return {
        "know_them": _("I know them"),
        "not_comfortable": _("I would rather not ring this one"),
        "language": _("They need another language"),
        "looks_wrong": _("The details look wrong"),
        "later": _("Not a good moment to ring them"),
    }


@lru_cache(maxsize=8)
def _skip_markup(language: str) -> SafeString:  # noqa: ARG001 - part of the key
    return render_to_string("phonebank/caller/skip_reasons.html", {"reasons": list(skip_reasons().items())})


@lru_cache(maxsize=1024)
def _about_markup(who: Identification, caller: str, language: str) -> SafeString:  # noqa: ARG001 - part of the key
    context = {"plan": {"identification": who}, "says": who.says(caller)}
    return render_to_string("phonebank/caller/about.html", context)


def _quiet(bank_id: int, by: CallerIdentity, claim: Claim) -> dict[str, Any]:
    """A screen without a household. Rare, so it may ask where the caller's session has gone."""
    if claim.status in {ClaimStatus.EMPTY, ClaimStatus.NOT_OPEN}:
        way = way_on(bank_id, by.user_id, now=timezone.now())
        if way is not None:
            return leads_on(way)
    icon, title, text = _why(claim)
    action: dict[str, str] = {"action_label": _("Look again"), "action_method": "get", "action_url": _call_url(bank_id)}
    if claim.status == ClaimStatus.PAUSED:
        action = {
            "action_label": _("Carry on calling"),
            "action_method": "post",
            "action_url": reverse("phonebank:resume", args=[bank_id]),
        }
    elif claim.status in {ClaimStatus.LIMIT, ClaimStatus.REVOKED}:
        action = {}
    count = claim.calls_today
    line = ngettext("You made %(n)d call today.", "You made %(n)d calls today.", count) % {"n": count} if count else ""
    return {"icon": drawing(icon, 56), "title": title, "text": text, "count_line": line, **action}


def leads_on(way: WayOn) -> dict[str, Any]:
    """The session is over, or rings another list: the way there, which our script takes by itself."""
    if way.phase == Phase.CLOSED:
        where = reverse("phonebank:session_thanks", args=[way.session_id])
        icon, title, text = "party-popper", _("That was the session"), _("Thank you. See what you all did together.")
        label = _("See how it went")
    else:
        where = _call_url(way.bank_id)
        icon, title = "arrow-right", _("On to the next list")
        text = _("Everybody now rings “%(name)s”.") % {"name": way.bank_name}
        label = _("Carry on there")
    return {
        "icon": drawing(icon, 56),
        "title": title,
        "text": text,
        "action_label": label,
        "action_method": "get",
        "action_url": where,
        "goes": where,
    }


def _call_url(bank_id: int) -> str:
    return reverse("phonebank:call", args=[bank_id])


def _why(claim: Claim) -> tuple[str, str, str]:
    """An icon, a headline and a kind sentence for a caller who gets no household (fixed point 6)."""
    if claim.status == ClaimStatus.PAUSED:
        return "coffee", _("Take your time"), _("Your household went back to the queue. Nothing is lost.")
    if claim.status == ClaimStatus.NOT_OPEN:
        return (
            "door-closed",
            _("This phone bank is resting"),
            _("The organiser has paused or closed it. Thank you for being here."),
        )
    if claim.status == ClaimStatus.LIMIT:
        return (
            "medal",
            _("That is a day's work"),
            _("You have reached the most calls one person makes in a day. Thank you, truly. See you tomorrow."),
        )
    if claim.status == ClaimStatus.REVOKED:
        return (
            "user-x",
            _("You are no longer on this phone bank"),
            _("If that is a surprise, speak to the organiser who invited you."),
        )
    return _why_empty(claim)


def _why_empty(claim: Claim) -> tuple[str, str, str]:
    reason = claim.why.reason if claim.why else EmptyReason.ALL_CALLED
    when = _moment(claim.why.next_at) if claim.why and claim.why.next_at else ""
    title = _("Nobody to ring just now")
    if reason == EmptyReason.ALL_CALLED:
        return "party-popper", _("Everybody has been rung"), _("You got to the end of the list. What a team.")
    if reason == EmptyReason.OUTSIDE_HOURS:
        text = _("We ring people only at times they would not mind.")
        return "moon", _("Too early or too late to ring"), f"{text} {_again(when)}".strip()
    if reason in {EmptyReason.COOLING_DOWN, EmptyReason.CALL_BACKS}:
        text = _("Those who are left were tried not long ago, and are left in peace for a while.")
        if reason == EmptyReason.CALL_BACKS:
            text = _("Those who are left asked to be rung at another time.")
        return "clock", title, f"{text} {_again(when)}".strip()
    if reason == EmptyReason.IN_HANDS:
        return "users", title, _("The last households are with other callers. Look again in a few minutes.")
    if reason == EmptyReason.FLAGGED:
        return "flag", title, _("The last households are waiting for the organiser to sort something out.")
    return "phone-off", title, _("There is nobody on this list with a number we may ring. The organiser can see why.")


def _again(when: str) -> str:
    return _("Come back %(when)s.") % {"when": when} if when else ""


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    if local.date() == timezone.localdate():
        return _("at %(time)s") % {"time": date_format(local, "H:i")}
    return _("on %(day)s at %(time)s") % {"day": date_format(local, "l j F"), "time": date_format(local, "H:i")}
