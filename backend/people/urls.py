"""Addresses of people: /api/v1/…"""

from typing import Any

from backend.people import api

routes: list[tuple[Any, ...]] = [
    ("sessions", api.SessionViewSet, "session"),
    ("tokens", api.TokenViewSet, "token"),
    ("organisations", api.OrganisationViewSet, "organisation"),
    ("people", api.PersonViewSet, "person"),
    ("positions", api.PositionViewSet, "position"),
    ("role-grants", api.RoleGrantViewSet, "role-grant"),
    ("accounts", api.AccountViewSet, "account"),
]
