"""Tells the floors below who took part in which conference."""

from importlib import import_module

from django.apps import AppConfig


class MinutesConfig(AppConfig):
    name = "backend.minutes"

    def ready(self) -> None:
        import_module("backend.minutes.queries")  # its `also_open_to` opens issued documents to those who took part
