"""The addresses of resolutions, polls and ballots under /api/v1/."""

from backend.resolutions.api import BallotViewSet, PollViewSet, ResolutionViewSet

routes = [("resolutions", ResolutionViewSet), ("polls", PollViewSet), ("ballots", BallotViewSet)]
