"""What people ask about their data, what was done, and how long what is kept."""

from backend.rights.models.erasures import Erasure
from backend.rights.models.requests import Correction, DataRequest, PersonalExport, PublicHoliday, RequestEntry
from backend.rights.models.retention import LegalHold, RetentionRun, RetentionTerm

__all__ = [
    "Correction",
    "DataRequest",
    "Erasure",
    "LegalHold",
    "PersonalExport",
    "PublicHoliday",
    "RequestEntry",
    "RetentionRun",
    "RetentionTerm",
]
