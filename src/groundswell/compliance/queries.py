"""What is known of a person's consents and suppressions, read for pages and exports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet

from groundswell.compliance.enums import Channel, ConsentState
from groundswell.compliance.figures import soft_opt_in_from
from groundswell.compliance.models import Consent, Pause, Suppression
from groundswell.people.models import Person


def hashes_of(person: Person) -> list[bytes]:
    """The keyed hashes of a person's addresses."""
    return [bytes(digest) for digest in person.contact_points.values_list("address_hash", flat=True)]


def consents_about(person: Person, digests: Iterable[bytes] | None = None) -> QuerySet[Consent]:
    """Every line about a person or one of their addresses (`digests`, where they are known), newest first."""
    known = hashes_of(person) if digests is None else list(digests)
    return (
        Consent.objects.filter(Q(person=person) | Q(address_hash__in=known))
        .select_related("captured_by")
        .order_by("-given_at", "-id")
    )


def current_consents(person: Person) -> list[Consent]:
    """The consents that hold: the newest for each address, channel and purpose, unless a withdrawal is as new."""
    return still_held(list(consents_about(person)))


def may_be_withdrawn(person: Person) -> list[Consent]:
    """The consents that hold, and the soft opt-ins, which are none (rule M3): a no ends both."""
    lines = list(consents_about(person))
    return still_held(lines) + still_held(lines, state=ConsentState.SOFT)


def agreed_once(person: Person, *, digest: bytes, channel: Channel) -> bool:
    """Whether this person has ever agreed to this channel at this address, taken back since or not."""
    lines = Consent.objects.filter(person=person, address_hash=digest, channel=channel, state=ConsentState.GIVEN)
    return lines.exists()


def written_by(person: Person, *, now: datetime) -> list[Consent]:
    """The lines by which they are written to or rung now: soft opt-ins where this organisation has them, then consents."""
    since = soft_opt_in_from(on=now.date())
    lines = may_be_withdrawn(person)
    soft = [line for line in lines if line.state == ConsentState.SOFT and since is not None and line.given_at >= since]
    return soft + [line for line in lines if line.state == ConsentState.GIVEN]


def still_held(lines: Sequence[Consent], *, state: ConsentState = ConsentState.GIVEN) -> list[Consent]:
    """Of ledger lines, newest first, those of this state that hold: as `compliance_call_status` reads consents."""
    withdrawn: dict[tuple[bytes, str, str], datetime] = {}
    for line in lines:
        if line.state == ConsentState.WITHDRAWN:
            withdrawn.setdefault(_what_for(line), line.given_at)
    held: dict[tuple[bytes, str, str], Consent] = {}
    for line in lines:
        key = _what_for(line)
        if line.state == state and (key not in withdrawn or line.given_at > withdrawn[key]):
            held.setdefault(key, line)
    return list(held.values())


def _what_for(line: Consent) -> tuple[bytes, str, str]:
    return bytes(line.address_hash), line.channel, line.purpose


def suppressions_of(digests: Iterable[bytes]) -> QuerySet[Suppression]:
    """Every suppression of these addresses, live ones first, lifted ones too."""
    return (
        Suppression.objects.filter(address_hash__in=list(digests))
        .select_related("created_by", "lifted_by")
        .order_by(F("lifted_at").desc(nulls_first=True), "-created_at", "-id")
    )


def closed_scopes(digests: Iterable[bytes]) -> dict[bytes, set[str]]:
    """What is closed at each of these addresses now, by hash; those with nothing closed are left out."""
    found: dict[bytes, set[str]] = {}
    live = Suppression.objects.filter(address_hash__in=list(digests), lifted_at__isnull=True)
    for digest, scope in live.values_list("address_hash", "scope"):
        found.setdefault(bytes(digest), set()).add(scope)
    return found


def paused_until(digest: bytes, *, now: datetime) -> datetime | None:
    """Until when nothing is written to an address, if its owner asked for a break."""
    return Pause.objects.filter(address_hash=digest, until__gt=now).values_list("until", flat=True).first()
