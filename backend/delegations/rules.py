"""Who may give units places: organisers and secretaries of the organisation that leads the conference."""

from backend.conferences.rules import organises
from backend.core.permissions import Rules, signed_in

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
    "close": organises,
    "reopen": organises,
}
