"""What is done with seats: given, waited for, given up and passed on; and who comes in and goes out."""

from backend.registration.services.letters import mail_confirmation, mail_waiting
from backend.registration.services.presence import check_in, check_out
from backend.registration.services.seats import (
    cancel,
    follow_answer,
    follow_withdrawal,
    promote,
    register,
    reissue_code,
    set_capacity,
)

__all__ = [
    "cancel",
    "check_in",
    "check_out",
    "follow_answer",
    "follow_withdrawal",
    "mail_confirmation",
    "mail_waiting",
    "promote",
    "register",
    "reissue_code",
    "set_capacity",
]
