from django.apps import AppConfig
from django.db.models.signals import post_migrate

from groundswell.config.database_code import install_database_code


class ConfigConfig(AppConfig):
    name = "groundswell.config"
    label = "groundswell_config"

    def ready(self) -> None:
        post_migrate.connect(install_database_code, sender=self)
