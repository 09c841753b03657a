"""Users, memberships and requests for tests, of this room and of those above it."""

from __future__ import annotations

import itertools
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, Organisation, User
from groundswell.accounts.sessions import SessionStore

_number = itertools.count(1)


IMPRINT = "Promoted by T. Test on behalf of Test Party, both of 1 Test Street, London E1 1AA"


def make_organisation(**fields: Any) -> Organisation:
    return Organisation.objects.update_or_create(
        id=1,
        defaults={
            "name": "Test Party",
            "kind": "party",
            "privacy_url": "https://example.org/privacy",
            "imprint": IMPRINT,
            **fields,
        },
    )[0]


def make_campaign(slug: str = "", **fields: Any) -> Any:
    slug = slug or f"campaign-{next(_number)}"
    return apps.get_model("campaigns", "Campaign").objects.create(slug=slug, name=fields.pop("name", slug), **fields)


def make_user(name: str = "Ada Test", *, second_factor: bool = False, **fields: Any) -> User:
    fields.setdefault("email", f"user{next(_number)}@example.org")
    user = User.objects.create_user(name=name, **fields)
    if second_factor:
        give_second_factor(user)
    return user


def give_second_factor(user: User) -> None:
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})


def make_member(role: Role, campaign: Any = None, **fields: Any) -> Membership:
    """A new user with this role; staff come with a second factor, unless told otherwise."""
    second_factor = fields.pop("second_factor", role != Role.CALLER)
    user = fields.pop("user", None) or make_user(f"Test {role}", second_factor=second_factor)
    return Membership.objects.create(user=user, role=role, campaign=campaign, **fields)


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def make_request(user: User | None = None, path: str = "/") -> Any:
    request = RequestFactory().get(path)
    request.session = SessionStore()
    request.user = AnonymousUser()
    if user is not None:
        login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
        request.user = User.objects.get(pk=user.pk)
    return request
