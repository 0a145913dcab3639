"""The addresses of resolutions, amendments, polls and ballots under /api/v1/."""

from backend.resolutions.api import (
    AmendmentViewSet,
    BallotViewSet,
    CommentViewSet,
    PollViewSet,
    ProcedureViewSet,
    ResolutionViewSet,
)

routes = [
    ("resolutions", ResolutionViewSet),
    ("amendments", AmendmentViewSet),
    ("comments", CommentViewSet),
    ("procedures", ProcedureViewSet),
    ("polls", PollViewSet),
    ("ballots", BallotViewSet),
]
