"""Tells the floor below whom invitations let in."""

from importlib import import_module

from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    name = "backend.invitations"

    def ready(self) -> None:
        import_module("backend.invitations.queries")  # its `also_visible` opens conferences to those who are invited
