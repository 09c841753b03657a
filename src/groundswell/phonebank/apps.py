from django.apps import AppConfig


class PhonebankConfig(AppConfig):
    name = "groundswell.phonebank"
