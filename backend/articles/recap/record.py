"""What the record of a conference holds, gathered for the one who writes about it."""

import datetime as dt
from dataclasses import dataclass

from backend.conferences.models import Conference, Duty, Organiser, Site, Speech
from backend.core import clock
from backend.minutes.models import Conclusion, Finding, Proposal
from backend.resolutions.models import Poll, Resolution


@dataclass(frozen=True, kw_only=True)
class Record:
    """Rows as they stand, each list in the order of the record. `came` is how many people were checked in; None when
    nobody was, which means that no log was kept, not that the hall was empty."""

    conference: Conference
    organisers: list[Organiser]
    sites: list[Site]
    duties: list[Duty]
    speeches: list[Speech]
    findings: list[Finding]
    proposals: list[Proposal]
    conclusions: list[Conclusion]
    resolutions: list[Resolution]
    declared: dict[object, Poll]
    came: int | None

    @property
    def day(self) -> dt.date | None:
        """The day it was held, from the record or from its exact start; None when neither is known."""
        if self.conference.day or self.conference.starts_at is None:
            return self.conference.day
        return clock.local(self.conference.starts_at, self.conference.time_zone).date()

    @property
    def lead(self) -> Organiser | None:
        return next((row for row in self.organisers if row.role == "lead"), None)
