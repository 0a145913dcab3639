"""What a conference decides: texts and amendments, the polls on them, the frozen roll and the ballots."""

from backend.resolutions.models.amendments import Amendment, Backing, Comment
from backend.resolutions.models.ballots import Envelope, NamedBallot, OpenedBallot
from backend.resolutions.models.elections import Candidate, Election
from backend.resolutions.models.polls import Entitlement, Poll, Teller
from backend.resolutions.models.proxies import Authorisation, TakenBack
from backend.resolutions.models.quorums import Quorum, QuorumChange
from backend.resolutions.models.sheets import IssuedPaper, Sheet
from backend.resolutions.models.texts import Procedure, Promulgation, Resolution, TextVersion

__all__ = [
    "Amendment",
    "Authorisation",
    "Backing",
    "Candidate",
    "Comment",
    "Election",
    "Entitlement",
    "Envelope",
    "IssuedPaper",
    "NamedBallot",
    "OpenedBallot",
    "Poll",
    "Procedure",
    "Promulgation",
    "Quorum",
    "QuorumChange",
    "Resolution",
    "Sheet",
    "TakenBack",
    "Teller",
    "TextVersion",
]
