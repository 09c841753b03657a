"""A campaign, those who come to it, and what its team is given."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Invitation, Membership, User
from groundswell.accounts.setup_links import SALT
from groundswell.accounts.tests.builders import make_campaign, make_member, make_organisation, make_user, sign_in
from groundswell.campaigns.models import Candidate, CribSheet, Question, Script
from groundswell.places.models import Area
from permissions.viewers import role_of


class CampaignWorld:
    """A campaign "seat", another, and who comes to them."""

    def __init__(self) -> None:
        self._cookies: dict[str, str] = {}
        make_organisation(imprint="Promoted by A. Agent, 1 High Street, Exampleford")
        self.campaign = make_campaign("seat", name="The seat")
        self.other_campaign = make_campaign("elsewhere", name="Elsewhere")
        # A campaign without areas is about everybody, and so may see everybody.
        self.area = Area.objects.create(kind="ward", boundary_set="test", code="w", name="Ward")
        self.campaign.areas.add(self.area)
        self.other_campaign.areas.add(Area.objects.create(kind="ward", boundary_set="test", code="e", name="Elsewhere"))

    def user(self, viewer: str) -> User | None:
        """The user of this viewer; None for the anonymous one."""
        if viewer == "anonymous":
            return None
        if viewer == "nobody":
            return make_user("Nobody")
        if viewer == "revoked":
            gone = make_member(Role.ORGANISER, self.campaign)
            Membership.objects.filter(pk=gone.pk).update(revoked_at=timezone.now())
            return gone.user
        campaign = self.other_campaign if viewer.startswith("other_") else self.campaign
        return make_member(role_of(viewer), campaign, second_factor=viewer != "bare_owner").user

    def client(self, viewer: str) -> Client:
        """A new browser of this viewer, signed in the first time that they come."""
        client = Client(raise_request_exception=True)
        if viewer not in self._cookies:
            user = self.user(viewer)
            self._cookies[viewer] = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME].value if user else ""
        if cookie := self._cookies[viewer]:
            client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        return client

    @cached_property
    def invitation(self) -> Invitation:
        """A link that works."""
        return Invitation.objects.create(campaign=self.campaign, expires_at=timezone.now() + timedelta(days=1))

    @cached_property
    def member(self) -> Membership:
        """A caller to be looked at."""
        return make_member(Role.CALLER, self.campaign)

    @cached_property
    def setup_token(self) -> str:
        """What the operator's one-time link ends in."""
        from django.core import signing

        return signing.dumps("setup", salt=SALT)

    @cached_property
    def crib(self) -> CribSheet:
        """What callers there read."""
        return CribSheet.objects.create(campaign=self.campaign, area=self.area, body="Be kind.")

    @cached_property
    def candidate(self) -> Candidate:
        """Someone who stands there."""
        return Candidate.objects.create(campaign=self.campaign, area=self.area, name="Cand")

    @cached_property
    def script(self) -> Script:
        """A script of the campaign."""
        return Script.objects.create(campaign=self.campaign, name="Script", opening="Hello")

    @cached_property
    def question(self) -> Question:
        """A question of the campaign."""
        return Question.objects.create(campaign=self.campaign, key="q", kind="text", text="What matters?")

    @cached_property
    def step(self) -> Any:
        """That question in that script."""
        return self.script.steps.create(question=self.question, position=1)
