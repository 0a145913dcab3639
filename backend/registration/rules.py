"""Who may give seats and stand at the door: organisers and secretaries of the organisation that leads the conference.
Everybody may speak for themselves."""

from typing import Any

from backend.conferences.rules import organises
from backend.core.permissions import Rules, anybody, predicate, signed_in


@predicate
def is_theirs(account: Any, row: Any) -> bool:
    """The registration, made or to be made, is of the person the account belongs to."""
    if not account.is_authenticated or account.person_id is None:
        return False
    return row is None or getattr(row, "person_id", None) == account.person_id


REGISTRATIONS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": organises | is_theirs,
    "approve": organises,
    "refuse": organises,
    "accept": organises | is_theirs,
    "cancel": organises | is_theirs,
    "reissue": organises,
}
SEATS: Rules = {"list": signed_in, "retrieve": signed_in, "resize": organises, "limit": organises}
#: How one comes to a conference is for everybody to know who sees it.
ADMISSIONS: Rules = {"list": signed_in, "retrieve": signed_in, "create": organises}
DOOR: Rules = {"create": organises, "many": organises, "everyone": organises}
SCANS: Rules = {"list": signed_in, "retrieve": signed_in, "create": organises}
#: The digests are those of codes that open the door: only for who stands there.
DOOR_LISTS: Rules = {"list": organises}
#: Rows and figures are those of conferences the caller works for; see queries.
LOG: Rules = {"list": signed_in, "retrieve": signed_in}
ATTENDANCE: Rules = {"list": signed_in, "series": signed_in}
ATTENDEES: Rules = {"list": signed_in}
#: Rows are those of conferences the caller organises; see queries.
BADGES: Rules = {"list": signed_in, "retrieve": signed_in, "content": signed_in, "create": organises}
#: The link says what it opens.
BY_LINK: Rules = dict.fromkeys(("retrieve", "sign_up", "confirm", "withdraw"), anybody)
