"""The team: who is in it, as what, when last seen; invitations; changing and removing members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groundswell.accounts import operations, queries, rules
from groundswell.accounts.access import ORDER, memberships_of, require_role
from groundswell.accounts.enums import Role
from groundswell.accounts.forms import EVERY_CAMPAIGN, InvitationForm, MembershipForm
from groundswell.accounts.models import Invitation, Membership
from groundswell.accounts.operations import TeamError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LEADERS = (Role.OWNER, Role.ORGANISER)


def _leading(request: HttpRequest) -> list[Membership]:
    return [m for m in memberships_of(request) if m.role in LEADERS]


@require_safe
@require_role(*LEADERS)
def index(request: HttpRequest) -> HttpResponse:
    """Members by name, with a search; and the way to invite more."""
    role, words = request.GET.get("role", ""), request.GET.get("q", "").replace("\0", "").strip()[:100]
    members = queries.team(_leading(request), role=role if role in Role.values else "", words=words)
    context = {
        "page": Paginator(members, queries.PAGE).get_page(request.GET.get("page")),
        "roles": [(r.value, r.label) for r in ORDER],
        "role": role,
        "words": words,
        "is_filtered": bool(role or words),
    }
    return render(request, "accounts/team.html", context)


@require_safe
@require_role(*LEADERS)
def invitations(request: HttpRequest) -> HttpResponse:
    """Every link, newest first: whether it still works, and how many came by it."""
    page = Paginator(queries.invitations(_leading(request)), queries.PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [(link, rules.link_state(link, now=now).value) for link in page]
    return render(request, "accounts/invitations.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(*LEADERS)
def invite(request: HttpRequest) -> HttpResponse:
    """A new link."""
    form = InvitationForm(request.POST or None, memberships=_leading(request), initial=_again(request))
    if request.method == "POST" and form.is_valid():
        by = form.inviting_as()
        try:
            if by is None:
                raise TeamError(_("Your own role does not let you give this one. Ask an owner of the organisation."))
            made = operations.create_invitation(
                by=by,
                role=Role(form.cleaned_data["role"]),
                campaign_id=form.campaign_id(),
                expires_at=form.expires_at(),
                max_uses=form.cleaned_data["max_uses"],
                label=form.cleaned_data["label"],
                requires_email=form.cleaned_data["requires_email"],
                area_ids=[area.pk for area in form.cleaned_data.get("areas") or []],
            )
        except TeamError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The link is ready. Share it with the people you want."))
            return redirect("accounts:invitation", pk=made.pk)
    return render(request, "accounts/invite.html", {"form": form})


@require_safe
@require_role(*LEADERS)
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """One link: to copy, as a QR code to show, and who came by it."""
    link = _link(request, pk)
    context = {
        "invitation": link,
        "state": rules.link_state(link, now=timezone.now()).value,
        "url": request.build_absolute_uri(reverse("accounts:join", args=[link.token])),
        "areas": link.areas.all(),
        "came": Membership.objects.live().filter(invitation=link).select_related("user").order_by("-pk")[:100],
    }
    return render(request, "accounts/invitation.html", context)


@require_POST
@require_role(*LEADERS)
def revoke_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """The link stops working; those who came by it stay."""
    link = _link(request, pk)
    operations.revoke_invitation(by=request.user, invitation=link, now=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("The link no longer works. Those who came by it stay."))
    return redirect("accounts:invitations")


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(*LEADERS)
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: role and areas to change, and the way to remove them."""
    target, by = _member(request, pk)
    may = rules.can_manage(by, target)
    form = MembershipForm(request.POST or None, by=by, membership=target) if may else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                target = operations.change_membership(
                    by=by,
                    membership=target,
                    role=Role(form.cleaned_data["role"]),
                    area_ids=[area.pk for area in form.cleaned_data.get("areas") or []],
                    now=timezone.now(),
                )
            except TeamError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Saved. It holds from their next page on."))
                return redirect("accounts:member", pk=target.pk)
    context = {"member": target, "form": form, "may_manage": may, "is_self": target.user_id == by.user_id}
    return render(request, "accounts/member.html", context)


@require_POST
@require_role(*LEADERS)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a member: from their next request on they see nothing, and their household goes back to the queue."""
    target, by = _member(request, pk)
    try:
        operations.revoke_membership(by=by, membership=target, now=timezone.now())
    except TeamError as error:
        messages.error(request, str(error))
        return redirect("accounts:member", pk=pk)
    words = _("%(name)s was removed. What they had open has gone back to the queue; what they recorded stays.")
    messages.success(request, words % {"name": target.user})
    return redirect("accounts:team")


def _link(request: HttpRequest, pk: int) -> Invitation:
    return get_object_or_404(queries.invitations(_leading(request)), pk=pk)


def _member(request: HttpRequest, pk: int) -> tuple[Membership, Membership]:
    """The member and the membership by which the viewer leads them: the one that may do most."""
    found = [(target, by) for by in _leading(request) for target in queries.team([by]).filter(pk=pk)]
    if not found:
        raise Http404("no such member")
    return max(found, key=lambda pair: rules.can_manage(pair[1], pair[0]))


def _again(request: HttpRequest) -> dict[str, str]:
    """What a re-invitation starts from."""
    wanted = {key: request.GET[key] for key in ("role", "campaign", "label") if key in request.GET}
    if "role" in wanted and not wanted.get("campaign"):
        wanted["campaign"] = EVERY_CAMPAIGN[0]
    if wanted.get("role") not in (None, Role.CALLER):
        wanted["max_uses"] = "1"
    return wanted
