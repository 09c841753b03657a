"""Places: areas, their elections and office-holders, and postcodes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "groundswell.places"
    verbose_name = _("Places")
