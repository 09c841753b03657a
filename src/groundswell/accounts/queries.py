"""Reading the team and the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from groundswell.accounts.above import WITHIN_AREAS, campaigns
from groundswell.accounts.models import AuditEvent, Invitation, Membership, User

PAGE = 50


def led_by(memberships: list[Membership], model: type[Membership | Invitation]) -> Q:
    """The filter for the members or links that these memberships lead.

    One that is limited to areas leads only what is limited to areas within its own.
    """
    led = Q(pk__in=[])
    for by in memberships:
        # An empty Q in an "or" is left out, where everything is meant.
        covered = Q(pk__gt=0) if by.campaign_id is None else Q(campaign_id=by.campaign_id)
        led |= covered & _within_areas(by, model) if by.is_limited() else covered
    return led


def _within_areas(by: Membership, model: type[Membership | Invitation]) -> Q:
    areas: Any = model.areas.through._default_manager
    theirs = areas.filter(**{model.__name__.lower(): OuterRef("pk")})
    allowed = RawSQL("SELECT accounts_areas_of(%s)", [by.pk])
    return Q(Exists(theirs)) & ~Q(Exists(theirs.exclude(area_id__in=allowed)))


def team(memberships: list[Membership], *, role: str = "", words: str = "") -> QuerySet[Membership]:
    """The members whom these memberships lead, by name."""
    led = led_by(memberships, Membership)
    found = Membership.objects.live().filter(led).select_related("user", "campaign", "invitation")
    if role:
        found = found.filter(role=role)
    if words:
        found = found.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    return found.order_by("user__name", "pk")


def invitations(memberships: list[Membership]) -> QuerySet[Invitation]:
    """The links that these memberships lead, newest first."""
    led = led_by(memberships, Invitation)
    return Invitation.objects.filter(led).select_related("campaign", "created_by").order_by("-pk")


def part_ended(user: User) -> Membership | None:
    """What a person belonged to last, of what has been ended; None for somebody who never belonged to anything."""
    ended = Membership.objects.filter(user=user, revoked_at__isnull=False)
    return ended.select_related("campaign", "granted_by").order_by("-revoked_at", "-pk").first()


@dataclass(frozen=True)
class AuditPage:
    """A page of the log, newest first; `older` is where the next begins, None at the end."""

    events: list[AuditEvent]
    older: int | None


def audit_events(memberships: list[Membership], wanted: dict[str, Any]) -> QuerySet[AuditEvent]:
    """The events that fit the filter, newest first, of the campaigns these memberships cover.

    What belongs to no campaign is seen only by those who have them all. Who is limited to areas sees what is about
    somebody or something there, whoever did it and in whichever campaign of theirs, and what they did themselves.
    """
    events = AuditEvent.objects.order_by("-id")
    if not any(m.campaign_id is None and not m.is_limited() for m in memberships):
        seen = Q(pk__in=[])
        for by in memberships:
            seen |= _seen_by(by)
        events = events.filter(seen)
    if wanted.get("who"):
        people = User.objects.filter(Q(name__icontains=wanted["who"]) | Q(email__icontains=wanted["who"]))
        events = events.filter(actor_id__in=list(people.values_list("pk", flat=True)[:1000]))
    if wanted.get("action"):
        events = events.filter(action=wanted["action"])
    if wanted.get("verb"):
        events = events.filter(verb=wanted["verb"])
    if wanted.get("subject"):
        kind, _, number = wanted["subject"].partition(":")
        events = events.filter(subject_kind=kind)
        if number:
            events = events.filter(subject_id=int(number))
    if wanted.get("since"):
        events = events.filter(at__gte=timezone.make_aware(datetime.combine(wanted["since"], time.min)))
    if wanted.get("until"):
        events = events.filter(at__lte=timezone.make_aware(datetime.combine(wanted["until"], time.max)))
    return events


def _seen_by(by: Membership) -> Q:
    covered = Q(campaign_id=by.campaign_id) if by.campaign_id is not None else Q(pk__gt=0)
    if not by.is_limited():
        return covered
    within = Q(pk__in=[])
    for kind, statement in WITHIN_AREAS.items():
        there = RawSQL(statement, [by.pk] * statement.count("%s"))  # noqa: S611 - constants, bound
        within |= Q(subject_kind=kind, subject_id__in=there)
    # Looking at somebody's page belongs to no campaign; where they live does.
    at_hand = covered | Q(campaign_id__isnull=True)
    return Q(actor_id=by.user_id) & covered | within & at_hand


def audit_page(events: QuerySet[AuditEvent], before: int | None) -> AuditPage:
    """The page that ends before this id. By key, not by offset: page 10,000 costs what the first does.

    Adds `campaign_name` to each event, so that a page takes three queries.
    """
    if before is not None:
        events = events.filter(id__lt=before)
    rows = list(events.prefetch_related("actor")[: PAGE + 1])
    older = rows[PAGE - 1].pk if len(rows) > PAGE else None
    rows = rows[:PAGE]
    names = dict(campaigns().filter(pk__in={row.campaign_id for row in rows}).values_list("pk", "name"))
    for row in rows:
        row.campaign_name = names.get(row.campaign_id, "")  # type: ignore[attr-defined]
    return AuditPage(rows, older)
