"""What the API says about resolutions and polls, and what it takes."""

from backend.resolutions.serializers.ballots import BallotBody, EvidenceSerializer, ReceiptSerializer
from backend.resolutions.serializers.polls import (
    AnnulBody,
    DeclareBody,
    EntitlementSerializer,
    OpenBody,
    PollBody,
    PollSerializer,
    RollEntrySerializer,
)
from backend.resolutions.serializers.quorums import (
    EditQuorumBody,
    QuorumBody,
    QuorumCourseSerializer,
    WatchedQuorumSerializer,
)
from backend.resolutions.serializers.rules import RuleField, RuleSerializer, TallySerializer, VerdictSerializer
from backend.resolutions.serializers.texts import (
    AgreeBody,
    DecisionBody,
    EditResolutionBody,
    IssueBody,
    ReferBody,
    ResolutionBody,
    ResolutionSerializer,
    TextComparisonSerializer,
    TextVersionSerializer,
)

__all__ = [
    "AgreeBody",
    "AnnulBody",
    "BallotBody",
    "DecisionBody",
    "DeclareBody",
    "EditQuorumBody",
    "EditResolutionBody",
    "EntitlementSerializer",
    "EvidenceSerializer",
    "IssueBody",
    "OpenBody",
    "PollBody",
    "PollSerializer",
    "QuorumBody",
    "QuorumCourseSerializer",
    "ReceiptSerializer",
    "ReferBody",
    "ResolutionBody",
    "ResolutionSerializer",
    "RollEntrySerializer",
    "RuleField",
    "RuleSerializer",
    "TallySerializer",
    "TextComparisonSerializer",
    "TextVersionSerializer",
    "VerdictSerializer",
    "WatchedQuorumSerializer",
]
