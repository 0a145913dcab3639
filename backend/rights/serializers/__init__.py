"""Requests, copies, corrections, erasures and retention as JSON, by noun."""

from backend.rights.serializers.people import (
    CorrectionSerializer,
    ErasureBody,
    ErasureSerializer,
    ExportBody,
    ExportSerializer,
    PersonCorrectionBody,
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
    "CorrectionSerializer",
    "DataRequestSerializer",
    "ErasureBody",
    "ErasureSerializer",
    "ExportBody",
    "ExportSerializer",
    "ExtensionBody",
    "HoldBody",
    "HoldSerializer",
    "HolidaySerializer",
    "IdentityBody",
    "NoteBody",
    "PersonCorrectionBody",
    "ReasonBody",
    "RequestBody",
    "RunSerializer",
    "TermBody",
    "TermSerializer",
]
