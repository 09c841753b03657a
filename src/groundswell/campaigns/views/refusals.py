"""A campaign's refusals, told to the person in front of the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib import messages

from groundswell.accounts.enums import Role
from groundswell.accounts.models import User
from groundswell.campaigns.rules import CampaignRuleError

if TYPE_CHECKING:
    from django.http import HttpRequest

# Who sets up campaigns, writes scripts and watches them.
LEADERS = (Role.OWNER, Role.ORGANISER)
STAFF = (*LEADERS, Role.DATA_MANAGER)


@contextmanager
def told(request: HttpRequest, done: str = "") -> Iterator[None]:
    """Do it and say so, or say why not."""
    try:
        yield
    except CampaignRuleError as error:
        messages.error(request, str(error))
    else:
        if done:
            messages.success(request, done)


def user_of(request: HttpRequest) -> User:
    """The signed-in user; access has been checked before."""
    assert isinstance(request.user, User)
    return request.user
