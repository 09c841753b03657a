from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


def _load_packs(**_: Any) -> None:
    # Models cannot be imported before the apps are ready.
    from groundswell.compliance.packs import load_jurisdiction_packs

    load_jurisdiction_packs()


class ComplianceConfig(AppConfig):
    name = "groundswell.compliance"

    def ready(self) -> None:
        from groundswell.compliance.holdings import register_holdings

        register_holdings()
        # What the rooms above hold on people, each in its own `personal_data.py`, and for how long in `retention.py`.
        autodiscover_modules("personal_data")
        post_migrate.connect(_load_packs, sender=self, dispatch_uid="compliance.packs")
