"""Consent and who looked: what people decided about their data, and who was shown it."""

from backend.privacy.models.accesses import Access
from backend.privacy.models.consents import ConsentDecision, ConsentPurpose, ConsentWording

__all__ = ["Access", "ConsentDecision", "ConsentPurpose", "ConsentWording"]
