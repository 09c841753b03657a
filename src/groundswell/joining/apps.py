from django.apps import AppConfig


class JoiningConfig(AppConfig):
    name = "groundswell.joining"

    def ready(self) -> None:
        from django.urls import reverse

        from groundswell.campaigns.asks_pages import register
        from groundswell.campaigns.enums import AskKind
        from groundswell.joining.operations.delivery import ROOM, words_of
        from groundswell.joining.queries import questions_asked
        from groundswell.messaging import letters, topics

        topics.register(questions_asked)
        letters.register(ROOM, words_of)
        for kind in (AskKind.SIGN_UP, AskKind.VOLUNTEER):
            register(kind, lambda ask: reverse("joining:page", args=[ask.slug]))
