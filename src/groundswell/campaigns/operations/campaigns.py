"""Setting up a campaign: its name, seats and parties, its candidates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.models import Campaign, Candidate
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.places.models import Area

# Words that are pages of their own below /campaigns/.
RESERVED_SLUGS = frozenset({"new"})


@transaction.atomic
def create_campaign(
    *,
    name: str,
    by: User | None,
    areas: Iterable[Area] = (),
    own_party: str = "",
    other_parties: Iterable[str] = (),
    election: str = "",
    poll_closes_at: datetime | None = None,
    is_demo: bool = False,
) -> Campaign:
    """A new campaign. Raises `CampaignRuleError` if the name is taken."""
    name = _checked_name(name)
    campaign = Campaign.objects.create(
        name=name,
        slug=_free_slug(name),
        own_party=own_party.strip(),
        other_parties=_checked_parties(own_party, other_parties),
        election=election.strip(),
        poll_closes_at=poll_closes_at,
        is_demo=is_demo,
        created_by=by,
    )
    campaign.areas.set(areas)
    record("create_campaign", by=by, action=AuditAction.CREATE, subject=campaign, campaign_id=campaign.pk, name=name)
    return campaign


@transaction.atomic
def change_campaign(
    *,
    campaign: Campaign,
    by: User,
    name: str,
    areas: Iterable[Area],
    own_party: str = "",
    other_parties: Iterable[str] = (),
    election: str = "",
    poll_closes_at: datetime | None = None,
) -> Campaign:
    """Change what the campaign is. Its address (slug) stays, so that links keep working."""
    campaign.name = _checked_name(name, of=campaign)
    campaign.own_party = own_party.strip()
    campaign.other_parties = _checked_parties(own_party, other_parties)
    campaign.election = election.strip()
    campaign.poll_closes_at = poll_closes_at
    campaign.save()
    campaign.areas.set(areas)
    record("change_campaign", by=by, subject=campaign, campaign_id=campaign.pk)
    return campaign


@transaction.atomic
def save_candidate(
    *,
    campaign: Campaign,
    area: Area,
    name: str,
    by: User,
    party: str = "",
    about: str = "",
    candidate: Candidate | None = None,
) -> Candidate:
    """Name who stands for us in an area, or change it. Raises `CampaignRuleError` for a name that is there already."""
    name = name.strip()
    if not name:
        raise CampaignRuleError(_("Give the candidate's name."))
    same = Candidate.objects.filter(campaign=campaign, area=area, name=name)
    if same.exclude(pk=candidate.pk if candidate else 0).exists():
        raise CampaignRuleError(_("%(name)s is a candidate in %(area)s already.") % {"name": name, "area": area})
    is_new = candidate is None
    candidate = candidate or Candidate(campaign=campaign)
    candidate.area, candidate.name, candidate.party, candidate.about = area, name, party.strip(), about.strip()
    candidate.save()
    record(
        "save_candidate",
        by=by,
        action=AuditAction.CREATE if is_new else AuditAction.CHANGE,
        subject=candidate,
        campaign_id=campaign.pk,
    )
    return candidate


@transaction.atomic
def remove_candidate(*, candidate: Candidate, by: User) -> None:
    """Take a candidate off the campaign."""
    record(
        "remove_candidate",
        by=by,
        action=AuditAction.DELETE,
        subject=candidate,
        campaign_id=candidate.campaign_id,
        name=candidate.name,
    )
    candidate.delete()


def _checked_name(name: str, of: Campaign | None = None) -> str:
    name = name.strip()
    if not name:
        raise CampaignRuleError(_("Give the campaign a name."))
    if Campaign.objects.filter(name=name).exclude(pk=of.pk if of else 0).exists():
        raise CampaignRuleError(
            _("There is a campaign called “%(name)s” already. Choose another name.") % {"name": name}
        )
    return name


def _checked_parties(own: str, others: Iterable[str]) -> list[str]:
    """Trimmed, each once, our own not among the others."""
    kept: dict[str, str] = {}
    for party in others:
        trimmed = party.strip()
        if trimmed and trimmed.casefold() != own.strip().casefold():
            kept.setdefault(trimmed.casefold(), trimmed)
    return list(kept.values())


def _free_slug(name: str) -> str:
    base = slugify(name)[:56] or "campaign"
    slug, number = base, 2
    while slug in RESERVED_SLUGS or Campaign.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug
