"""The addresses of resolutions, polls, ballots and quorums under /api/v1/."""

from backend.resolutions.api import BallotViewSet, PollViewSet, QuorumViewSet, ResolutionViewSet

routes = [
    ("resolutions", ResolutionViewSet),
    ("polls", PollViewSet),
    ("ballots", BallotViewSet),
    ("quorums", QuorumViewSet),
]
