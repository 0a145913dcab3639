"""Who may ask, and who reads answers: organisers and secretaries of the organisation that leads the conference.
Everybody may read what is asked, and answer for themselves."""

from typing import Any

from backend.conferences.rules import organises
from backend.core.permissions import Rules, predicate, signed_in


@predicate
def is_theirs(account: Any, row: Any) -> bool:
    """The answers, given or to be given, are of the person the account belongs to."""
    if not account.is_authenticated or account.person_id is None:
        return False
    return row is None or getattr(row, "person_id", None) == account.person_id


QUESTIONNAIRES: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": organises,
    "summary": organises,
    "owing": organises,
    "export": organises,
}
SHEETS: Rules = {"list": signed_in, "retrieve": signed_in, "create": organises | is_theirs}
