"""Addresses of the record's entries and of minutes."""

from backend.minutes.api import ConclusionViewSet, FindingViewSet, MinutesViewSet, ProposalViewSet

routes = [
    ("findings", FindingViewSet),
    ("proposals", ProposalViewSet),
    ("conclusions", ConclusionViewSet),
    ("minutes", MinutesViewSet),
]
