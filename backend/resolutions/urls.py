"""The addresses of resolutions, amendments, quorums, elections, polls, proxies and ballots under /api/v1/."""

from backend.resolutions.api import (
    AmendmentViewSet,
    AuthorisationViewSet,
    BallotViewSet,
    CommentViewSet,
    ElectionViewSet,
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
    ("elections", ElectionViewSet),
    ("polls", PollViewSet),
    ("authorisations", AuthorisationViewSet),
    ("ballots", BallotViewSet),
]
