"""What a program's token may be limited to."""

from django.conf import settings

#: "*", "<domain>:read" / "<domain>:write" for every floor of the house, and voting on its own.
SCOPES = [
    "*",
    *(f"{floor.rpartition('.')[2]}:{verb}" for floor in sorted(settings.FLOORS) for verb in ("read", "write")),
    "ballots:write",
]
LONGEST_DAYS = 365
