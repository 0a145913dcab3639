"""Tells the floor below over what a conference is not closed."""

from importlib import import_module

from django.apps import AppConfig


class ResolutionsConfig(AppConfig):
    name = "backend.resolutions"

    def ready(self) -> None:
        import_module("backend.resolutions.services")  # its `before_closing` keeps conferences open while people vote
