"""A yes to email by text: a letter to the address that was texted, and consent once its button is pressed (rule M4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import Organisation, User
from groundswell.campaigns.cards import NoImprintError, imprint_of
from groundswell.compliance.enums import Channel
from groundswell.compliance.operations import record_consent
from groundswell.flows.models import EmailYes, FlowStep, Run
from groundswell.flows.rules import MOST_LETTERS
from groundswell.messaging.enums import MessageKind
from groundswell.messaging.models import Inbound
from groundswell.messaging.operations.answers import privacy_address, standing_message, write_answer
from groundswell.messaging.operations.codes import proven_sender
from groundswell.people.models import ContactPoint
from groundswell.people.operations.supporters import add_own_email

SALT = "groundswell.flows.email"


@transaction.atomic
def ask_to_confirm(*, run: Run, step: FlowStep, inbound: Inbound, by: User | None) -> EmailYes | None:
    """Write down the yes and the letter; nothing counts yet. None where no address was given.

    Three letters to an address and for a telephone in a day: whoever texts many addresses has no more written to.
    """
    if run.email is None:
        return None
    now = inbound.routed_at or run.started_at
    ContactPoint.objects.select_for_update().get(pk=run.email.pk)
    lately = EmailYes.objects.filter(said_at__gt=now - timedelta(days=1))
    to_it = lately.filter(contact_point=run.email).count()
    by_them = lately.filter(run__their_address=run.their_address).count()
    yes, is_new = EmailYes.objects.get_or_create(
        run=run,
        step=step,
        defaults={
            "contact_point": run.email,
            "wording": step.text,
            "evidence": (
                f"Answered “{inbound.text[:80]}” by text {inbound.pk} from {inbound.their_address} to "
                f"{inbound.our_address}, received {inbound.received_at.isoformat()}, in run {run.uuid}"
            ),
            "said_at": now,
        },
    )
    if is_new and max(to_it, by_them) < MOST_LETTERS:
        _write_letter(yes, run)
        record("ask_to_confirm_email", by=by, subject=run.person, campaign_id=run.flow.campaign_id, run_id=run.pk)
    return yes


@transaction.atomic
def confirm_email(*, yes: EmailYes, now: datetime, by: User | None) -> bool:
    """It was they: what was texted becomes consent. Whether that is new; twice is as good as once.

    Raises ValidationError as record_consent does; nothing is kept then.
    """
    locked = EmailYes.objects.select_for_update(of=("self",)).select_related("run__person", "run__flow").get(pk=yes.pk)
    person = locked.run.person
    if locked.confirmed_at is not None or person is None:
        return False
    point = add_own_email(person=person, email=locked.contact_point.value)
    record_consent(
        person=person,
        channel=Channel.EMAIL,
        contact_point=point,
        wording=locked.wording,
        wording_version=f"flow-{locked.run.flow_id}-{locked.step_id}",
        evidence=f"{locked.evidence}; confirmed by the signed link sent to the address, at {now.isoformat()}.",
        source=f"keyword {locked.run.flow.keyword} to {locked.run.our_address}",
        given_at=now,
        by=by,
    )
    locked.confirmed_at = now
    locked.save(update_fields=["confirmed_at"])
    record("confirm_email", by=by, subject=person, campaign_id=locked.run.flow.campaign_id, run_id=locked.run_id)
    return True


def token_of(yes: EmailYes) -> str:
    """The signed name of a yes, sent to its address and to nobody else."""
    return signing.Signer(salt=SALT).sign(str(yes.uuid))


def yes_of(token: str) -> EmailYes | None:
    """The yes that a token names; None if it was not signed here, or is no longer kept."""
    try:
        name = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    found = EmailYes.objects.select_related("run__person", "run__flow", "contact_point")
    return found.filter(uuid=name, run__person__isnull=False).first()


def _write_letter(yes: EmailYes, run: Run) -> None:
    sender, organisation = proven_sender(Channel.EMAIL), Organisation.objects.filter(pk=1).first()
    if sender is None or organisation is None:
        return
    try:
        imprint = imprint_of(organisation)
    except NoImprintError:
        return
    message = standing_message(
        sender=sender,
        kind=MessageKind.NOTICE,
        campaign=run.flow.campaign,
        name=_("Please confirm your email address"),
    )
    words = render_to_string(
        "flows/letter.txt",
        {
            "organisation": organisation,
            "wording": yes.wording,
            "address": settings.PUBLIC_URL + reverse("flows:confirm", args=[token_of(yes)]),
            "privacy": privacy_address(organisation),
            "imprint": imprint,
        },
    )
    write_answer(message, person=run.person, point=yes.contact_point, key=f"email {yes.pk}", words=words)
