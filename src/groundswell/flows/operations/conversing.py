"""A text that comes in is an answer, or a keyword: what it means is kept, and the next question goes to the outbox.

Called by messaging in the transaction that routes the text, once for each. Two texts between the same numbers take turns
at one lock: the second finds what the first has left.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import Organisation
from groundswell.compliance.contact import message_refusal
from groundswell.compliance.enums import Channel, MessageRefusal, SuppressionScope
from groundswell.compliance.operations import reopen_own_address
from groundswell.compliance.operations.suppression import LiftRefusedError
from groundswell.flows.enums import RunState, StepKind
from groundswell.flows.models import Asking, Flow, FlowStep, LeadingMessage, Run
from groundswell.flows.operations.keeping import keep, refuse_under_age, tag
from groundswell.flows.plans import asked_of, beginning, ending, small_print, steps_of
from groundswell.flows.rules import MOST_REPEATS, once_more, read, word_of, wording
from groundswell.messaging.models import Inbound
from groundswell.messaging.operations.answers import may_send, write_answer
from groundswell.messaging.words import mentions_stop
from groundswell.people.addresses import AddressError, normalise_phone
from groundswell.people.models import ContactPoint, Person
from groundswell.people.operations.supporters import supporter_at_number

# A stop word among others is no answer to these; in their own words, it may be.
_NO_SENTENCES = (StepKind.NAME, StepKind.EMAIL, StepKind.POSTCODE, StepKind.CONSENT, StepKind.AGE)


def open_since(inbound: Inbound) -> datetime | None:
    """Since when one of ours is open between these two numbers."""
    lead = _lead(inbound)
    if lead is not None and inbound.answers is not None:
        return inbound.answers.sent_at
    run = _open_run(inbound)
    return run.started_at if run is not None else None


def take_answer(inbound: Inbound) -> bool:
    """Whether the text belongs to a run that is open, or answers a message to many that leads into a flow."""
    _take_turns(inbound)
    lead = _lead(inbound)
    run = _begin(lead.flow, inbound, lead=lead) if lead is not None else _open_run(inbound)
    return run is not None and _answer(run, inbound)


def take_keyword(inbound: Inbound) -> bool:
    """Whether the text is the keyword of a flow at this number of ours; its first question is the answer."""
    flow = _flow_of(inbound)
    if flow is None:
        return False
    _take_turns(inbound)
    run = _begin(flow, inbound)
    if run is None:
        return False
    organisation = Organisation.objects.get()
    first = asked_of(_step(run), run.offered)
    _reply(run, inbound, "\n".join([beginning(flow, organisation), wording(first), small_print(organisation)]))
    return True


def _answer(run: Run, inbound: Inbound) -> bool:
    if _refused(run, inbound) is not None:
        _end(run, RunState.STOPPED, inbound)
        return False
    step = _step(run)
    asked = asked_of(step, run.offered)
    said = None if step.kind in _NO_SENTENCES and mentions_stop(inbound.text) else read(asked, inbound.text)
    other = _flow_of(inbound)
    if other is not None and other.pk != run.flow_id and not (said and (said.options or said.number is not None)):
        # They change the subject: the keyword is heard next.
        _end(run, RunState.LEFT, inbound)
        return False
    if other is not None and not (said and said.options):
        # The keyword once more, pressed twice perhaps: the question stands.
        _reply(run, inbound, wording(asked))
        return True
    if said is None:
        return _not_understood(run, inbound, once_more(asked))
    now = _at(inbound)
    Asking.objects.filter(run=run, step=step).update(answered_at=now, agreed=said.agreed)
    if step.kind == StepKind.AGE and not said.agreed:
        _end(run, RunState.UNDER_AGE, inbound)
        refuse_under_age(run, inbound)
        return True
    keep(run, step, said, inbound=inbound)
    _go_on(run, step, inbound, note=_note(run, step, agreed=bool(said.agreed)))
    # What is said in their own words is kept, and a stop word among it is read by a person as well (M6).
    return not mentions_stop(inbound.text)


def _not_understood(run: Run, inbound: Inbound, words: str) -> bool:
    """A kind repeat, twice at most; then, and at once where a stop word stands in it, it is for a person."""
    run.wrong += 1
    if run.wrong > MOST_REPEATS or mentions_stop(inbound.text):
        _end(run, RunState.HANDED, inbound)
        if not mentions_stop(inbound.text):
            _reply(run, inbound, _("Thank you. Somebody will read this and answer you."))
        return False
    run.expires_at = _at(inbound) + timedelta(hours=run.flow.hours)
    run.save(update_fields=["wrong", "expires_at"])
    _reply(run, inbound, words)
    return True


def _note(run: Run, step: FlowStep, *, agreed: bool) -> str:
    """What is said before the next question: that a yes to email waits for a letter."""
    if not agreed or step.channel != Channel.EMAIL or run.email is None:
        return ""
    return _("Look at your email: a letter there has the button that makes it count.")


def _go_on(run: Run, step: FlowStep, inbound: Inbound, *, note: str) -> None:
    later = [other for other in steps_of(run.flow) if other.position > step.position]
    if later:
        _ask(run, later[0], _at(inbound))
        _reply(run, inbound, "\n".join(filter(None, [note, wording(asked_of(later[0], run.offered))])))
        return
    person = run.person
    _end(run, RunState.DONE, inbound)
    tag(run)
    first = person.given_names.split()[0] if person is not None and person.given_names.split() else ""
    assert person is not None
    assert run.contact_point_id is not None
    words = ending(run.flow, first, whose=(person.pk, run.contact_point_id))
    _reply(run, inbound, "\n".join(filter(None, [note, words])))


def _begin(flow: Flow, inbound: Inbound, *, lead: LeadingMessage | None = None) -> Run | None:
    """A run at its first question; None where they may not be written to, and a person should look."""
    if flow.message is None or inbound.sender is None or not may_send(inbound.sender):
        return None
    now = _at(inbound)
    whose = _whose(inbound, is_keyword=lead is None)
    if whose is None:
        return None
    person, point = whose
    _leave(inbound, now)
    run = Run(
        flow=flow,
        our_address=inbound.our_address,
        their_address=inbound.their_address,
        person=person,
        contact_point=point,
        began_with=lead.message if lead else None,
        started_at=now,
    )
    if _refused(run, inbound) is not None:
        return None
    step = steps_of(flow)[0]
    run.step, run.expires_at = step, now + timedelta(hours=flow.hours)
    run.save()
    record("begin_flow", by=None, subject=person, campaign_id=flow.campaign_id, flow_id=flow.pk, run_id=run.pk)
    _ask(run, step, now, offered=lead.offered if lead else None)
    return run


def _whose(inbound: Inbound, *, is_keyword: bool) -> tuple[Person, ContactPoint] | None:
    """Who wrote it, somebody new where nobody has the number, and the number. Who had closed it and texts a keyword from it
    opens it again: it is theirs, and they ask. None where it is no number, or is closed for good (D4, D5).
    """
    try:
        number = normalise_phone(inbound.their_address)
    except AddressError:
        return None
    likely = inbound.answers.person if inbound.answers is not None else None
    person, point = supporter_at_number(number=number, likely=likely)
    inbound.contact_point = point
    if is_keyword:
        source = f"texted {inbound.text[:40]} to {inbound.our_address}"
        try:
            reopen_own_address(point=point, scope=SuppressionScope.MESSAGES, by=None, source=source)
        except LiftRefusedError:
            return None
    return person, point


def _leave(inbound: Inbound, now: datetime) -> None:
    """What was open between these two numbers ends, for something else begins."""
    theirs = Run.objects.filter(
        our_address=inbound.our_address, their_address=inbound.their_address, state=RunState.OPEN
    )
    theirs.filter(expires_at__lte=now).update(state=RunState.EXPIRED, ended_at=now)
    theirs.update(state=RunState.LEFT, ended_at=now)


def _ask(run: Run, step: FlowStep, now: datetime, *, offered: list[int] | None = None) -> None:
    run.step, run.wrong = step, 0
    run.offered = [choice.id for choice in asked_of(step).offered] if offered is None else offered
    run.expires_at = now + timedelta(hours=run.flow.hours)
    run.save(update_fields=["step", "wrong", "offered", "expires_at"])
    Asking.objects.get_or_create(run=run, step=step, defaults={"asked_at": now})


def _end(run: Run, state: RunState, inbound: Inbound) -> None:
    run.state, run.ended_at = state, _at(inbound)
    run.save(update_fields=["state", "ended_at"])


def _reply(run: Run, inbound: Inbound, words: str) -> None:
    """Written down for the outbox: one answer to one text, whatever happens."""
    assert run.flow.message is not None
    assert run.contact_point is not None
    write_answer(
        run.flow.message, person=run.person, point=run.contact_point, key=f"{run.pk}.{inbound.pk}", words=words
    )


def _refused(run: Run, inbound: Inbound) -> MessageRefusal | None:
    """Why they may not be answered; that they have not agreed to anything is no reason, they have just asked."""
    if run.person_id is None or run.contact_point_id is None:
        return MessageRefusal.ERASED
    refusal = message_refusal(
        person_id=run.person_id, contact_point_id=run.contact_point_id, channel=Channel.SMS, now=_at(inbound)
    )
    return None if refusal == MessageRefusal.NO_CONSENT else refusal


def _open_run(inbound: Inbound) -> Run | None:
    """The one run that is open between these two numbers and waited for yet."""
    return (
        Run.objects.filter(
            our_address=inbound.our_address,
            their_address=inbound.their_address,
            state=RunState.OPEN,
            expires_at__gt=_at(inbound),
        )
        .select_related("flow__message__link", "flow__ask", "step__question", "person", "contact_point")
        .first()
    )


def _lead(inbound: Inbound) -> LeadingMessage | None:
    """The text to many that it answers, if that leads into a flow and is waited for yet."""
    sent = inbound.answers
    if sent is None or sent.sent_at is None:
        return None
    leads = LeadingMessage.objects.filter(
        message=sent.message_id, flow__published_at__isnull=False, flow__retired_at__isnull=True
    )
    lead = leads.select_related("flow__message__link", "flow__ask", "message").first()
    if lead is None or sent.sent_at + timedelta(hours=lead.flow.hours) <= _at(inbound):
        return None
    begun = Run.objects.filter(began_with=lead.message, their_address=inbound.their_address)
    return None if begun.exists() else lead


def _flow_of(inbound: Inbound) -> Flow | None:
    word = word_of(inbound.text)
    if not word or inbound.sender_id is None:
        return None
    live = Flow.objects.filter(sender=inbound.sender_id, word=word, published_at__isnull=False, retired_at__isnull=True)
    return live.select_related("message__link", "ask").first()


def _step(run: Run) -> FlowStep:
    assert run.step is not None
    return run.step


def _at(inbound: Inbound) -> datetime:
    assert inbound.routed_at is not None
    return inbound.routed_at


def _take_turns(inbound: Inbound) -> None:
    """One text at a time between two numbers, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('groundswell.flows ' || %s || ' ' || %s, 0))",
            [inbound.our_address, inbound.their_address],
        )
