"""Who is calling, without a query; and the phone banks they may ring for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.http import Http404
from django.utils import timezone

from groundswell.accounts.access import refresh_identity
from groundswell.accounts.identity import CallerIdentity, caller_identity
from groundswell.accounts.models import User
from groundswell.phonebank.bank_settings import settings_of
from groundswell.phonebank.models import PhoneBank

if TYPE_CHECKING:
    from django.http import HttpRequest

NAME_KEPT_SECONDS = 600


def identity_in(request: HttpRequest, bank_id: int) -> CallerIdentity:
    """The caller in the campaign of this phone bank, as the signed session has it; whoever acts on it, checks it.

    Raises Http404 for a phone bank that is none of theirs, SignInRequired when nobody is signed in.
    """
    try:
        campaign_id = settings_of(bank_id, timezone.now()).campaign_id
    except PhoneBank.DoesNotExist:
        raise Http404("no such phone bank") from None
    found = caller_identity(request, campaign_id) or refresh_identity(request, campaign_id)
    if found is None:
        raise Http404("no such phone bank")
    return found


def caller_name(user_id: int) -> str:
    """The name a caller gives on the telephone; asked of the database once in ten minutes."""
    key = f"phonebank.caller.{user_id}"
    name: str | None = cache.get(key)
    if name is None:
        name = User.objects.values_list("name", flat=True).get(pk=user_id)
        cache.set(key, name, NAME_KEPT_SECONDS)
    return name


@lru_cache(maxsize=256)
def bank_name(bank_id: int, version: int) -> str:  # noqa: ARG001 - the version is the key
    """The phone bank's name, as of this version of its settings."""
    return PhoneBank.objects.values_list("name", flat=True).get(pk=bank_id)
