"""/api/v1/ addresses of what people ask about their data, by noun."""

from backend.rights.api.people import CorrectionViewSet, ErasureViewSet, PersonalExportViewSet
from backend.rights.api.requests import DataRequestViewSet, PublicHolidayViewSet
from backend.rights.api.retention import LegalHoldViewSet, RetentionRunViewSet, RetentionTermViewSet

__all__ = [
    "CorrectionViewSet",
    "DataRequestViewSet",
    "ErasureViewSet",
    "LegalHoldViewSet",
    "PersonalExportViewSet",
    "PublicHolidayViewSet",
    "RetentionRunViewSet",
    "RetentionTermViewSet",
]
