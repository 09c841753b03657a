"""A break from messages: asked for by whoever the address belongs to, over by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.models import User
from groundswell.compliance.models import Pause
from groundswell.people.models import Person


class PauseError(ValueError):
    """No such break; the message says why."""


@transaction.atomic
def pause_messages(*, person: Person, until: datetime, now: datetime, by: User | None, source: str = "") -> int:
    """Nothing is written to any address of this person before `until`; how many addresses that are.

    Effective for every message that leaves after the commit. Raises PauseError for a time that is past.
    """
    if until <= now:
        raise PauseError(_("A break ends in the future."))
    digests = [bytes(digest) for digest in person.contact_points.values_list("address_hash", flat=True)]
    for digest in digests:
        Pause.objects.update_or_create(address_hash=digest, defaults={"until": until, "asked_at": now})
    audit.record("pause_messages", by=by, subject=person, until=until.isoformat(), source=source)
    return len(digests)


@transaction.atomic
def end_pause(*, person: Person, by: User | None, source: str = "") -> bool:
    """The break is over before its time; whether there was one. What is closed or not agreed to stays so."""
    digests = [bytes(digest) for digest in person.contact_points.values_list("address_hash", flat=True)]
    ended, _by_model = Pause.objects.filter(address_hash__in=digests).delete()
    if ended:
        audit.record("end_pause", by=by, subject=person, source=source)
    return bool(ended)
