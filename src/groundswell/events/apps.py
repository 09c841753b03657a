from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "groundswell.events"

    def ready(self) -> None:
        from django.urls import reverse

        from groundswell.campaigns.asks_pages import register
        from groundswell.campaigns.enums import AskKind
        from groundswell.events import listeners  # noqa: F401 - connects the letters to what happens

        register(AskKind.ATTEND, lambda ask: reverse("events:page", args=[ask.slug]))
