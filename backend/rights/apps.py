"""Tells the floor of jobs how copies are packed and how people are erased, and the floor below what this one holds."""

from importlib import import_module

from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "backend.rights"

    def ready(self) -> None:
        import_module("backend.rights.services")  # its `step`s do the work
