"""The addresses of resolutions, amendments, quorums, polls, proxies and ballots under /api/v1/."""

from backend.resolutions.api import (
    AmendmentViewSet,
    AuthorisationViewSet,
    BallotViewSet,
    CommentViewSet,
    PollViewSet,
    ProcedureViewSet,
    QuorumViewSet,
    ResolutionViewSet,
)

routes = [
    ("resolutions", ResolutionViewSet),
    ("amendments", AmendmentViewSet),
    ("comments", CommentViewSet),
    ("procedures", ProcedureViewSet),
    ("quorums", QuorumViewSet),
    ("polls", PollViewSet),
    ("authorisations", AuthorisationViewSet),
    ("ballots", BallotViewSet),
]
