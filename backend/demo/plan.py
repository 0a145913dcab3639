"""When the live conference is announced for: close enough that opening and closing it now is what its mails say."""

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
#: Conferences are called for round times.
ROUND = dt.timedelta(minutes=5)
#: What invitations, answers and registrations take; on a slow machine the conference opens a little late.
PREPARATION = dt.timedelta(minutes=1)
DURATION = dt.timedelta(minutes=30)


def planned(moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Start and end, in Vietnamese time, of a conference whose preparation begins at `moment`: it starts at the first
    multiple of five minutes that leaves enough time."""
    earliest = moment + PREPARATION
    past = dt.timedelta(seconds=earliest.timestamp() % ROUND.total_seconds())
    start = (earliest + (ROUND - past if past else past)).astimezone(ZONE)
    return start, start + DURATION
