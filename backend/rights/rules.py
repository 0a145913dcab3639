"""Who may ask for what about personal data, and who deals with it."""

from typing import Any

from backend.core.permissions import Rules, predicate, signed_in
from backend.people.models import Person, Role
from backend.people.queries import has_role, is_administrator
from backend.rights.queries import is_officer


@predicate
def deals_with(account: Any, row: Any) -> bool:
    """A data officer of the row's organisation (without a row: of any)."""
    return has_role(account, Role.DATA_OFFICER) if row is None else is_officer(account, row.organisation_id)


@predicate
def concerned(account: Any, row: Any) -> bool:
    """The person whose data it is about (without a row: whoever is signed in)."""
    if not account.is_authenticated:
        return False
    if row is None:
        return True
    person_id = row.pk if isinstance(row, Person) else row.person_id
    return person_id is not None and person_id == account.person_id


@predicate
def administers(account: Any, row: Any) -> bool:
    return is_administrator(account)


@predicate
def deals_everywhere(account: Any, row: Any) -> bool:
    """A data officer of everything: how long what is kept knows no border between organisations."""
    return bool(account.is_authenticated and account.holds_everywhere(Role.DATA_OFFICER))


REQUESTS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": concerned | deals_with,
    "identify": deals_with,
    "answer_first": deals_with,
    "grant": deals_with,
    "refuse": deals_with,
    "extend": deals_with,
    "complete": deals_with,
    "withdraw": concerned | deals_with,
}
EXPORTS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": concerned | deals_with,
    "file": concerned | deals_with,
}
CORRECTIONS: Rules = {"list": signed_in, "retrieve": signed_in, "create": deals_with}
ERASURES: Rules = {"list": deals_with, "retrieve": deals_with, "create": deals_with}
HOLIDAYS: Rules = {"list": signed_in, "retrieve": signed_in, "create": deals_everywhere, "destroy": deals_everywhere}
RETENTION: Rules = {"list": deals_everywhere, "retrieve": deals_everywhere, "change": administers}
RUNS: Rules = {"list": deals_everywhere, "retrieve": deals_everywhere}
HOLDS: Rules = {
    "list": deals_everywhere,
    "retrieve": deals_everywhere,
    "create": deals_everywhere,
    "lift": deals_everywhere,
}
