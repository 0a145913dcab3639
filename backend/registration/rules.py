"""Who may give seats and stand at the door: organisers and secretaries of the organisation that leads the conference."""

from backend.conferences.rules import organises
from backend.core.permissions import Rules, signed_in

REGISTRATIONS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": organises,
    "cancel": organises,
    "reissue": organises,
}
SEATS: Rules = {"list": signed_in, "retrieve": signed_in, "resize": organises}
DOOR: Rules = {"create": organises}
#: Rows and figures are those of conferences the caller works for; see queries.
LOG: Rules = {"list": signed_in, "retrieve": signed_in}
ATTENDANCE: Rules = {"list": signed_in}
