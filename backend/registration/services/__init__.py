"""What is done with seats: given, waited for, offered, given up and passed on; and who comes in and goes out."""

from backend.registration.services.answers import follow_answer
from backend.registration.services.badges import print_badges
from backend.registration.services.calling_off import call_off, put_off, resume
from backend.registration.services.capacity import set_admission, set_capacity, set_limit
from backend.registration.services.letters import (
    mail_confirmation,
    mail_expired,
    mail_offer,
    mail_refusal,
    mail_waiting,
)
from backend.registration.services.presence import check_in, check_out, everyone_out, pass_many
from backend.registration.services.reminders import drop_seat_reminders, mail_seat_reminders, remind_seated
from backend.registration.services.scans import take_scans
from backend.registration.services.seats import approve, ask, cancel, refuse, register, reissue_code
from backend.registration.services.signup_letters import mail_signup
from backend.registration.services.signups import confirm_signup, renew_signups, sign_up, withdraw_signup
from backend.registration.services.substitution import follow_withdrawal
from backend.registration.services.waiting import accept, expire_offers, promote
from backend.registration.services.walk_ins import Stranger, walk_in

__all__ = [
    "Stranger",
    "accept",
    "approve",
    "ask",
    "call_off",
    "cancel",
    "check_in",
    "check_out",
    "confirm_signup",
    "drop_seat_reminders",
    "everyone_out",
    "expire_offers",
    "follow_answer",
    "follow_withdrawal",
    "mail_confirmation",
    "mail_expired",
    "mail_offer",
    "mail_refusal",
    "mail_seat_reminders",
    "mail_signup",
    "mail_waiting",
    "pass_many",
    "print_badges",
    "promote",
    "put_off",
    "refuse",
    "register",
    "reissue_code",
    "remind_seated",
    "renew_signups",
    "resume",
    "set_admission",
    "set_capacity",
    "set_limit",
    "sign_up",
    "take_scans",
    "walk_in",
    "withdraw_signup",
]
