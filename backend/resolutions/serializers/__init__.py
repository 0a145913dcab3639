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
from backend.resolutions.serializers.rules import RuleField, RuleSerializer, TallySerializer, VerdictSerializer
from backend.resolutions.serializers.texts import DecisionBody, EditResolutionBody, ResolutionBody, ResolutionSerializer

__all__ = [
    "AnnulBody",
    "BallotBody",
    "DecisionBody",
    "DeclareBody",
    "EditResolutionBody",
    "EntitlementSerializer",
    "EvidenceSerializer",
    "OpenBody",
    "PollBody",
    "PollSerializer",
    "ReceiptSerializer",
    "ResolutionBody",
    "ResolutionSerializer",
    "RollEntrySerializer",
    "RuleField",
    "RuleSerializer",
    "TallySerializer",
    "VerdictSerializer",
]
