"""Who has a seat, who waits for one, and who is in the room."""

from backend.registration.models.badges import Badge, BadgePrint
from backend.registration.models.door import Scan
from backend.registration.models.presence import Presence
from backend.registration.models.registrations import Registration
from backend.registration.models.reminders import SeatReminder
from backend.registration.models.seats import Admission, SeatLimit, Seats
from backend.registration.models.signups import Signup

__all__ = [
    "Admission",
    "Badge",
    "BadgePrint",
    "Presence",
    "Registration",
    "Scan",
    "SeatLimit",
    "SeatReminder",
    "Seats",
    "Signup",
]
