from django.apps import AppConfig


class PhonebankConfig(AppConfig):
    name = "groundswell.phonebank"

    def ready(self) -> None:
        from groundswell.phonebank import receivers  # noqa: F401 - connects them
