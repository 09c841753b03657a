"""What is done to the team and the organisation: every change in one transaction with its line in the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from groundswell.accounts import queries, rules
from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.models import Invitation, Membership, Organisation, User
from groundswell.accounts.rules import LinkState
from groundswell.accounts.signals import invitation_accepted, membership_revoked


class TeamError(Exception):
    """Something asked of the team that cannot be; the message says what to do instead."""


class LinkClosedError(TeamError):
    """An invitation that admits nobody any more; `state` says why."""

    def __init__(self, state: LinkState) -> None:
        super().__init__(state.value)
        self.state = state


@transaction.atomic
def create_invitation(
    *,
    by: Membership,
    role: Role,
    campaign_id: int | None,
    expires_at: datetime,
    max_uses: int,
    label: str = "",
    requires_email: bool = False,
    area_ids: Iterable[int] = (),
) -> Invitation:
    """A new link; `by` is the member who invites, whose own role bounds what they can give.

    A staff role always asks for a confirmed email address (rule X1). Raises TeamError.
    """
    if not rules.can_grant(by, role, campaign_id):
        raise TeamError(_("Your own role does not let you give this one. Ask an owner of the organisation."))
    invitation = Invitation.objects.create(
        role=role,
        campaign_id=campaign_id,
        expires_at=expires_at,
        max_uses=max_uses,
        label=label,
        requires_email=requires_email or role != Role.CALLER,
        created_by=by.user,
    )
    invitation.areas.set(_areas_within(by, area_ids))
    record(
        "create_invitation",
        by=by.user,
        action=AuditAction.CREATE,
        subject=invitation,
        campaign_id=campaign_id,
        role=role,
        max_uses=max_uses,
    )
    return invitation


@transaction.atomic
def revoke_invitation(*, by: User | None, invitation: Invitation, now: datetime) -> None:
    """The link admits nobody from now on; those who came by it stay. Doing it twice changes nothing."""
    changed = Invitation.objects.filter(pk=invitation.pk, revoked_at__isnull=True).update(revoked_at=now)
    if changed:
        record("revoke_invitation", by=by, subject=invitation, campaign_id=invitation.campaign_id)


@transaction.atomic
def prolong_invitation(*, by: User | None, invitation: Invitation, until: datetime) -> None:
    """The link works until then at least. One that was withdrawn stays withdrawn."""
    if Invitation.objects.filter(pk=invitation.pk, revoked_at__isnull=True, expires_at__lt=until).update(
        expires_at=until
    ):
        record(
            "prolong_invitation",
            by=by,
            subject=invitation,
            campaign_id=invitation.campaign_id,
            until=until.isoformat(),
        )


@transaction.atomic
def accept_invitation(
    *,
    by: User | None,
    token: str,
    now: datetime,
    name: str = "",
    email: str | None = None,
    is_expected: bool = False,
) -> Membership:
    """Make whoever opened the link a member, and an account first if they have none (`by` is None then).

    `email` must have been proven theirs; it becomes the new account's. A use is counted by one statement that
    locks the row, so that no race admits one more than `max_uses`; who already is a member uses nothing up, nor does
    who `is_expected`, for the number is for strangers. A member in the same campaign with another role gets the
    invitation's role if that is the higher. A link older than somebody's removal does not bring them back.
    Raises LinkClosedError, TeamError, Invitation.DoesNotExist.
    """
    invitation = Invitation.objects.select_for_update().get(token=token)
    held = _live_membership(by, invitation) if by else None
    if held is not None and not _is_promotion(held, invitation):
        invitation_accepted.send(sender=Invitation, membership=held, invitation=invitation, now=now)
        return held
    state = rules.link_state(invitation, now=now)
    if state is not LinkState.OPEN and not (is_expected and state is LinkState.USED_UP):
        raise LinkClosedError(state)
    if by is not None and _was_removed(by, invitation):
        raise TeamError(_("You were taken out of this campaign. Ask whoever invited you for a new link."))
    if by is None and invitation.requires_email and not email:
        raise TeamError(_("This invitation needs your email address."))
    if not is_expected:
        Invitation.objects.filter(pk=invitation.pk).update(uses=F("uses") + 1)
    user = by or _new_user(name=name, email=email)
    if held is not None:
        _end(held, by=user, now=now)
    membership = Membership.objects.create(
        user=user,
        role=invitation.role,
        campaign_id=invitation.campaign_id,
        invitation=invitation,
        granted_by=invitation.created_by,
    )
    membership.areas.set(invitation.areas.all())
    record(
        "accept_invitation",
        by=user,
        action=AuditAction.CREATE,
        subject=membership,
        campaign_id=invitation.campaign_id,
        role=invitation.role,
        invitation=invitation.pk,
    )
    invitation_accepted.send(sender=Invitation, membership=membership, invitation=invitation, now=now)
    return membership


@transaction.atomic
def revoke_membership(*, by: Membership, membership: Membership, now: datetime) -> None:
    """End a membership: it holds nothing from the next request on, and what its member held is returned in the same
    transaction (`signals.membership_revoked`). Doing it twice changes nothing. Raises TeamError.
    """
    if not _manages(by, membership):
        raise TeamError(_("Your own role does not let you remove this person. Ask an owner of the organisation."))
    locked = Membership.objects.select_for_update().get(pk=membership.pk)
    if locked.revoked_at is None:
        _end(locked, by=by.user, now=now)
        record("revoke_membership", by=by.user, subject=locked, campaign_id=locked.campaign_id, role=locked.role)


@transaction.atomic
def change_membership(
    *, by: Membership, membership: Membership, role: Role, area_ids: Iterable[int], now: datetime
) -> Membership:
    """Another role or other areas for a member. A new role is a new membership, so that the old one is kept as it was.

    Raises TeamError.
    """
    if not _manages(by, membership) or not rules.can_grant(by, role, membership.campaign_id):
        raise TeamError(_("Your own role does not let you make this change. Ask an owner of the organisation."))
    locked = Membership.objects.select_for_update().get(pk=membership.pk)
    if locked.revoked_at is not None:
        raise TeamError(_("This person was removed meanwhile. Send a new invitation if they should come back."))
    if role != Role.CALLER and not locked.user.email:
        raise TeamError(_("Staff need an email address. Send this person an invitation of their own instead."))
    areas = _areas_within(by, area_ids)
    was = locked.role
    if role != locked.role:
        _end(locked, by=by.user, now=now)
        locked = Membership.objects.create(
            user=locked.user,
            role=role,
            campaign_id=locked.campaign_id,
            invitation=locked.invitation,
            granted_by=by.user,
        )
    locked.areas.set(areas)
    record(
        "change_membership",
        by=by.user,
        subject=locked,
        campaign_id=locked.campaign_id,
        role=role,
        was=was,
        areas=sorted(areas),
    )
    return locked


@transaction.atomic
def update_organisation(*, by: User, **fields: Any) -> Organisation:
    """The organisation's name and how it can be reached (rule C6); the log says which fields, not what was in them."""
    organisation, created = Organisation.objects.select_for_update().update_or_create(id=1, defaults=fields)
    action = AuditAction.CREATE if created else AuditAction.CHANGE
    record("update_organisation", by=by, action=action, subject=organisation, fields=sorted(fields))
    return organisation


@transaction.atomic
def set_up_installation(*, name: str, email: str, password: str, organisation: dict[str, Any]) -> User:
    """The first owner of an empty installation, and the organisation. Raises TeamError once there is an owner.

    Nobody can be `by` yet: what lets someone in is the one-time link (`setup_links`).
    """
    with connection.cursor() as cursor:
        # Two people with the link at once: the second finds the first one's owner.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('groundswell.set_up'))")
    if is_set_up():
        raise TeamError(_("This installation already has an owner. Sign in, or ask them for an invitation."))
    user = _new_user(name=name, email=email, password=password)
    Membership.objects.create(user=user, role=Role.OWNER)
    update_organisation(by=user, **organisation)
    record("set_up_installation", by=user, action=AuditAction.CREATE, subject=user)
    return user


def is_set_up() -> bool:
    """Whether anyone owns this installation; the demo's owner does not count."""
    return Membership.objects.live().filter(role=Role.OWNER, campaign=None, user__is_demo=False).exists()


@transaction.atomic
def rename_user(*, by: User, name: str) -> None:
    """The name others see."""
    User.objects.filter(pk=by.pk).update(name=name)
    record("rename_user", by=by, subject=by)


@transaction.atomic
def sign_out_everywhere(*, by: User) -> None:
    """End every session of this user, signed cookies included: on the next request, and in the claim's own SQL."""
    User.objects.filter(pk=by.pk).update(session_epoch=F("session_epoch") + 1)
    record("sign_out_everywhere", by=by, subject=by)


def _new_user(*, name: str, email: str | None, password: str | None = None) -> User:
    user = User.objects.create_user(email=email, password=password, name=name)
    if email:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _live_membership(user: User, invitation: Invitation) -> Membership | None:
    live = Membership.objects.select_for_update(of=("self",)).live()
    return live.filter(user=user).of_campaign(invitation.campaign_id).first()


def _was_removed(user: User, invitation: Invitation) -> bool:
    """Whether they were taken out of the campaign after this link was made."""
    ended = Membership.objects.filter(user=user, revoked_at__gte=invitation.created_at)
    return ended.filter(campaign=invitation.campaign_id).exists()


def _is_promotion(held: Membership, invitation: Invitation) -> bool:
    order = list(Role)
    return order.index(Role(invitation.role)) < order.index(Role(held.role))


def _end(membership: Membership, *, by: User, now: datetime) -> None:
    Membership.objects.filter(pk=membership.pk).update(revoked_at=now, revoked_by=by)
    membership.revoked_at = now
    membership_revoked.send(sender=Membership, membership=membership, by=by, now=now)


def _manages(by: Membership, membership: Membership) -> bool:
    """Whether `by` leads the other: by role and campaign, and inside their own areas where they have some."""
    if not rules.can_manage(by, membership):
        return False
    return not by.is_limited() or Membership.objects.filter(queries.led_by([by], Membership), pk=membership.pk).exists()


def _areas_within(by: Membership, area_ids: Iterable[int]) -> list[int]:
    """The areas asked for, if the one who gives them holds them; their own when none are named and they are limited."""
    asked = sorted(set(area_ids))
    own = list(by.areas.values_list("pk", flat=True))
    if not own:
        return asked
    if not asked:
        return own
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_areas_of(%s)", [by.pk])
        allowed = {row[0] for row in cursor.fetchall()}
    if not set(asked) <= allowed:
        raise TeamError(_("You can only give areas that are yours."))
    return asked
