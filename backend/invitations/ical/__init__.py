"""Calendar messages: what is known about a meeting → bytes every calendar program reads, and replies back again.

Pure functions; nothing is stored or sent here. Every message is parsed again before it is returned: what a recipient's
program would read differently from what was meant raises CalendarRoundTripError instead of leaving the house.
"""

from backend.invitations.ical.entries import CalendarEntry, InvalidEntry, Occurrence, Recurring
from backend.invitations.ical.identity import busy_uid, calendar_uid, item_uid, series_uid
from backend.invitations.ical.messages import CalendarRoundTripError, cancel, decline_counter, publish, request
from backend.invitations.ical.replies import NoReply, Reply, UnreadableReply, parse_reply

__all__ = [
    "CalendarEntry",
    "CalendarRoundTripError",
    "InvalidEntry",
    "NoReply",
    "Occurrence",
    "Recurring",
    "Reply",
    "UnreadableReply",
    "busy_uid",
    "calendar_uid",
    "cancel",
    "decline_counter",
    "item_uid",
    "parse_reply",
    "publish",
    "request",
    "series_uid",
]
