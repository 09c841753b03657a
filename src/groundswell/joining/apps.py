from django.apps import AppConfig


class JoiningConfig(AppConfig):
    name = "groundswell.joining"

    def ready(self) -> None:
        from django.urls import reverse

        from groundswell.campaigns.asks_pages import register
        from groundswell.campaigns.enums import AskKind

        register(AskKind.SIGN_UP, lambda ask: reverse("joining:page", args=[ask.slug]))
