from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "groundswell.events"

    def ready(self) -> None:
        from groundswell.events import listeners  # noqa: F401 - connects the letters to what happens
