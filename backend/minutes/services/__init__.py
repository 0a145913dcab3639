"""What can be done to the record's entries (`record`) and to minutes (`writing`, `approval`)."""

from backend.minutes.services.approval import approve, send_back, submit, supplement
from backend.minutes.services.record import amend, enter, strike
from backend.minutes.services.writing import draft, edit, regenerate, render

__all__ = [
    "amend",
    "approve",
    "draft",
    "edit",
    "enter",
    "regenerate",
    "render",
    "send_back",
    "strike",
    "submit",
    "supplement",
]
