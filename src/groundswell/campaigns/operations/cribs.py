"""Writing crib sheets. Nothing is overwritten: each saving is a version, and an old one comes back as a new one."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.cribs.markup import check_crib
from groundswell.campaigns.models import Campaign, CribSheet
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.places.models import Area

CRIB_LIMIT = 20_000


@transaction.atomic
def save_crib_sheet(
    *, campaign: Campaign, area: Area | None, body: str, by: User | None, published: bool = True
) -> CribSheet:
    """Save the crib sheet of a seat (or of the whole campaign) as its next version. Published: callers see it now.

    Raises `CampaignRuleError` for an empty sheet, one too long, one that names a fact we do not have, and, to be
    published, one with a gap of the ready sheet left in it.

    Versions are numbered under a lock, so that two who save at once get two versions and neither is lost.
    """
    body = body.replace("\x00", "").strip()
    if not body:
        raise CampaignRuleError(_("The crib sheet is empty. Write a line or two that helps a caller."))
    if len(body) > CRIB_LIMIT:
        raise CampaignRuleError(
            _("The crib sheet has %(length)s characters, and callers read it on a phone. Keep it under %(limit)s.")
            % {"length": len(body), "limit": CRIB_LIMIT}
        )
    check_crib(body, published=published)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('crib'), %s::int)", [campaign.pk])
    newest = CribSheet.objects.filter(campaign=campaign, area=area).aggregate(version=Max("version"))["version"] or 0
    sheet = CribSheet.objects.create(
        campaign=campaign, area=area, version=newest + 1, body=body, published=published, created_by=by
    )
    record(
        "save_crib_sheet",
        by=by,
        action=AuditAction.CREATE,
        subject=sheet,
        campaign_id=campaign.pk,
        version=sheet.version,
        published=published,
    )
    return sheet


def bring_back_crib_sheet(*, sheet: CribSheet, by: User) -> CribSheet:
    """Publish what an earlier version or a draft said, as the next version. Raises as `save_crib_sheet` does."""
    return save_crib_sheet(campaign=sheet.campaign, area=sheet.area, body=sheet.body, by=by, published=True)
