"""The calling evening: made for an event, joined, begun, prolonged, moved to another list, closed.

Whatever two hosts press at once, the session's row is locked first (without hindering those who are just joining), then
looked at again: the second press finds what the first did. A press that asks for what is so already changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.identity import CallerIdentity
from groundswell.accounts.models import Invitation, Membership, User
from groundswell.accounts.operations import create_invitation, prolong_invitation, revoke_invitation
from groundswell.events.enums import EventStatus
from groundswell.events.models import Event
from groundswell.events.operations.arrivals import arrive_by_account
from groundswell.events.operations.notices import put_off_thanks
from groundswell.phonebank import queries
from groundswell.phonebank.enums import PhoneBankStatus
from groundswell.phonebank.models import Call, CallerStatus, PhoneBank, Session, SessionBank, SessionCaller
from groundswell.phonebank.models import SessionMessage as Message
from groundswell.phonebank.operations.boards import new_board_key
from groundswell.phonebank.operations.leases import give_back_of
from groundswell.phonebank.operations.lists import open_phone_bank, pause_phone_bank
from groundswell.phonebank.session_rules import (
    AWAY,
    CLOSES_BY_ITSELF,
    LONGEST_EXTENSION,
    SessionError,
    check_can_ring,
    check_extension,
    check_join,
    check_live,
    check_message,
    check_start,
    closes_by_itself_at,
    ends_at,
)

# A room holds fewer; a link that got out admits no more than this.
WALK_INS = 500
# Written down no more often: several pages of one caller ask every few seconds.
SEEN_EVERY = AWAY / 6


@transaction.atomic
def open_session(
    *, event: Event, phone_bank: PhoneBank, by: User, now: datetime, show_leaders: bool | None = None
) -> Session:
    """The session of a phone-bank event, ringing this list: made, or given another list before it begins.

    Walk-ins join by an invitation of `by`, as far as their role lets them give one. Raises SessionError.
    """
    check_can_ring(event, phone_bank)
    session, is_new = Session.objects.get_or_create(event=event, defaults={"board_key": new_board_key()})
    session = _locked(session.pk)
    if show_leaders is not None and show_leaders != session.show_leaders:
        session.show_leaders = show_leaders
        session.save(update_fields=["show_leaders"])
        record("show_leaders", by=by, subject=session, campaign_id=event.campaign_id, shown=show_leaders)
    if session.started_at is not None and session.closed_at is None:
        if _bank_now(session) != phone_bank:
            raise SessionError(_("This session has begun: move it to another list on its own page."))
        return session
    if session.closed_at is not None:
        raise SessionError(_("This session is over, and stays as it was."))
    changed = session.banks.filter(until__isnull=True).exclude(phone_bank=phone_bank).update(phone_bank=phone_bank)
    if is_new or not session.banks.exists():
        SessionBank.objects.create(session=session, phone_bank=phone_bank, since=now)
    if is_new:
        _make_walk_in_link(session, by=by, now=now)
    if is_new or changed:
        record(
            "open_session",
            by=by,
            action=AuditAction.CREATE if is_new else AuditAction.CHANGE,
            subject=session,
            campaign_id=event.campaign_id,
            phone_bank=phone_bank.pk,
        )
    return session


@transaction.atomic
def follow_event(*, event: Event, by: User | None, now: datetime) -> None:
    """The event was moved or called off: its walk-in link works until after its new end, or admits nobody any more."""
    session = Session.objects.select_related("invitation").filter(event=event).first()
    if session is None or session.invitation is None:
        return
    if event.status == EventStatus.CANCELLED:
        revoke_invitation(by=by, invitation=session.invitation, now=now)
    else:
        prolong_invitation(by=by, invitation=session.invitation, until=_link_ends(event, now))


@transaction.atomic
def renew_walk_in_link(*, session_id: int, by: User, now: datetime) -> Invitation:
    """A fresh link for walk-ins; the old one admits nobody any more. Raises SessionError, also for lack of the right."""
    session = _locked(session_id)
    check_join(session, now=now)
    old = session.invitation
    _make_walk_in_link(session, by=by, now=now)
    if session.invitation is None:
        raise SessionError(_("Your own role does not let you invite callers. Ask an organiser of this campaign."))
    if old is not None:
        revoke_invitation(by=by, invitation=old, now=now)
    record("renew_walk_in_link", by=by, subject=session, campaign_id=session.event.campaign_id)
    return session.invitation


@transaction.atomic
def join_session(*, session_id: int, by: User, now: datetime) -> SessionCaller:
    """`by` is here. Twice is once; whoever had left is back. Raises SessionError when it is over or not for them."""
    session = Session.objects.select_related("event").get(pk=session_id)
    check_join(session, now=now)
    if not _may_ring(session, by):
        raise SessionError(_("This session rings people outside your areas. Ask the organiser who invited you."))
    is_first = not Call.objects.filter(caller=by).exists()
    caller, is_new = SessionCaller.objects.get_or_create(
        session=session, user=by, defaults={"joined_at": now, "last_seen_at": now, "is_first_time": is_first}
    )
    arrive_by_account(event=session.event, by=by, now=now)
    if not is_new:
        SessionCaller.objects.filter(pk=caller.pk).update(left_at=None, last_seen_at=now)
        caller.refresh_from_db()
    else:
        record(
            "join_session",
            by=by,
            action=AuditAction.CREATE,
            subject=session,
            campaign_id=session.event.campaign_id,
        )
    return caller


def seen(*, session_id: int, by: CallerIdentity, now: datetime) -> bool:
    """Note that this caller's page is open, a few times a minute at most. False: they are in it no longer.

    One query, with the membership checked in it.
    """
    still = RawSQL(
        "accounts_membership_live(%s, %s)", [by.membership_id, by.session_epoch], output_field=BooleanField()
    )
    here = SessionCaller.objects.filter(still, session=session_id, user=by.user_id, left_at__isnull=True)
    return bool(here.update(last_seen_at=now))


def practise(*, session_id: int, by: User, now: datetime) -> None:
    """They have made a practice call: of the call itself nothing is kept."""
    SessionCaller.objects.filter(session=session_id, user=by, practised_at__isnull=True).update(practised_at=now)


@transaction.atomic
def start(*, session_id: int, by: User, now: datetime, as_host: bool = False) -> Session:
    """The calling begins: by whoever presses first at the hour, by the host also before it.

    The host's press opens the phone bank if need be. Raises SessionError when it is too early or over; PhoneBankError
    when there is nobody to ring.
    """
    session = _locked(session_id)
    if session.started_at is not None and session.closed_at is None:
        return session
    check_start(session, as_host=as_host, now=now)
    bank = _bank_now(session)
    if bank.status != PhoneBankStatus.OPEN:
        if not as_host:
            raise SessionError(_("Nearly there: the host has yet to open the list. Please wait a moment."))
        open_phone_bank(bank, by=by, now=now)
    session.started_at = now
    session.save(update_fields=["started_at"])
    record("start_session", by=by, subject=session, campaign_id=session.event.campaign_id, as_host=as_host)
    return session


@transaction.atomic
def extend(*, session_id: int, until: datetime, by: User, now: datetime) -> Session:
    """Go on until then. Says the moment and not the minutes, so that two hosts who press at once prolong it once.

    Raises SessionError.
    """
    session = _locked(session_id)
    check_extension(session, until=until, now=now)
    if until == ends_at(session):
        return session
    session.extended_until = until
    session.save(update_fields=["extended_until"])
    put_off_thanks(session.event)
    record("extend_session", by=by, subject=session, campaign_id=session.event.campaign_id, until=until.isoformat())
    return session


@transaction.atomic
def move_to_bank(*, session_id: int, from_bank: PhoneBank, to_bank: PhoneBank, by: User, now: datetime) -> SessionBank:
    """Everybody rings another list from their next household on; calls of both belong to the session.

    `from_bank` is what the host saw when they chose: if it is another by now, somebody else has moved meanwhile.
    Raises SessionError; PhoneBankError when there is nobody to ring there.
    """
    session = _locked(session_id)
    check_live(session, now=now)
    check_can_ring(session.event, to_bank)
    present = session.banks.select_related("phone_bank").get(until__isnull=True)
    if present.phone_bank == to_bank:
        return present
    if present.phone_bank != from_bank:
        raise SessionError(
            _("Somebody else has moved everybody to “%(name)s” meanwhile. Look again.") % {"name": present.phone_bank}
        )
    if to_bank.status != PhoneBankStatus.OPEN:
        open_phone_bank(to_bank, by=by, now=now)
    present.until = now
    present.save(update_fields=["until"])
    new = SessionBank.objects.create(session=session, phone_bank=to_bank, since=now)
    record(
        "move_session",
        by=by,
        subject=session,
        campaign_id=session.event.campaign_id,
        phone_bank=to_bank.pk,
        was=from_bank.pk,
    )
    return new


@transaction.atomic
def say(*, session_id: int, text: str, by: User, now: datetime) -> Message:
    """Tell everybody: it stands on all callers' screens until the next. Raises SessionError."""
    text = check_message(text)
    session = Session.objects.select_related("event").get(pk=session_id)
    check_join(session, now=now)
    message = Message.objects.create(session=session, text=text, by=by, at=now)
    record("say_to_session", by=by, subject=session, campaign_id=session.event.campaign_id, message=message.pk)
    return message


@transaction.atomic
def close(*, session_id: int, by: User | None, now: datetime, keep_open: bool = False) -> Session:
    """End it. Its lists are paused, unless `keep_open` or another session rings them: nobody gets another household,
    and whoever has one in hand may finish. Closing what is closed changes nothing. Raises SessionError before it began.
    """
    session = _locked(session_id)
    if session.closed_at is not None:
        return session
    check_live(session, now=now)
    session.closed_at = now
    session.save(update_fields=["closed_at"])
    banks = [row.phone_bank for row in session.banks.select_related("phone_bank").order_by("phone_bank", "pk")]
    session.banks.filter(until__isnull=True).update(until=now)
    for bank in [] if keep_open else dict.fromkeys(banks):
        if bank.status == PhoneBankStatus.OPEN and not _rung_by_another(bank, session):
            pause_phone_bank(bank, by=by)
    if session.invitation is not None:
        revoke_invitation(by=by, invitation=session.invitation, now=now)
    record("close_session", by=by, subject=session, campaign_id=session.event.campaign_id, keep_open=keep_open)
    return session


def close_overdue(*, now: datetime) -> int:
    """Close the sessions that nobody closed a quarter of an hour after their end; how many."""
    running = Session.objects.filter(started_at__isnull=False, closed_at__isnull=True).select_related("event")
    overdue = [session.pk for session in running if closes_by_itself_at(session) <= now]
    for session_id in overdue:
        close(session_id=session_id, by=None, now=now)
    return len(overdue)


@transaction.atomic
def leave_session(*, session_id: int, by: User, now: datetime) -> None:
    """`by` goes home: the household in their hands is free for others at once. They may come back."""
    session = Session.objects.select_related("event").get(pk=session_id)
    banks = list(session.banks.values_list("phone_bank", flat=True))
    for bank_id in dict.fromkeys(banks):
        give_back_of(by.pk, phone_bank_id=bank_id)
    CallerStatus.objects.filter(phone_bank__in=banks, caller=by).update(paused_at=None)
    left = SessionCaller.objects.filter(session=session, user=by, left_at__isnull=True).update(left_at=now)
    if left:
        record("leave_session", by=by, subject=session, campaign_id=session.event.campaign_id)


def _locked(session_id: int) -> Session:
    """The session, in nobody else's hands. Weaker than FOR UPDATE: rows that point to it may still come."""
    return (
        Session.objects.select_for_update(of=("self",), no_key=True)
        .select_related("event", "invitation")
        .get(pk=session_id)
    )


def _bank_now(session: Session) -> PhoneBank:
    return session.banks.select_related("phone_bank").get(until__isnull=True).phone_bank


def _rung_by_another(bank: PhoneBank, session: Session) -> bool:
    others = SessionBank.objects.filter(phone_bank=bank, until__isnull=True, session__closed_at__isnull=True)
    return others.filter(session__started_at__isnull=False).exclude(session=session).exists()


def _may_ring(session: Session, user: User) -> bool:
    """Whether one of the user's memberships lets them ring the list of this session."""
    bank_id = session.banks.order_by("-since", "-pk").values_list("phone_bank", flat=True)[0]
    held = Membership.objects.live().filter(user=user).values_list("pk", flat=True)
    return any(
        queries.may_call(bank_id, membership_id=pk, user_id=user.pk, session_epoch=user.session_epoch) for pk in held
    )


def _make_walk_in_link(session: Session, *, by: User, now: datetime) -> None:
    """The invitation by which walk-ins join, where `by` may give one; it outlives an extension."""
    held = Membership.objects.live().filter(user=by, role__in=(Role.OWNER, Role.ORGANISER))
    member = held.of_campaign(session.event.campaign_id).first() or held.of_campaign(None).first()
    if member is None:
        return
    event = session.event
    session.invitation = create_invitation(
        by=member,
        role=Role.CALLER,
        campaign_id=event.campaign_id,
        expires_at=_link_ends(event, now),
        max_uses=WALK_INS,
        label=event.title[:100],
    )
    session.save(update_fields=["invitation"])


def _link_ends(event: Event, now: datetime) -> datetime:
    """Until when walk-ins may come: also into the longest extension."""
    return max(event.ends_at, now) + LONGEST_EXTENSION + CLOSES_BY_ITSELF
