from django.apps import AppConfig


class TextbankConfig(AppConfig):
    name = "groundswell.textbank"

    def ready(self) -> None:
        from groundswell.textbank import receivers  # noqa: F401 - connects them
