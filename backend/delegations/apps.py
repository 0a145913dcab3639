"""The floor where units say whom they send; tells the floor of jobs how their lists are read and committed."""

from importlib import import_module

from django.apps import AppConfig


class DelegationsConfig(AppConfig):
    name = "backend.delegations"

    def ready(self) -> None:
        import_module("backend.delegations.services")  # its `step`s do the work
