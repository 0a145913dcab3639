"""Who may read and repeat mail.

This floor knows no people: it asks the signed-in account `holds(*roles, organisation_id=…)`, which the account model
above offers. Nobody signed in has no such method, so every predicate asks that first.
"""

from typing import Any

from backend.core.permissions import Rules, predicate
from backend.mail.queries import READERS

#: Whoever may read what somebody wrote to us: those who deal with it, not those who only check the books.
DEALING = ("organiser", "secretary")


def _holds(account: Any, row: Any, *roles: str) -> bool:
    if not account or not account.is_authenticated:
        return False
    if row is not None and row.organisation_id is None:
        return bool(account.holds_everywhere(*roles))
    return bool(account.holds(*roles, organisation_id=row.organisation_id if row else None))


@predicate
def reads(account: Any, row: Any) -> bool:
    return _holds(account, row, *READERS)


@predicate
def sends(account: Any, row: Any) -> bool:
    return _holds(account, row, "organiser")


@predicate
def deals(account: Any, row: Any) -> bool:
    return _holds(account, row, *DEALING)


@predicate
def brings_mail(account: Any, row: Any) -> bool:
    """A gateway brings mail for everybody: its account organises everywhere, and its token does nothing else."""
    return bool(account and account.is_authenticated and account.holds_everywhere("organiser"))


@predicate
def lifts(account: Any, row: Any) -> bool:
    """Whoever organises anywhere; which addresses they see says which they may lift."""
    return bool(account and account.is_authenticated and account.holds("organiser"))


MAILS: Rules = {"list": reads, "retrieve": reads, "content": reads, "retry": sends}
INBOUND_MAILS: Rules = {
    "list": reads,
    "retrieve": reads,
    "content": deals,
    "create": brings_mail,
    "dismiss": deals,
}
MAIL_BATCHES: Rules = {"list": reads, "retrieve": reads, "pause": sends, "resume": sends, "abort": sends}
SUPPRESSED_ADDRESSES: Rules = {"list": reads, "retrieve": reads, "lift": lifts}
