"""The addresses of seats and attendance: under /api/v1/, and the pages of offers and of public registration."""

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
from backend.registration.api.signups import RegistrationPageViewSet, SignupViewSet
from backend.registration.pages import OfferPage
from backend.registration.signup_pages import RegistrationPage, SignupPage

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
pages = [
    path("o/<str:token>", OfferPage.as_view(), name="offer"),
    path("g/<str:token>", RegistrationPage.as_view(), name="registration-page"),
    path("y/<str:token>", SignupPage.as_view(), name="sign-up"),
    path(
        "api/v1/registration-pages/<str:token>",
        RegistrationPageViewSet.as_view({"get": "retrieve", "post": "sign_up"}),
        name="registration-pages",
    ),
    path("api/v1/sign-ups/<str:token>", SignupViewSet.as_view({"get": "retrieve"}), name="sign-ups"),
    path("api/v1/sign-ups/<str:token>/confirm", SignupViewSet.as_view({"post": "confirm"}), name="sign-up-confirm"),
    path("api/v1/sign-ups/<str:token>/withdraw", SignupViewSet.as_view({"post": "withdraw"}), name="sign-up-withdraw"),
]
