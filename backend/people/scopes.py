"""What a program's token may be limited to."""

from django.conf import settings

#: "*", "<domain>:read" / "<domain>:write" for every floor of the house, and on its own: voting. What came
#: in by mail is apart from what went out: a mail gateway's token brings it in and reads nothing.
SCOPES = [
    "*",
    *(f"{floor.rpartition('.')[2]}:{verb}" for floor in sorted(settings.FLOORS) for verb in ("read", "write")),
    "ballots:write",
    "inbound-mails:read",
    "inbound-mails:write",
]
LONGEST_DAYS = 365
