"""Delegations' addresses: under /api/v1/, and the focal point's page."""

from django.urls import path

from backend.delegations.api import DelegationViewSet, UnitPlacesViewSet
from backend.delegations.pages import DelegationPage

routes = [("delegations", DelegationViewSet)]
pages = [
    path("d/<str:token>", DelegationPage.as_view(), name="delegation"),
    # By hand: a router knows no POST on a single resource.
    path(
        "api/v1/unit-places/<str:token>",
        UnitPlacesViewSet.as_view({"get": "retrieve", "post": "name_delegate"}),
        name="unit-places",
    ),
    path("api/v1/unit-places/<str:token>/file", UnitPlacesViewSet.as_view({"post": "hand_in"}), name="unit-file"),
    path("api/v1/unit-places/<str:token>/commit", UnitPlacesViewSet.as_view({"post": "commit"}), name="unit-commit"),
    path("api/v1/unit-places/<str:token>/submit", UnitPlacesViewSet.as_view({"post": "submit"}), name="unit-submit"),
]
