"""What the API says about resolutions and polls, and what it takes."""

from backend.resolutions.serializers.ballots import BallotBody, EvidenceSerializer, ReceiptSerializer
from backend.resolutions.serializers.polls import (
    AnnulBody,
    AppointBody,
    DeclareBody,
    DrawnKeySerializer,
    EntitlementSerializer,
    OpenBody,
    PollBody,
    PollSerializer,
    RecountSerializer,
    RollEntrySerializer,
    TableBody,
    TellerSerializer,
    TestKeyBody,
)
from backend.resolutions.serializers.rules import RuleField, RuleSerializer, TallySerializer, VerdictSerializer
from backend.resolutions.serializers.texts import DecisionBody, EditResolutionBody, ResolutionBody, ResolutionSerializer

__all__ = [
    "AnnulBody",
    "AppointBody",
    "BallotBody",
    "DecisionBody",
    "DeclareBody",
    "DrawnKeySerializer",
    "EditResolutionBody",
    "EntitlementSerializer",
    "EvidenceSerializer",
    "OpenBody",
    "PollBody",
    "PollSerializer",
    "ReceiptSerializer",
    "RecountSerializer",
    "ResolutionBody",
    "ResolutionSerializer",
    "RollEntrySerializer",
    "RuleField",
    "RuleSerializer",
    "TableBody",
    "TallySerializer",
    "TellerSerializer",
    "TestKeyBody",
    "VerdictSerializer",
]
