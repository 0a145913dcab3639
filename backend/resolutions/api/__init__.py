"""/resolutions, /polls, /ballots and /quorums."""

from backend.resolutions.api.ballots import BallotViewSet
from backend.resolutions.api.polls import PollViewSet
from backend.resolutions.api.quorums import QuorumViewSet
from backend.resolutions.api.texts import ResolutionViewSet

__all__ = ["BallotViewSet", "PollViewSet", "QuorumViewSet", "ResolutionViewSet"]
