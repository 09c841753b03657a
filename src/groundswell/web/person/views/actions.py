"""What staff do on a person's page: each a POST, each confirmed by a message, each an audited operation."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groundswell.accounts import audit
from groundswell.accounts.access import require_role
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.models import User
from groundswell.compliance.enums import Channel, SuppressionScope
from groundswell.compliance.models import Consent
from groundswell.compliance.operations import (
    ErasureRefusedError,
    LiftRefusedError,
    add_address,
    correct_departure,
    correct_name,
    erase_person,
    export_held_data,
    lift_suppression,
    object_to_marketing,
    record_consent,
    retire_address,
    suppress,
    withdraw_line,
)
from groundswell.compliance.personal_data import shares_of
from groundswell.compliance.queries import hashes_of, suppressions_of
from groundswell.config.numbers import read_whole_number
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, Person
from groundswell.people.operations.tagging import tag_person, untag_person
from groundswell.web.person.access import STAFF, access_person
from groundswell.web.person.forms import AddressForm, ConsentForm, EraseForm, NameForm

if TYPE_CHECKING:
    from django.http import HttpRequest

KEEPERS = (Role.OWNER, Role.DATA_MANAGER)


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)


def _back(person: Person) -> HttpResponse:
    return redirect("person:page", pk=person.pk)


def _point(request: HttpRequest, person: Person) -> ContactPoint:
    return get_object_or_404(person.contact_points, pk=read_whole_number(request.POST.get("contact_point")) or 0)


def _say_why(request: HttpRequest, problem: ValidationError) -> None:
    messages.error(request, " ".join(problem.messages))


@require_POST
@require_role(*STAFF)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close one number to calls, or an email to messages, for the whole organisation."""
    person = access_person(request, pk)
    point = _point(request, person)
    scope = SuppressionScope.CALLS if point.kind == ContactKind.PHONE else SuppressionScope.MESSAGES
    suppress(address=point.value, kind=ContactKind(point.kind), scope=scope, by=_by(request), source="person page")
    messages.success(request, _("%(address)s is closed from now on, in every campaign.") % {"address": point.value})
    return _back(person)


@require_POST
@require_role(*KEEPERS)
def lift(request: HttpRequest, pk: int, suppression: int) -> HttpResponse:
    """Open an address again, with a reason."""
    person = access_person(request, pk)
    closed = get_object_or_404(suppressions_of(hashes_of(person)), pk=suppression)
    try:
        lift_suppression(suppression=closed, reason=request.POST.get("reason", ""), by=_by(request))
    except LiftRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Open again. Your reason is kept."))
    return _back(person)


@require_POST
@require_role(*STAFF)
def object_(request: HttpRequest, pk: int) -> HttpResponse:
    """Record an objection to marketing."""
    person = access_person(request, pk)
    object_to_marketing(person=person, by=_by(request), source="person page")
    messages.success(
        request, _("Recorded. They will not be contacted again, by any campaign, at any of their numbers.")
    )
    return _back(person)


@require_role(*KEEPERS)
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a person, after typing the word."""
    person = access_person(request, pk)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_person(person=person, by=_by(request), source=form.cleaned_data["source"])
        except ErasureRefusedError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Erased. Their numbers stay closed, as a fingerprint that shows nothing."))
        return redirect("person:search")
    audit.record("preview_erasure", by=_by(request), action=AuditAction.VIEW, subject=person)
    shares = shares_of(person)
    context = {
        "person": person,
        "form": form,
        "going": [share for share in shares if not share.kept_because],
        "staying": [share for share in shares if share.kept_because],
    }
    return render(request, "web/person/erase.html", context)


@require_POST
@require_role(*KEEPERS)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything held on a person, as a zip to hand over to them (D6)."""
    person = access_person(request, pk)
    response = HttpResponse(export_held_data(person=person, by=_by(request)), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="what-we-hold-{person.pk}.zip"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@require_role(*KEEPERS)
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the name right."""
    person = access_person(request, pk)
    form = NameForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(_("The name is too long."))
        correct_name(person=person, by=_by(request), **form.cleaned_data)
    except ValidationError as problem:
        _say_why(request, problem)
    else:
        messages.success(request, _("The name is now %(name)s.") % {"name": person})
    return _back(person)


@require_POST
@require_role(*KEEPERS)
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """They have neither died nor moved."""
    person = access_person(request, pk)
    try:
        correct_departure(person=person, by=_by(request))
    except ValidationError as problem:
        _say_why(request, problem)
    else:
        messages.success(request, _("Put right: they have not gone."))
    return _back(person)


@require_POST
@require_role(*KEEPERS)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a number or email."""
    person = access_person(request, pk)
    form = AddressForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(_("Write a telephone number or an email."))
        value = form.cleaned_data["value"]
        kind = ContactKind.EMAIL if "@" in value else ContactKind.PHONE
        point = add_address(person=person, kind=kind, value=value, by=_by(request))
    except ValidationError as problem:
        _say_why(request, problem)
    else:
        messages.success(request, _("%(address)s is added.") % {"address": point.value})
    return _back(person)


@require_POST
@require_role(*KEEPERS)
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """A number or email no longer reaches them."""
    person = access_person(request, pk)
    point = _point(request, person)
    retire_address(person=person, contact_point=point, by=_by(request))
    messages.success(request, _("%(address)s is no longer used for them.") % {"address": point.value})
    return _back(person)


@require_POST
@require_role(*STAFF)
def tag(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a tag on."""
    person = access_person(request, pk)
    try:
        person_tag = tag_person(person=person, name=request.POST.get("name", "").replace("\0", ""), by=_by(request))
    except ValidationError as problem:
        _say_why(request, problem)
    else:
        messages.success(request, _("Tagged “%(tag)s”.") % {"tag": person_tag.tag})
    return _back(person)


@require_POST
@require_role(*STAFF)
def untag(request: HttpRequest, pk: int, tag: int) -> HttpResponse:
    """Take a tag off."""
    person = access_person(request, pk)
    untag_person(person=person, tag_id=tag, by=_by(request))
    messages.success(request, _("The tag is off."))
    return _back(person)


@require_role(*KEEPERS)
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a consent with its evidence."""
    person = access_person(request, pk)
    if person.erased_at is not None:
        raise PermissionDenied
    form = ConsentForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid() and _recorded(request, person, form):
        return _back(person)
    return render(request, "web/person/consent.html", {"person": person, "form": form})


def _recorded(request: HttpRequest, person: Person, form: ConsentForm) -> bool:
    data = form.cleaned_data
    given_on: dt.date = data["given_on"]
    # The day is what people remember; a consent of today counts from now.
    at = timezone.make_aware(dt.datetime.combine(given_on, dt.time(0)))
    try:
        record_consent(
            person=person,
            channel=Channel(data["channel"]),
            contact_point=form.points.get(data["address"]),
            wording=data["wording"],
            evidence=data["evidence"],
            source=data["source"],
            given_at=timezone.now() if given_on == timezone.localdate() else at,
            by=_by(request),
        )
    except ValidationError as problem:
        form.add_error(None, problem)
        return False
    messages.success(request, _("The consent is in the ledger."))
    return True


@require_POST
@require_role(*STAFF)
def withdraw(request: HttpRequest, pk: int, consent: int) -> HttpResponse:
    """Write down that a consent was taken back."""
    person = access_person(request, pk)
    line = get_object_or_404(Consent, pk=consent, person=person)
    try:
        withdraw_line(line=line, by=_by(request), source="person page")
    except ValidationError as problem:
        _say_why(request, problem)
    else:
        messages.success(request, _("The withdrawal is in the ledger and holds at once."))
    return _back(person)
