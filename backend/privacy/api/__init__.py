"""/consent-purposes, /consents and /accesses."""

from backend.privacy.api.accesses import AccessViewSet
from backend.privacy.api.consents import ConsentPurposeViewSet, ConsentViewSet

__all__ = ["AccessViewSet", "ConsentPurposeViewSet", "ConsentViewSet"]
