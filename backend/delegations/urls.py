"""Delegations' addresses: under /api/v1/, and the focal point's page."""

from django.urls import path

from backend.delegations.api import DelegationViewSet
from backend.delegations.pages import DelegationPage

routes = [("delegations", DelegationViewSet)]
pages = [path("d/<str:token>", DelegationPage.as_view(), name="delegation")]
