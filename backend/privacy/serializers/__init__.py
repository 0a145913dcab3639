"""What the API says about consents and accesses, and what it takes."""

from backend.privacy.serializers.accesses import AccessSerializer
from backend.privacy.serializers.consents import (
    ConsentBody,
    ConsentPurposeSerializer,
    ConsentSerializer,
    PurposeBody,
    RewordBody,
)

__all__ = [
    "AccessSerializer",
    "ConsentBody",
    "ConsentPurposeSerializer",
    "ConsentSerializer",
    "PurposeBody",
    "RewordBody",
]
