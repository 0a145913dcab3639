"""The addresses of seats and attendance under /api/v1/."""

from backend.registration.api import (
    AttendanceViewSet,
    CheckInViewSet,
    CheckOutViewSet,
    PresenceViewSet,
    RegistrationViewSet,
    SeatsViewSet,
)

routes = [
    ("registrations", RegistrationViewSet),
    ("seats", SeatsViewSet),
    ("check-ins", CheckInViewSet, "check-in"),
    ("check-outs", CheckOutViewSet, "check-out"),
    ("presences", PresenceViewSet),
    ("attendance", AttendanceViewSet, "attendance"),
]
