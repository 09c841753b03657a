"""Search, and a person's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groundswell.accounts import audit
from groundswell.accounts.access import require_role
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import Membership, User
from groundswell.web.person.access import STAFF, access_person, is_keeper
from groundswell.web.person.forms import AddressForm, NameForm, TagForm
from groundswell.web.person.queries import history_of
from groundswell.web.person.search import find_people, read_question

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@require_role(*STAFF)
def search(request: HttpRequest) -> HttpResponse:
    """Find people by name, number, email, postcode or elector number. Each search is logged, without its words."""
    text = request.GET.get("q", "").replace("\0", "")
    context: dict[str, Any] = {"q": text}
    if text.strip():
        question = read_question(text)
        if question is None:
            context["problem"] = _(
                "Type at least two letters of a name, a whole telephone number, a postcode, an email or an elector number."
            )
        else:
            membership = cast(Membership, request.membership)  # type: ignore[attr-defined]
            after = request.GET.get("after", "").replace("\0", "")
            page = find_people(question, membership, after=after)
            audit.record(
                "search_people",
                by=cast(User, request.user),
                action=AuditAction.VIEW,
                campaign_id=membership.campaign_id,
                by_what=question.kind,
                found=len(page.people),
            )
            context |= {"question": question, "found": page.people, "after": page.after, "is_later_page": bool(after)}
    return render(request, "web/person/search.html", context)


@require_safe
@require_role(*STAFF)
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything on one person, and for each number whether we may call it and why. Looking is logged."""
    person = access_person(request, pk, with_relations=True)
    audit.record("view_person", by=cast(User, request.user), action=AuditAction.VIEW, subject=person)
    context = {
        "person": person,
        "history": history_of(person, now=timezone.now()),
        "is_keeper": is_keeper(request),
        "name_form": NameForm(
            initial={"title": person.title, "given_names": person.given_names, "family_name": person.family_name}
        ),
        "address_form": AddressForm(),
        "tag_form": TagForm(),
    }
    return render(request, "web/person/page.html", context)
