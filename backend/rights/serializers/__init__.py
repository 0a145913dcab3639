"""Requests, copies, corrections, erasures and retention as JSON, by noun."""

from backend.rights.serializers.people import (
    PersonCorrectionBody,
    CorrectionSerializer,
    ErasureSerializer,
    ExportBody,
    ExportSerializer,
    ErasureBody,
)
from backend.rights.serializers.requests import (
    DataRequestSerializer,
    ExtensionBody,
    HolidaySerializer,
    IdentityBody,
    NoteBody,
    ReasonBody,
    RequestBody,
)
from backend.rights.serializers.retention import HoldBody, HoldSerializer, RunSerializer, TermBody, TermSerializer

__all__ = [
    "PersonCorrectionBody",
    "CorrectionSerializer",
    "DataRequestSerializer",
    "ErasureSerializer",
    "ExportBody",
    "ExportSerializer",
    "ExtensionBody",
    "HoldBody",
    "HoldSerializer",
    "HolidaySerializer",
    "IdentityBody",
    "NoteBody",
    "ErasureBody",
    "ReasonBody",
    "RequestBody",
    "RunSerializer",
    "TermBody",
    "TermSerializer",
]
