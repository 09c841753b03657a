"""Setting up a sign-up page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.enums import AskKind, QuestionKind
from groundswell.campaigns.models import Campaign, Question
from groundswell.campaigns.operations.asks import create_ask, publish_ask, rename_ask
from groundswell.campaigns.operations.links import make_links
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.compliance.figures import soft_opt_in_from
from groundswell.joining.models import SignUpPage


@dataclass(frozen=True)
class PageDetails:
    """What an organiser says of a sign-up page; `embedded_on` are origins as `rules.origins` makes them."""

    title: str
    about: str = ""
    thanks: str = ""
    question: Question | None = None
    tag: str = ""
    asks_phone: bool = True
    asks_postcode: bool = True
    soft_opt_in: bool = False
    embedded_on: Sequence[str] = ()
    # Said when it is made, and for good: signing up to hear from us, or to lend a hand.
    kind: AskKind = AskKind.SIGN_UP


@transaction.atomic
def create_page(*, campaign: Campaign, details: PageDetails, by: User | None, press: UUID | None = None) -> SignUpPage:
    """A page that nobody else sees before it is published; of a form that was pressed before (`press`) the one it made.

    Raises CampaignRuleError.
    """
    _check(campaign, details)
    try:
        with transaction.atomic():
            ask = create_ask(campaign=campaign, kind=details.kind, title=details.title, by=by)
            page = SignUpPage(ask=ask, press=press)
            _fill(page, details)
            page.save()
    except IntegrityError:
        made = SignUpPage.objects.filter(press=press, ask__campaign=campaign, ask__created_by=by).first()
        if press is None or made is None:
            raise
        return change_page(page=made, details=details, by=by)
    record("create_sign_up_page", by=by, action=AuditAction.CREATE, subject=page, campaign_id=campaign.pk)
    return page


@transaction.atomic
def change_page(*, page: SignUpPage, details: PageDetails, by: User | None) -> SignUpPage:
    """Other words, another question. The address stays, so that links keep working. Raises CampaignRuleError."""
    page = SignUpPage.objects.select_for_update(of=("self",)).select_related("ask__campaign").get(pk=page.pk)
    _check(page.ask.campaign, details)
    if page.ask.title != details.title:
        rename_ask(ask=page.ask, title=details.title, by=by)
    _fill(page, details)
    page.save()
    record("change_sign_up_page", by=by, subject=page, campaign_id=page.ask.campaign_id)
    return page


@transaction.atomic
def publish_page(*, page: SignUpPage, by: User | None, now: datetime) -> SignUpPage:
    """Open it to everybody, with a tracked link for every channel. Twice is as good as once."""
    page.ask = publish_ask(ask=page.ask, by=by, now=now)
    make_links(page.ask, by=by)
    return page


def _fill(page: SignUpPage, details: PageDetails) -> None:
    page.about, page.thanks = details.about.strip(), details.thanks.strip()
    page.question, page.tag = details.question, " ".join(details.tag.split()).lower()[:64]
    page.asks_phone, page.asks_postcode = details.asks_phone, details.asks_postcode
    page.soft_opt_in = details.soft_opt_in
    page.embedded_on = list(details.embedded_on)


def _check(campaign: Campaign, details: PageDetails) -> None:
    if details.soft_opt_in and soft_opt_in_from(on=timezone.now().date()) is None:
        raise CampaignRuleError(
            _("Only a charity has a soft opt-in (rules M2 and M3). Leave the box that asks for a yes.")
        )
    question = details.question
    if question is None:
        return
    if question.campaign_id != campaign.pk or question.kind not in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
        raise CampaignRuleError(_("Choose one of this campaign’s questions that has answers to pick from."))
    if question.is_voter_id:
        raise CampaignRuleError(_("How somebody votes is not asked on a public page."))
