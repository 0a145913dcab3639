"""Tells the floor below whom registrations let in."""

from importlib import import_module

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "backend.registration"

    def ready(self) -> None:
        import_module("backend.registration.queries")  # its `also_visible` opens conferences to those with a seat
