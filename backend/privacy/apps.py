"""Tells this floor what every other one holds about people, and for how long."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PrivacyConfig(AppConfig):
    name = "backend.privacy"

    def ready(self) -> None:
        import_module("backend.privacy.below")  # for `people` and the floors below it, which cannot say so themselves
        autodiscover_modules("holdings")
