"""Who may read and repeat mail.

This floor knows no people: it asks the signed-in account `holds(*roles, organisation_id=…)`, which the account model
above offers. Nobody signed in has no such method, so every predicate asks that first.
"""

from typing import Any

from backend.core.permissions import Rules, predicate
from backend.mail.models import OutgoingMail
from backend.mail.queries import READERS


def _holds(account: Any, row: OutgoingMail | None, *roles: str) -> bool:
    if not account or not account.is_authenticated:
        return False
    if row is not None and row.organisation_id is None:
        return bool(account.holds_everywhere(*roles))
    return bool(account.holds(*roles, organisation_id=row.organisation_id if row else None))


@predicate
def reads(account: Any, row: OutgoingMail | None) -> bool:
    return _holds(account, row, *READERS)


@predicate
def sends(account: Any, row: OutgoingMail | None) -> bool:
    return _holds(account, row, "organiser")


MAILS: Rules = {"list": reads, "retrieve": reads, "content": reads, "retry": sends}
