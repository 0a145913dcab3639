"""Tells this floor what every other one holds about people, and for how long; fills in what is asked everywhere."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class PrivacyConfig(AppConfig):
    name = "backend.privacy"

    def ready(self) -> None:
        import_module("backend.privacy.services")  # its `keeps_shown` writes down who was shown whose data
        import_module("backend.privacy.below")  # for `people` and the floors below it, which cannot say so themselves
        import_module("backend.privacy.ledgers")
        autodiscover_modules("holdings")
        post_migrate.connect(_fill, sender=self)


def _fill(apps: Any, **_: Any) -> None:
    """The standard purposes are there as soon as their tables are, and again when these were emptied."""
    try:
        tables = apps.get_model("privacy", "ConsentPurpose"), apps.get_model("privacy", "ConsentWording")
    except LookupError:
        return
    import_module("backend.privacy.services").ensure_standard_purposes(*tables)
