"""Who may do what about organisations, people, accounts and tokens."""

from typing import Any

from backend.core.permissions import Rules, anybody, predicate, signed_in
from backend.people.models import Organisation, Person, Position
from backend.people.queries import has_role, is_administrator, own_guests


@predicate
def administers(account: Any, row: object) -> bool:
    """An administrator of everything: roles and accounts know no border between organisations."""
    return is_administrator(account)


@predicate
def organises(account: Any, row: Organisation | None) -> bool:
    """An organiser of this organisation or of one above it (without a row: of any)."""
    return has_role(account, "organiser", "administrator", organisation_id=row.pk if row else None)


@predicate
def keeps_people_of(account: Any, row: Person | Position | None) -> bool:
    """An organiser or secretary where the person belongs; people who belong nowhere are kept by those of everywhere, and
    guests by those of the one body whose conferences they are asked to."""
    person = row.person if isinstance(row, Position) else row
    if person is None:
        return has_role(account, "organiser", "secretary")
    if person.organisation_id is None:
        everywhere = account.is_authenticated and account.holds_everywhere("organiser", "secretary")
        return bool(everywhere or Person.objects.filter(own_guests(account), pk=person.pk).exists())
    return has_role(account, "organiser", "secretary", organisation_id=person.organisation_id)


SESSIONS: Rules = {"create": anybody, "current": signed_in, "leave": signed_in}
TOKENS: Rules = {"list": signed_in, "retrieve": signed_in, "create": signed_in, "destroy": signed_in}
ORGANISATIONS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": organises,
    "partial_update": organises,
    "rename": organises,
}
PEOPLE: Rules = {"list": signed_in, "retrieve": signed_in, "create": keeps_people_of, "partial_update": keeps_people_of}
POSITIONS: Rules = PEOPLE
ROLE_GRANTS: Rules = {"list": administers, "retrieve": administers, "create": administers, "destroy": administers}
ACCOUNTS: Rules = {
    "list": administers,
    "retrieve": administers,
    "create": administers,
    "activate": administers,
    "deactivate": administers,
}
