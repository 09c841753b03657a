from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _load_packs(**_: Any) -> None:
    # Models cannot be imported before the apps are ready.
    from groundswell.compliance.packs import load_jurisdiction_packs

    load_jurisdiction_packs()


class ComplianceConfig(AppConfig):
    name = "groundswell.compliance"

    def ready(self) -> None:
        post_migrate.connect(_load_packs, sender=self, dispatch_uid="compliance.packs")
