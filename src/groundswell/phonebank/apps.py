from django.apps import AppConfig


class PhonebankConfig(AppConfig):
    name = "groundswell.phonebank"

    def ready(self) -> None:
        from groundswell.events.enums import EventKind
        from groundswell.events.extensions import register
        from groundswell.phonebank import receivers  # noqa: F401 - connects them
        from groundswell.phonebank.evenings import PhoneBankEvening

        register(EventKind.PHONE_BANK, PhoneBankEvening())
