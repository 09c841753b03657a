"""The kinds of place, and the names of what the package itself carries."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# The boundary sets of the packaged data. A user's own sets may have any other name.
UK = "uk"
PARLIAMENT_2024 = "uk-parliament-2024"
PARLIAMENT_2010 = "uk-parliament-2010"

# The source of every packaged row. A row with another source is somebody's own: ours never overwrites it.
PACKAGED = "groundswell"


class AreaKind(models.TextChoices):
    """From widest to narrowest; `OTHER` for a body whose areas are none of these (a branch, a diocese)."""

    NATION = "nation", _("Nation")
    REGION = "region", _("Region")
    CONSTITUENCY = "constituency", _("Constituency")
    COUNCIL = "council", _("Council")
    WARD = "ward", _("Ward")
    POLLING_DISTRICT = "polling_district", _("Polling district")
    OTHER = "other", _("Other")
