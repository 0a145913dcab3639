"""Tells this floor what itself and the floors below it hold about people; the floors above tell it themselves."""

from importlib import import_module

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "backend.privacy"

    def ready(self) -> None:
        import_module("backend.privacy.below")  # its holdings are those of `people` and of the floors below it
