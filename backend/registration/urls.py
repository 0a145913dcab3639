"""The addresses of seats and attendance: under /api/v1/, and the page of an offer."""

from django.urls import path

from backend.registration.api.attendance import AttendanceViewSet, AttendeeViewSet, PresenceViewSet
from backend.registration.api.badges import BadgeViewSet
from backend.registration.api.door import (
    CheckInViewSet,
    CheckOutViewSet,
    DoorListViewSet,
    ScanViewSet,
    WalkInViewSet,
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
    ("walk-ins", WalkInViewSet, "walk-in"),
    ("scans", ScanViewSet),
    ("door-lists", DoorListViewSet, "door-list"),
    ("badges", BadgeViewSet),
    ("presences", PresenceViewSet),
    ("attendance", AttendanceViewSet, "attendance"),
    ("attendees", AttendeeViewSet, "attendee"),
]
pages = [path("o/<str:token>", OfferPage.as_view(), name="offer")]
