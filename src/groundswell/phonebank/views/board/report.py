"""The report of a session: a page, a sheet of paper, a picture to share, a table; and what the organiser chooses to show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from groundswell.accounts.access import access_campaign
from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.exports import csv_response
from groundswell.accounts.models import Organisation
from groundswell.campaigns.cards import Card, NoImprintError, draw_card, imprint_of
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.papers import TooLongError
from groundswell.phonebank.boards import in_one_line
from groundswell.phonebank.models import Session
from groundswell.phonebank.operations.boards import renew_board_key, show_leaders
from groundswell.phonebank.rules import ODDITY_CALLS
from groundswell.phonebank.session_numbers import SessionNumbers, forget_numbers, live_numbers
from groundswell.phonebank.session_paper import report_paper
from groundswell.phonebank.session_report import Report, report_of
from groundswell.phonebank.views.organiser.frame import (
    TEAM,
    campaign_for,
    limited_to_areas,
    may_lead,
    membership_of,
    page,
    user_of,
)
from groundswell.phonebank.views.organiser.people import ODDITY_MINUTES
from groundswell.phonebank.views.organiser.results import poll_open

if TYPE_CHECKING:
    from django.http import HttpRequest

PICTURE_KEPT_SECONDS = 60


@require_safe
def report(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """What was done, beside the target and the sessions before; what people said, for the team only (rule E1)."""
    session, campaign = _access(request, session_id)
    context = page(
        campaign,
        "report",
        session=session,
        report=_report(request, session),
        may_lead=may_lead(request),
        poll_open=poll_open(campaign),
        odd_calls=ODDITY_CALLS,
        odd_minutes=ODDITY_MINUTES,
    )
    return render(request, "phonebank/board/report.html", context)


@require_safe
def report_pdf(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """The report as one A4 page, logged (rule D13)."""
    session, campaign = _access(request, session_id)
    found = _report(request, session)
    try:
        paper = report_paper(
            found, organisation=Organisation.objects.first(), poll_open=poll_open(campaign), now=timezone.now()
        )
    except (NoImprintError, TooLongError) as problem:
        messages.error(request, str(problem))
        return redirect("phonebank:session_report", session_id)
    _log("print_session_report", request, session, callers=len(found.callers))
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{_file_name(session)}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def report_export(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """The report as CSV, logged (rule D13), and marked as not for publication until the poll closes (rule E1)."""
    session, campaign = _access(request, session_id)
    found = _report(request, session)
    _log("export_session_report", request, session, rows=len(found.callers))
    return csv_response(_rows(found, secret=poll_open(campaign)), f"{_file_name(session)}.csv")


@require_safe
def picture(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """ "14 people made 297 calls for Bury North", to be shared by whoever was there; the imprint is in it (rule I2)."""
    session = get_object_or_404(Session.objects.select_related("event__campaign"), pk=session_id)
    access_campaign(request, session.event.campaign.slug)
    numbers = live_numbers(session.pk)
    if not numbers.calls:
        messages.info(request, _("There is nothing to share yet: the picture is drawn from the first call on."))
        return redirect("phonebank:board", session_id)
    try:
        image = draw_card(_card(numbers))
    except NoImprintError as problem:
        messages.error(request, str(problem))
        return redirect("phonebank:board", session_id)
    response = HttpResponse(image, content_type="image/png")
    response["Content-Disposition"] = f'inline; filename="{_file_name(session)}.png"'
    response["Cache-Control"] = f"private, max-age={PICTURE_KEPT_SECONDS}"
    return response


@require_POST
def leaders(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """The organiser's choice: whether the board shows who has called most."""
    session = get_object_or_404(Session.objects.select_related("event__campaign"), pk=session_id)
    campaign_for(request, session.event.campaign.slug)
    shown = request.POST.get("shown") == "yes"
    show_leaders(session_id=session.pk, shown=shown, by=user_of(request))
    forget_numbers(session.pk)
    done = _("The board shows who has called most.") if shown else _("The board shows the team's numbers only.")
    messages.success(request, done)
    return redirect("phonebank:board", session.pk)


@require_POST
def key(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """Another address for the wall, where the old one has got about."""
    session = get_object_or_404(Session.objects.select_related("event__campaign"), pk=session_id)
    campaign_for(request, session.event.campaign.slug)
    renew_board_key(session_id=session.pk, by=user_of(request))
    forget_numbers(session.pk)
    messages.success(request, _("The board for the wall has a new address. The old one opens nothing any more."))
    return redirect("phonebank:board", session.pk)


def _access(request: HttpRequest, session_id: int) -> tuple[Session, Campaign]:
    """The session and its campaign, for the authorised team. Raises as `access_campaign` does."""
    session = get_object_or_404(Session.objects.select_related("event__campaign"), pk=session_id)
    return session, campaign_for(request, session.event.campaign.slug, *TEAM)


def _report(request: HttpRequest, session: Session) -> Report:
    return report_of(session.pk, membership_id=limited_to_areas(membership_of(request)), now=timezone.now())


def _log(verb: str, request: HttpRequest, session: Session, **detail: Any) -> None:
    record(
        verb,
        by=user_of(request),
        action=AuditAction.EXPORT,
        subject=session,
        campaign_id=session.event.campaign_id,
        **detail,
    )


def _file_name(session: Session) -> str:
    return slugify(f"{session.event.title} {session.event.starts_at:%Y-%m-%d}") or f"session-{session.pk}"


def _card(numbers: SessionNumbers) -> Card:
    facts, calls, talks = numbers.facts, numbers.calls, numbers.conversations
    lines = [ngettext("%(n)s conversation", "%(n)s conversations", talks) % {"n": intcomma(talks)}] if talks else []
    if facts.hashtag:
        lines.append(f"#{facts.hashtag}")
    if facts.is_rehearsal:
        lines.append(_("A rehearsal with invented people"))
    return Card(
        kicker=facts.title,
        title=in_one_line(numbers),
        lines=tuple(lines),
        number=intcomma(calls),
        number_label=ngettext("call", "calls", calls),
        imprint=imprint_of(Organisation.objects.first()),
    )


def _rows(found: Report, *, secret: bool) -> Iterator[tuple[Any, ...]]:
    """The table: the whole, what people said, then caller by caller."""
    total = found.total
    if secret and found.said:
        yield (_("Not for publication before the poll closes (Representation of the People Act 1983, s66A)."),)
    yield (_("Session"), total.title, total.seat)
    yield (_("Target"), _or_nothing(total.target))
    yield (_("Callers"), total.callers)
    yield (_("Calls"), total.work.dials)
    yield (_("Conversations"), total.work.contacts)
    yield (_("Voter IDs"), total.work.identified)
    yield (_("Conversations in a hundred calls"), total.work.contact_rate)
    yield (_("Calls in each caller's hour"), _or_nothing(total.an_hour))
    if found.numbers.facts.is_rehearsal:
        yield (_("A rehearsal with invented people"),)
    yield ()
    if found.said:
        yield (_("What they said"), _("People"))
        for row in found.said:
            yield (str(row.meaning.label), row.people)
        yield ()
    yield (_("Caller"), _("Calls"), _("Conversations"), _("Voter IDs"))
    for caller in found.callers:
        yield (caller.name, caller.work.dials, caller.work.contacts, caller.work.identified)
    if found.earlier:
        yield ()
        yield (
            _("Session"),
            _("Day"),
            _("Callers"),
            _("Calls"),
            _("Target"),
            _("Conversations"),
            _("Voter IDs"),
            _("Calls in each caller's hour"),
        )
    for before in found.earlier:
        yield (
            before.seat or before.title,
            before.day.isoformat() if before.day else "",
            before.callers,
            before.work.dials,
            _or_nothing(before.target),
            before.work.contacts,
            before.work.identified,
            _or_nothing(before.an_hour),
        )


def _or_nothing(value: float | None) -> float | str:
    return "" if value is None else value
