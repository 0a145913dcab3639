"""What is done about people's rights to their data, by noun."""

from backend.rights.services.correcting import FIELDS, correct
from backend.rights.services.erasing import erase, erase_now, hindrances
from backend.rights.services.exporting import export, fetch, pack
from backend.rights.services.holidays import enter_holiday, remove_holiday
from backend.rights.services.keeping import drop_old, due, hold, lift, set_days
from backend.rights.services.requests import (
    answer,
    complete,
    confirm_identity,
    extend,
    grant,
    receive,
    refuse,
    remind_officers,
    withdraw,
)

__all__ = [
    "FIELDS",
    "answer",
    "complete",
    "confirm_identity",
    "correct",
    "drop_old",
    "due",
    "enter_holiday",
    "erase",
    "erase_now",
    "export",
    "extend",
    "fetch",
    "grant",
    "hindrances",
    "hold",
    "lift",
    "pack",
    "receive",
    "refuse",
    "remind_officers",
    "remove_holiday",
    "set_days",
    "withdraw",
]
