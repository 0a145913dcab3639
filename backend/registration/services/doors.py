"""When people are let in: from the beginning of the conference's day on, or as much earlier as its organisers say."""

import datetime as dt

from backend.conferences.models import Conference
from backend.conferences.states import EXPECTED, ConferenceState
from backend.core.clock import local
from backend.core.errors import Conflict
from backend.core.text import say
from backend.invitations import wording
from backend.registration import queries


def refuse_unless_doors_open(conference: Conference) -> None:
    """The doors can open once it is announced, and shut with the closing, after which the record stands. Of what is put
    off or cancelled they are shut."""
    if conference.state not in EXPECTED:
        raise Conflict(
            say(
                vi="Không điểm danh được: hội nghị {state}.",
                en="Attendance cannot be taken: the conference is {state}.",
                state=ConferenceState(conference.state).label,
            )
        )


def too_early(conference: Conference, moment: dt.datetime) -> Conflict | None:
    """The refusal of who comes at that moment, if the door is not open yet."""
    midnight = queries.midnight(conference)
    if midnight is not None and moment >= midnight:
        return None  # without asking what was decided: that can only be earlier
    opens = opened_from(conference)
    if opens is None:
        return Conflict(
            say(
                vi="Chưa điểm danh được: hội nghị chưa có ngày họp.",
                en="Attendance cannot be taken yet: the conference has no day.",
            )
        )
    if moment >= opens:
        return None
    return Conflict(
        say(
            vi="Chưa đến giờ điểm danh: cửa mở lúc {at}; ban tổ chức có thể cho mở sớm hơn.",
            en="The door opens at {at}; the organisers may open it earlier.",
            at=wording.until_said(opens, conference.time_zone),
        ),
        door_opens_at=local(opens, conference.time_zone).isoformat(),
    )


def opened_from(conference: Conference) -> dt.datetime | None:
    """From when people are let in, as was decided; whatever was started was open by then. None while it has no day."""
    opens = queries.door_opens_at(queries.admission(conference.pk), conference)
    begun = conference.opened_at if conference.state == ConferenceState.RUNNING else None
    return min((each for each in (opens, begun) if each is not None), default=None)
