"""The addresses of seats and attendance: under /api/v1/, and the page of an offer."""

from django.urls import path

from backend.registration.api.attendance import (
    AttendanceViewSet,
    CheckInViewSet,
    CheckOutViewSet,
    PresenceViewSet,
)
from backend.registration.api.registrations import RegistrationViewSet
from backend.registration.api.seats import AdmissionViewSet, SeatsViewSet
from backend.registration.pages import OfferPage

routes = [
    ("registrations", RegistrationViewSet),
    ("seats", SeatsViewSet),
    ("admissions", AdmissionViewSet),
    ("check-ins", CheckInViewSet, "check-in"),
    ("check-outs", CheckOutViewSet, "check-out"),
    ("presences", PresenceViewSet),
    ("attendance", AttendanceViewSet, "attendance"),
]
pages = [path("o/<str:token>", OfferPage.as_view(), name="offer")]
