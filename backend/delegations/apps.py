"""The floor where units say whom they send."""

from django.apps import AppConfig


class DelegationsConfig(AppConfig):
    name = "backend.delegations"
