from django.apps import AppConfig


class TextbankConfig(AppConfig):
    name = "groundswell.textbank"

    def ready(self) -> None:
        from groundswell.textbank import doors, receivers  # noqa: F401 - they register
