"""Who may give units places: organisers and secretaries of the organisation that leads the conference."""

from backend.conferences.rules import organises
from backend.core.permissions import Rules, anybody, signed_in

#: Rows and figures are those of conferences the caller works for; see queries.
DELEGATIONS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "overview": organises,
    "create": organises,
    "partial_update": organises,
    "destroy": organises,
    "ask": organises,
    "remind": organises,
    "extend": organises,
    "bring_forward": organises,
    "close": organises,
    "reopen": organises,
}
#: The signed link is the authority.
UNIT_PLACES: Rules = dict.fromkeys(("retrieve", "name_delegate", "hand_in", "commit", "submit"), anybody)
