"""Tells this floor what itself and the floors below it hold about people; the floors above tell it themselves."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PrivacyConfig(AppConfig):
    name = "backend.privacy"

    def ready(self) -> None:
        import_module("backend.privacy.below")  # its holdings are those of `people` and of the floors below it
        import_module("backend.privacy.services")  # its `keeps_shown` writes down who was shown whose data
        post_migrate.connect(_fill, sender=self)


def _fill(apps: Any, **_: Any) -> None:
    """Whatever is asked everywhere is there as soon as its tables are, and again when they were emptied."""
    try:
        tables = apps.get_model("privacy", "ConsentPurpose"), apps.get_model("privacy", "ConsentWording")
    except LookupError:
        return
    import_module("backend.privacy.services").ensure_standard_purposes(*tables)
