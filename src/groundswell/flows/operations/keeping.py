"""What somebody answered, where it belongs: the ledger of answers, the ledger of consents, the person's own record."""

from __future__ import annotations

from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import Organisation
from groundswell.campaigns.enums import AnswerChannel
from groundswell.campaigns.models import Answer
from groundswell.campaigns.operations.answers import record_answers, withdraw_answers
from groundswell.campaigns.rules import GivenAnswer
from groundswell.campaigns.scripts import catalogue_of
from groundswell.compliance.enums import Channel, SuppressionScope
from groundswell.compliance.operations import record_consent, suppress
from groundswell.flows.enums import ANSWERED_KINDS, StepKind
from groundswell.flows.models import FlowStep, Run
from groundswell.flows.operations.emails import ask_to_confirm
from groundswell.flows.rules import Said
from groundswell.messaging.models import Inbound
from groundswell.messaging.operations.answers import confirm_stop
from groundswell.people.models import Person, PersonTag, Tag
from groundswell.people.operations.supporters import add_own_email, name_supporter, place_supporter
from groundswell.places.models import Area
from groundswell.places.queries import find_area


def keep(run: Run, step: FlowStep, said: Said, *, inbound: Inbound) -> None:
    """Part of the transaction that routes the text. `inbound` is the evidence of a consent (rule M4)."""
    assert run.person is not None
    assert run.contact_point is not None
    if step.kind in ANSWERED_KINDS:
        _answers(run, run.person, _given(run.person, step, said), inbound)
    elif step.kind == StepKind.CONSENT:
        if said.agreed and step.channel == Channel.EMAIL:
            ask_to_confirm(run=run, step=step, inbound=inbound, by=None)
        elif said.agreed:
            _consent(run, run.person, step, inbound)
    elif step.kind == StepKind.NAME:
        _name(run, run.person, said.text, inbound)
    elif step.kind == StepKind.EMAIL:
        run.email = add_own_email(person=run.person, email=said.text)
        run.save(update_fields=["email"])
    elif step.kind == StepKind.POSTCODE:
        found = find_area(said.text)
        run.postcode, run.constituency = said.text, found if isinstance(found, Area) else None
        run.save(update_fields=["postcode", "constituency"])
        if run.constituency is not None:
            place_supporter(person=run.person, constituency=run.constituency)


def tag(run: Run) -> None:
    """Whoever came to the end is found by the flow's tag."""
    if run.flow.tag and run.person is not None and run.person.objected_at is None:
        PersonTag.objects.get_or_create(tag=Tag.objects.get_or_create(name=run.flow.tag)[0], person=run.person)


def refuse_under_age(run: Run, inbound: Inbound) -> None:
    """Somebody says that they are too young to be contacted (R6): what they said is taken back, the number is closed, and
    they are told so, once.
    """
    withdraw_answers(source_uuid=run.uuid, by=None, now=inbound.routed_at or run.started_at)
    source = f"said in flow {run.flow_id} that they are too young"
    suppress(address=inbound.their_address, scope=SuppressionScope.ALL, by=None, source=source)
    organisation = Organisation.objects.get().name
    words = _(
        "Thank you for saying so. You are too young for us to text you, so you get no more from %(organisation)s."
    )
    confirm_stop(inbound, words=words % {"organisation": organisation})


def _given(person: Person, step: FlowStep, said: Said) -> list[GivenAnswer]:
    assert step.question_id is not None
    if said.options:
        return [GivenAnswer(person.pk, step.question_id, option_id=option) for option in said.options]
    return [GivenAnswer(person.pk, step.question_id, number=said.number, text=said.text)]


def _answers(run: Run, person: Person, given: list[GivenAnswer], inbound: Inbound) -> None:
    if person.objected_at is not None:
        return
    record_answers(
        plan=catalogue_of(run.flow.campaign_id),
        answers=given,
        source_uuid=run.uuid,
        by=None,
        answered_at=inbound.routed_at or run.started_at,
        channel=AnswerChannel.TEXT,
    )


def _consent(run: Run, person: Person, step: FlowStep, inbound: Inbound) -> None:
    """In the exact words that were texted; the answer came from the very number that it is about."""
    record_consent(
        person=person,
        channel=Channel(step.channel),
        contact_point=run.contact_point,
        wording=step.text,
        wording_version=f"flow-{run.flow_id}-{step.pk}",
        evidence=(
            f"Answered “{inbound.text[:80]}” by text {inbound.pk} from {inbound.their_address} to {inbound.our_address}, "
            f"received {inbound.received_at.isoformat()}, in run {run.uuid}."
        ),
        source=f"keyword {run.flow.keyword} to {inbound.our_address}",
        given_at=inbound.routed_at or run.started_at,
        by=None,
    )


def _name(run: Run, person: Person, name: str, inbound: Inbound) -> None:
    """Their name; where that is somebody else of this number, what was answered before is theirs."""
    assert run.contact_point is not None
    named = name_supporter(person=person, point=run.contact_point, name=name)
    if named.pk != person.pk:
        before = list(Answer.objects.filter(source_uuid=run.uuid, person=person, withdrawn_at__isnull=True))
        withdraw_answers(source_uuid=run.uuid, by=None, now=inbound.routed_at or run.started_at)
        said = [
            GivenAnswer(named.pk, answer.question_id, answer.option_id, answer.number, answer.text) for answer in before
        ]
        _answers(run, named, said, inbound)
        record("move_flow", by=None, subject=named, campaign_id=run.flow.campaign_id, run_id=run.pk)
        if run.constituency is not None:
            place_supporter(person=named, constituency=run.constituency)
    run.person = named
    run.save(update_fields=["person"])
