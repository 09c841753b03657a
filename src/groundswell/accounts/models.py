"""Who works here: the organisation, its users, what each may do where, and the log of what they did."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.enums import STAFF_ROLES, AuditAction, OrganisationKind, Role


class Organisation(models.Model):
    """The one organisation of this installation: who calls, on whose behalf, and how it can be reached (rule C6)."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=32, choices=OrganisationKind.choices)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=16, default="uk")
    contact_address = models.TextField(_("postal address"), blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=32, blank=True)
    contact_email = models.EmailField(_("email"), blank=True)
    privacy_url = models.URLField(_("privacy notice"), blank=True)
    imprint = models.TextField(_("imprint"), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="organisation_is_single", condition=Q(id=1)),
            models.CheckConstraint(name="organisation_kind_known", condition=Q(kind__in=OrganisationKind.values)),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Django asks for a class of this name; it only makes users."""

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> User:
        """A new user; the email may be missing for a volunteer who came by link alone."""
        user = self.model(email=self.normalize_email(email).lower() if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in; what they may do is in their memberships. A supporter's record is a `people.Person`."""

    email = models.EmailField(_("email"), unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    date_joined = models.DateTimeField(db_default=Now())
    # To within some minutes: not written more often (see access.py).
    last_seen_at = models.DateTimeField(null=True, blank=True)
    # Every session carries it; raising it ends them all, signed cookies included.
    session_epoch = models.PositiveIntegerField(default=0)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_email_lower_case",
                condition=Q(email=Func(F("email"), function="lower")) | Q(email__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or f"user {self.pk}"

    def get_session_auth_hash(self) -> str:
        """What Django compares on every request that loads the user: changes with password and session epoch."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the former secret keys."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | bytes | None) -> str:
        value = f"{self.session_epoch}:{self.password}"
        return salted_hmac("groundswell.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by what they still allow."""

    def live(self) -> Self:
        """Not revoked, of an active user."""
        return self.filter(revoked_at__isnull=True, user__is_active=True)

    def of_campaign(self, campaign_id: int | None) -> Self:
        """Those of exactly this campaign; None: those for every campaign."""
        return self.filter(campaign__isnull=True) if campaign_id is None else self.filter(campaign_id=campaign_id)

    def staff(self) -> Self:
        """Of those who see personal data in bulk."""
        return self.filter(role__in=STAFF_ROLES)


class Membership(models.Model):
    """One user's role in one campaign, optionally only in some areas.

    `campaign` empty means every campaign, which only staff may hold. A membership is revoked, never deleted: the
    audit log refers to it, and the claim of the next household checks it (a signed session has no row to delete).
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    areas = models.ManyToManyField("places.Area", blank=True, related_name="+")
    invitation = models.ForeignKey(
        "accounts.Invitation", on_delete=models.SET_NULL, null=True, blank=True, related_name="memberships"
    )
    granted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    granted_at = models.DateTimeField(db_default=Now())
    revoked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="membership_caller_has_campaign",
                condition=Q(campaign__isnull=False) | Q(role__in=sorted(STAFF_ROLES)),
            ),
            models.UniqueConstraint(
                name="membership_one_live_per_campaign",
                fields=["user", "campaign"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def is_limited(self) -> bool:
        """Whether it reaches some areas only. One query, unless the membership was read with `has_areas`."""
        known: bool | None = getattr(self, "has_areas", None)
        return self.areas.exists() if known is None else known

    def is_staff_role(self) -> bool:
        """Whether the role sees personal data in bulk, and so needs a second factor (rule X1)."""
        return self.role in STAFF_ROLES


def new_token() -> str:
    """192 bits nobody can guess, safe in a link."""
    return secrets.token_urlsafe(24)


class Invitation(models.Model):
    """A link that makes whoever opens it a member: role, campaign, areas, until when and how often."""

    token = models.CharField(max_length=64, unique=True, default=new_token)
    label = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.CALLER)
    # Empty: every campaign, those to come included. Only staff may be asked to that.
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    areas = models.ManyToManyField("places.Area", blank=True, related_name="+")
    requires_email = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    max_uses = models.PositiveIntegerField(default=1)
    uses = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="invitation_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="invitation_not_overused", condition=Q(uses__lte=F("max_uses"))),
            models.CheckConstraint(
                name="invitation_caller_has_campaign",
                condition=Q(campaign__isnull=False) | Q(role__in=sorted(STAFF_ROLES)),
            ),
            models.CheckConstraint(name="invitation_for_someone", condition=Q(max_uses__gte=1)),
            models.CheckConstraint(
                # Staff see personal data in bulk: a link alone must never make one.
                name="invitation_staff_needs_email",
                condition=Q(role=Role.CALLER) | Q(requires_email=True),
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.get_role_display()} link"


class AuditEvent(models.Model):
    """One view, export or change of personal data or of the campaign. Append-only: a trigger refuses the rest.

    `txid` is the writing transaction, by which the sealing job knows which rows can no longer gain a neighbour.
    """

    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(User, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    action = models.CharField(max_length=16, choices=AuditAction.choices)
    verb = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=64, blank=True)
    subject_id = models.BigIntegerField(null=True)
    campaign_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    txid = models.BigIntegerField(
        db_default=Cast(Cast(Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField())
    )

    class Meta:
        # Every household handed out writes here, so an index must earn its place: the log grows at its end, where
        # BRIN costs next to nothing, and what is looked for by action is looked for because it is rare.
        indexes = [
            BrinIndex(fields=["at"], name="audit_at", pages_per_range=32, autosummarize=True),
            BrinIndex(fields=["txid"], name="audit_txid", pages_per_range=32, autosummarize=True),
            models.Index(fields=["subject_kind", "subject_id", "id"], name="audit_subject"),
            models.Index(fields=["actor", "id"], name="audit_actor"),
            models.Index(
                fields=["action", "id"],
                name="audit_rare_action",
                condition=Q(action__in=["export", "delete", "sign_in"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="audit_action_known", condition=Q(action__in=AuditAction.values)),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"

    @property
    def what(self) -> str:
        """The verb as a person would write it: "withdraw consent"."""
        return self.verb.replace("_", " ")

    @property
    def subject_name(self) -> str:
        """What it was done to, in words and by number: "person 42". A kind that is no more keeps its label."""
        try:
            kind = apps.get_model(self.subject_kind)._meta.verbose_name
        except (LookupError, ValueError):
            kind = self.subject_kind
        return f"{kind} {self.subject_id}"


class AuditSeal(models.Model):
    """A link of the chain that makes tampering evident: a digest over a range of transactions and the seal before.

    Ranges are of `AuditEvent.txid`, not of ids: below the oldest running transaction no event can still appear.
    """

    after_txid = models.BigIntegerField(unique=True)
    up_to_txid = models.BigIntegerField(unique=True)
    events = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32)
    previous_digest = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(db_default=Now())
    # Set when the events of this range were deleted because their time was up; the chain goes on without them.
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="seal_range", condition=Q(after_txid__lt=F("up_to_txid"))),
        ]

    def __str__(self) -> str:
        return f"seal to transaction {self.up_to_txid}"
