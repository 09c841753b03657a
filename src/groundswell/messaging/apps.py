from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "groundswell.messaging"

    def ready(self) -> None:
        from groundswell.messaging import email_events  # noqa: F401 - what it hears, it hears by being there
