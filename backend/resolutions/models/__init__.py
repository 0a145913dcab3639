"""What a conference decides: texts and amendments, the polls on them, the frozen roll and the ballots."""

from backend.resolutions.models.amendments import Amendment, Backing, Comment
from backend.resolutions.models.ballots import NamedBallot
from backend.resolutions.models.polls import Entitlement, Poll
from backend.resolutions.models.quorums import Quorum, QuorumChange
from backend.resolutions.models.texts import Procedure, Promulgation, Resolution, TextVersion

__all__ = [
    "Amendment",
    "Backing",
    "Comment",
    "Entitlement",
    "NamedBallot",
    "Poll",
    "Procedure",
    "Promulgation",
    "Quorum",
    "QuorumChange",
    "Resolution",
    "TextVersion",
]
