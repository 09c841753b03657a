from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "groundswell.events"

    def ready(self) -> None:
        from django.urls import reverse

        from groundswell.campaigns.asks_pages import register
        from groundswell.campaigns.enums import AskKind
        from groundswell.events import listeners  # noqa: F401 - connects the letters to what happens
        from groundswell.events.operations.delivery import ROOM, words_of
        from groundswell.messaging import letters

        letters.register(ROOM, words_of)
        register(AskKind.ATTEND, lambda ask: reverse("events:page", args=[ask.slug]))
