"""What the API says about seats and attendance, and what it takes."""

from backend.registration.serializers.attendance import (
    AttendanceQuery,
    AttendanceSerializer,
    AttendeeSerializer,
    AttendeesQuery,
    CheckedInSerializer,
    DoorBody,
    PresenceSerializer,
    PresenceSeriesSerializer,
    QuorumSerializer,
    SeriesQuery,
    ShareSerializer,
)
from backend.registration.serializers.registrations import (
    ApprovalBody,
    RefusalBody,
    RegistrationBody,
    RegistrationSerializer,
)
from backend.registration.serializers.seats import (
    AdmissionBody,
    AdmissionSerializer,
    CapacityBody,
    LimitBody,
    SeatLimitSerializer,
    SeatsSerializer,
)

__all__ = [
    "AdmissionBody",
    "AdmissionSerializer",
    "ApprovalBody",
    "AttendanceQuery",
    "AttendanceSerializer",
    "AttendeeSerializer",
    "AttendeesQuery",
    "CapacityBody",
    "CheckedInSerializer",
    "DoorBody",
    "LimitBody",
    "PresenceSerializer",
    "PresenceSeriesSerializer",
    "QuorumSerializer",
    "RefusalBody",
    "RegistrationBody",
    "RegistrationSerializer",
    "SeatLimitSerializer",
    "SeatsSerializer",
    "SeriesQuery",
    "ShareSerializer",
]
