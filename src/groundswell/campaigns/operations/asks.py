"""Asks, what people do about them, and the tracked links that bring them: the spine of every feature above."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import Organisation, User
from groundswell.campaigns.cards import NoImprintError, imprint_of
from groundswell.campaigns.enums import ActionState, AskKind, ShareChannel
from groundswell.campaigns.models import Action, Ask, Campaign, ShareLink, Visit
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.people.models import Person

# Without letters and figures that are taken for one another when read from paper.
CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 9
# Words that are pages of their own below the address of an ask.
RESERVED_SLUGS = frozenset({"new", "mine", "confirmation"})


class AskClosedError(CampaignRuleError):
    """The page is not open: not published yet, or closed."""


class UnsignedPageError(CampaignRuleError):
    """Nobody would stand below the page: the organisation has no imprint."""


@transaction.atomic
def create_ask(*, campaign: Campaign, kind: AskKind, title: str, by: User | None, address: str = "") -> Ask:
    """A page that asks one thing, not published yet; `address` is what its slug is made of, else the title."""
    title = _checked_title(title)
    ask = Ask.objects.create(
        campaign=campaign, kind=kind, slug=_free_slug(address or title), title=title, created_by=by
    )
    record("create_ask", by=by, action=AuditAction.CREATE, subject=ask, campaign_id=campaign.pk, kind=kind)
    return ask


@transaction.atomic
def rename_ask(*, ask: Ask, title: str, by: User | None) -> Ask:
    """Another title. The address stays, so that links keep working."""
    ask.title = _checked_title(title)
    ask.save(update_fields=["title"])
    record("rename_ask", by=by, subject=ask, campaign_id=ask.campaign_id)
    return ask


@transaction.atomic
def publish_ask(*, ask: Ask, by: User | None, now: datetime) -> Ask:
    """Open the page to everybody. Twice is as good as once.

    Raises AskClosedError when it was closed before, UnsignedPageError while there is no imprint to put on it (rule I1).
    """
    ask = Ask.objects.select_for_update().get(pk=ask.pk)
    if ask.closed_at is not None:
        raise AskClosedError(_("“%(title)s” is closed. Begin a new one instead.") % {"title": ask.title})
    if ask.published_at is None:
        _check_signed()
        ask.published_at = now
        ask.save(update_fields=["published_at"])
        record("publish_ask", by=by, subject=ask, campaign_id=ask.campaign_id)
    return ask


def _check_signed() -> None:
    try:
        imprint_of(Organisation.objects.filter(pk=1).first())
    except NoImprintError as error:
        raise UnsignedPageError(
            _("Enter the organisation’s imprint first, under Team: a page for everybody says who stands behind it.")
        ) from error


@transaction.atomic
def close_ask(*, ask: Ask, by: User | None, now: datetime) -> Ask:
    """No action is taken from now on; what was done stays."""
    ask = Ask.objects.select_for_update().get(pk=ask.pk)
    if ask.closed_at is None:
        ask.closed_at = max(now, ask.published_at or now)
        ask.save(update_fields=["closed_at"])
        record("close_ask", by=by, subject=ask, campaign_id=ask.campaign_id)
    return ask


@transaction.atomic
def take_action(
    *,
    ask: Ask,
    person: Person,
    dedupe_key: str,
    now: datetime,
    state: ActionState = ActionState.CONFIRMED,
    source: ShareLink | None = None,
    by: User | None = None,
) -> tuple[Action, bool]:
    """A person does what was asked: the action, and whether this changed anything.

    Once for each `dedupe_key`, however often and from wherever it arrives. Who withdrew comes back by the same row,
    keeping the source that brought them first. Raises AskClosedError unless the ask is open.
    """
    if not is_open(ask):
        raise AskClosedError(_("“%(title)s” is not open.") % {"title": ask.title})
    action, is_new = Action.objects.get_or_create(
        ask=ask,
        dedupe_key=dedupe_key,
        defaults={"person": person, "state": state, "source": source, "happened_at": now, "state_at": now},
    )
    if not is_new:
        action = Action.objects.select_for_update().get(pk=action.pk)
        if action.state != ActionState.WITHDRAWN:
            return action, False
        _set_state(action, state, now)
    record(
        "take_action",
        by=by,
        action=AuditAction.CREATE if is_new else AuditAction.CHANGE,
        subject=person,
        campaign_id=ask.campaign_id,
        ask_id=ask.pk,
        action_id=action.pk,
        state=state,
    )
    return action, True


@transaction.atomic
def confirm_action(*, action: Action, by: User | None, now: datetime) -> Action:
    """It is theirs: a pending action counts from now on. Twice is as good as once."""
    return _change(action, ActionState.CONFIRMED, "confirm_action", by, now, only_from=ActionState.PENDING)


@transaction.atomic
def withdraw_action(*, action: Action, by: User | None, now: datetime) -> Action:
    """The person takes it back; it stays on record and counts no more. Twice is as good as once."""
    return _change(action, ActionState.WITHDRAWN, "withdraw_action", by, now)


def is_open(ask: Ask) -> bool:
    """Whether the page takes actions: published and not closed."""
    return ask.published_at is not None and ask.closed_at is None


@transaction.atomic
def link_for(*, ask: Ask, channel: ShareChannel, person: Person | None = None, by: User | None = None) -> ShareLink:
    """The tracked link of this ask for one channel, and of one person if they are signed up: one, however often asked."""
    link, is_new = ShareLink.objects.get_or_create(
        ask=ask, channel=channel, person=person, defaults={"code": new_code()}
    )
    if is_new:
        record(
            "create_share_link",
            by=by,
            action=AuditAction.CREATE,
            subject=link,
            campaign_id=ask.campaign_id,
            channel=channel,
        )
    return link


def record_visit(*, link: ShareLink, now: datetime, is_automatic: bool = False) -> Visit:
    """A tracked link was opened. No address, no device: it counts, and knows nobody."""
    return Visit.objects.create(link=link, at=now, is_automatic=is_automatic)


def _change(
    action: Action, state: ActionState, verb: str, by: User | None, now: datetime, only_from: ActionState | None = None
) -> Action:
    action = Action.objects.select_for_update().select_related("ask").get(pk=action.pk)
    if action.state == state:
        return action
    if action.state == ActionState.REJECTED or only_from not in {None, action.state}:
        raise CampaignRuleError(
            _("This is %(state)s, and cannot be changed any more.") % {"state": action.get_state_display()}
        )
    _set_state(action, state, now)
    record(verb, by=by, subject=action.person, campaign_id=action.ask.campaign_id, action_id=action.pk)
    return action


def _set_state(action: Action, state: ActionState, now: datetime) -> None:
    action.state, action.state_at = state, max(now, action.happened_at)
    action.save(update_fields=["state", "state_at"])


def _checked_title(title: str) -> str:
    title = title.strip()
    if not title:
        raise CampaignRuleError(_("Give it a title: it is what people see first."))
    return title[:120]


def new_code() -> str:
    """A code for a tracked link that nobody guesses, and that can be read out."""
    return "".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH))


def _free_slug(text: str) -> str:
    base = slugify(text)[:70].strip("-") or "page"
    slug, number = base, 2
    while slug in RESERVED_SLUGS or Ask.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug
