"""What a program's token may be limited to."""

from django.conf import settings

#: "*" or "<domain>:read" / "<domain>:write" for every floor of the house.
SCOPES = [
    "*",
    *(f"{floor.rpartition('.')[2]}:{verb}" for floor in sorted(settings.FLOORS) for verb in ("read", "write")),
]
LONGEST_DAYS = 365
