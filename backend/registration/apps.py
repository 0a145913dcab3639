"""Tells the floors below whom registrations let in, and how badges are printed."""

from importlib import import_module

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    name = "backend.registration"

    def ready(self) -> None:
        import_module("backend.registration.queries")  # its `also_visible` opens conferences to those with a seat
        import_module("backend.registration.services")  # its `step` does the work
