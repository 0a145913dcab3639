"""Tells the floor of jobs how lists of people are read and committed."""

from importlib import import_module

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "backend.imports"

    def ready(self) -> None:
        import_module("backend.imports.services")  # its `step`s do the work
