"""The consent ledger (rule M4): what was agreed to, and what was taken back. Lines are added, never changed."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.compliance.enums import HOLDING_STATES, Channel, ConsentState
from groundswell.compliance.figures import soft_opt_in_from
from groundswell.compliance.models import Consent
from groundswell.compliance.signals import contact_closed
from groundswell.people.addresses import address_hash
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, Person

CAMPAIGNING = "campaigning"
KIND_OF_CHANNEL = {
    Channel.CALL: ContactKind.PHONE,
    Channel.VOICEMAIL: ContactKind.PHONE,
    Channel.SMS: ContactKind.PHONE,
    Channel.EMAIL: ContactKind.EMAIL,
}
_VERBS = {
    ConsentState.GIVEN: "record_consent",
    ConsentState.SOFT: "record_soft_opt_in",
    ConsentState.WITHDRAWN: "withdraw_consent",
}


@transaction.atomic
def record_consent(
    *,
    person: Person,
    channel: Channel,
    contact_point: ContactPoint | None = None,
    wording: str,
    wording_version: str = "1",
    evidence: str,
    source: str,
    given_at: datetime,
    by: User | None,
    purpose: str = CAMPAIGNING,
) -> Consent:
    """Write down a consent: for which address, to which exact words, with which evidence.

    `contact_point` is left out for post only. Raises ValidationError when something the law asks for is missing, when
    it is dated in the future, or when the person objected to marketing or was erased.
    """
    _check_evidence(wording, evidence, source)
    _check_may_agree(person, given_at)
    return _add_line(
        ConsentState.GIVEN,
        person=person,
        digest=_address(person, channel, contact_point),
        channel=channel,
        purpose=purpose,
        wording=wording.strip(),
        wording_version=wording_version.strip()[:32],
        evidence=evidence.strip(),
        source=source.strip()[:200],
        given_at=given_at,
        by=by,
    )


@transaction.atomic
def record_soft_opt_in(
    *,
    person: Person,
    channel: Channel,
    contact_point: ContactPoint,
    wording: str,
    wording_version: str,
    evidence: str,
    source: str,
    collected_at: datetime,
    by: User | None,
    purpose: str = CAMPAIGNING,
) -> Consent:
    """Write down that a charity was given an address and told that it would write, and nobody said no (rule M3).

    `wording` is what they were told, with the way to say no. It is no consent, and lies apart from them. Raises
    ValidationError unless the organisation is a charity that collected it itself on or after the day of the Act, for email
    or texts; where something is missing; and when the person objected to marketing or was erased.
    """
    since = soft_opt_in_from(on=timezone.now().date())
    if since is None:
        raise ValidationError(_("Only a charity has a soft opt-in. Ask for consent instead (rules M2 and M3)."))
    if collected_at < since:
        raise ValidationError(
            _("The soft opt-in counts for addresses that were collected on %(day)s or later (rule M3).")
            % {"day": date_format(since)}
        )
    if channel not in (Channel.EMAIL, Channel.SMS):
        raise ValidationError(_("The soft opt-in is for email and texts, not for calls (rule M3)."))
    _check_evidence(wording, evidence, source)
    _check_may_agree(person, collected_at)
    return _add_line(
        ConsentState.SOFT,
        person=person,
        digest=_address(person, channel, contact_point),
        channel=channel,
        purpose=purpose,
        wording=wording.strip(),
        wording_version=wording_version.strip()[:32],
        evidence=evidence.strip(),
        source=source.strip()[:200],
        given_at=collected_at,
        by=by,
    )


def _check_evidence(wording: str, evidence: str, source: str) -> None:
    missing = [
        label
        for label, value in (
            (_("the exact wording"), wording),
            (_("the evidence"), evidence),
            (_("the source"), source),
        )
        if not value.strip()
    ]
    if missing:
        raise ValidationError(
            _("A consent needs %(missing)s. Without it there is no consent (rule M4).")
            % {"missing": ", ".join(missing)}
        )


def _check_may_agree(person: Person, given_at: datetime) -> None:
    if given_at > timezone.now():
        raise ValidationError(_("A consent cannot be dated in the future."))
    if person.erased_at or person.objected_at:
        raise ValidationError(_("This person objected to marketing or was erased; a consent would change nothing."))


@transaction.atomic
def withdraw_consent(
    *,
    person: Person,
    channel: Channel,
    contact_point: ContactPoint | None = None,
    by: User | None,
    source: str = "",
    withdrawn_at: datetime | None = None,
    purpose: str = CAMPAIGNING,
) -> Consent:
    """Write down that a consent was taken back. It ends every consent for that address given before it."""
    return _withdraw(
        person=person,
        digest=_address(person, channel, contact_point),
        channel=channel,
        by=by,
        source=source,
        withdrawn_at=withdrawn_at,
        purpose=purpose,
    )


@transaction.atomic
def withdraw_line(*, line: Consent, by: User | None, source: str = "") -> Consent:
    """Write down that this consent was taken back, also where the address is no longer known to be the person's.

    Raises ValidationError for a line that is itself a withdrawal or names no person.
    """
    if line.state not in HOLDING_STATES or line.person is None:
        raise ValidationError(_("Only a consent of somebody we know can be taken back."))
    return _withdraw(
        person=line.person,
        digest=bytes(line.address_hash),
        channel=Channel(line.channel),
        by=by,
        source=source,
        withdrawn_at=None,
        purpose=line.purpose,
    )


def _withdraw(
    *,
    person: Person,
    digest: bytes,
    channel: Channel,
    by: User | None,
    source: str,
    withdrawn_at: datetime | None,
    purpose: str,
) -> Consent:
    line = _add_line(
        ConsentState.WITHDRAWN,
        person=person,
        digest=digest,
        channel=channel,
        purpose=purpose,
        wording="",
        wording_version="",
        evidence="",
        source=source.strip()[:200],
        given_at=withdrawn_at or timezone.now(),
        by=by,
    )
    numbers = list(ContactPoint.objects.filter(address_hash=digest).values_list("pk", flat=True))
    contact_closed.send(sender=Consent, contact_point_ids=numbers, person_ids=[person.pk])
    return line


def _add_line(
    state: ConsentState,
    *,
    person: Person,
    digest: bytes,
    channel: Channel,
    purpose: str,
    wording: str,
    wording_version: str,
    evidence: str,
    source: str,
    given_at: datetime,
    by: User | None,
) -> Consent:
    line = Consent.objects.create(
        person=person,
        address_hash=digest,
        channel=channel,
        purpose=purpose,
        state=state,
        wording=wording,
        wording_version=wording_version,
        evidence=evidence,
        source=source,
        captured_by=by,
        given_at=given_at,
    )
    verb = _VERBS[state]
    audit.record(verb, by=by, action=AuditAction.CREATE, subject=person, consent_id=line.pk, channel=channel)
    return line


def _address(person: Person, channel: Channel, contact_point: ContactPoint | None) -> bytes:
    if channel == Channel.POST:
        return address_hash("post", f"person:{person.pk}")
    if contact_point is None:
        raise ValidationError(_("A consent is for one number or address: say which."))
    if contact_point.kind != KIND_OF_CHANNEL[channel]:
        raise ValidationError(_("This channel does not go with that kind of address."))
    if not person.person_contacts.filter(contact_point=contact_point).exists():
        raise ValidationError(_("That number or address is not this person's."))
    return bytes(contact_point.address_hash)
