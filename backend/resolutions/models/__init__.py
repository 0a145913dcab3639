"""What a conference decides: texts, the polls on them, the frozen roll and the ballots."""

from backend.resolutions.models.ballots import Envelope, NamedBallot, OpenedBallot
from backend.resolutions.models.polls import Entitlement, Poll, Teller
from backend.resolutions.models.texts import Resolution

__all__ = ["Entitlement", "Envelope", "NamedBallot", "OpenedBallot", "Poll", "Resolution", "Teller"]
