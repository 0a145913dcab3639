"""/resolutions, /amendments, /comments, /procedures, /quorums, /elections, /polls, /authorisations and /ballots."""

from backend.resolutions.api.amendments import AmendmentViewSet, CommentViewSet, ProcedureViewSet
from backend.resolutions.api.ballots import BallotViewSet
from backend.resolutions.api.elections import ElectionViewSet
from backend.resolutions.api.polls import PollViewSet
from backend.resolutions.api.proxies import AuthorisationViewSet
from backend.resolutions.api.quorums import QuorumViewSet
from backend.resolutions.api.texts import ResolutionViewSet

__all__ = [
    "AmendmentViewSet",
    "AuthorisationViewSet",
    "BallotViewSet",
    "CommentViewSet",
    "ElectionViewSet",
    "PollViewSet",
    "ProcedureViewSet",
    "QuorumViewSet",
    "ResolutionViewSet",
]
