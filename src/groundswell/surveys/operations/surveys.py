"""Setting up a survey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.models import Campaign, Script
from groundswell.campaigns.operations.asks import create_ask, publish_ask, rename_ask
from groundswell.campaigns.operations.links import make_links
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.surveys.models import Survey


@dataclass(frozen=True)
class SurveyDetails:
    """What an organiser says of a survey."""

    title: str
    script: Script
    about: str = ""
    thanks: str = ""


@transaction.atomic
def create_survey(*, campaign: Campaign, details: SurveyDetails, by: User | None, press: UUID | None = None) -> Survey:
    """A survey that nobody can answer before it is published; of a form that was pressed before (`press`) the one it
    made. Raises CampaignRuleError.
    """
    _check_script(details.script, campaign.pk)
    try:
        with transaction.atomic():
            ask = create_ask(campaign=campaign, kind=AskKind.SURVEY, title=details.title, by=by)
            survey = Survey.objects.create(
                ask=ask,
                script=details.script,
                about=details.about.strip(),
                thanks=details.thanks.strip(),
                press=press,
            )
    except IntegrityError:
        made = Survey.objects.filter(press=press, ask__campaign=campaign, ask__created_by=by).first()
        if press is None or made is None:
            raise
        return change_survey(survey=made, details=details, by=by)
    record("create_survey", by=by, action=AuditAction.CREATE, subject=survey, campaign_id=campaign.pk)
    return survey


@transaction.atomic
def change_survey(*, survey: Survey, details: SurveyDetails, by: User | None) -> Survey:
    """Other words or another script. The address stays, so that links keep working. Raises CampaignRuleError."""
    survey = Survey.objects.select_for_update(of=("self",)).select_related("ask").get(pk=survey.pk)
    _check_script(details.script, survey.ask.campaign_id)
    if survey.ask.title != details.title:
        rename_ask(ask=survey.ask, title=details.title, by=by)
    survey.script, survey.about, survey.thanks = details.script, details.about.strip(), details.thanks.strip()
    survey.save()
    record("change_survey", by=by, subject=survey, campaign_id=survey.ask.campaign_id)
    return survey


@transaction.atomic
def publish_survey(*, survey: Survey, by: User | None, now: datetime) -> Survey:
    """Open it to whoever gets its link. Twice is as good as once. Raises CampaignRuleError."""
    _check_script(survey.script, survey.ask.campaign_id)
    survey.ask = publish_ask(ask=survey.ask, by=by, now=now)
    make_links(survey.ask, by=by)
    return survey


def _check_script(script: Script, campaign_id: int) -> None:
    if script.campaign_id != campaign_id:
        raise CampaignRuleError(_("Choose one of this campaign’s scripts."))
    if not script.steps.exists():
        raise CampaignRuleError(_("“%(script)s” has no question yet. Add one, then come back.") % {"script": script})
