"""Who may be asked about, and what an account may do where."""

import hashlib
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.core.clock import now
from backend.people.models import Account, ApiToken, Organisation, Person, RoleGrant

#: The most levels an organisation tree is climbed.
DEPTH = 12


def grants_of(account: Account) -> set[tuple[str, UUID | None]]:
    """(role, organisation) of every grant, read once per account object."""
    cached: set[tuple[str, UUID | None]] | None = getattr(account, "_grants", None)
    if cached is None:
        cached = set(RoleGrant.objects.filter(account=account).values_list("role", "organisation_id"))
        account._grants = cached  # type: ignore[attr-defined]
    return cached


def ancestors(organisation_id: UUID) -> list[UUID]:
    """The organisation and all above it, itself first, in one statement."""
    rows = Organisation.objects.raw(
        "WITH RECURSIVE up(id, parent_id, level) AS ("
        " SELECT id, parent_id, 0 FROM people_organisation WHERE id = %s"
        " UNION ALL SELECT o.id, o.parent_id, up.level + 1 FROM people_organisation o"
        " JOIN up ON o.id = up.parent_id WHERE up.level < %s) SELECT id FROM up ORDER BY level",
        [organisation_id, DEPTH],
    )
    return [row.id for row in rows]


def descendants(organisation_ids: set[UUID]) -> set[UUID]:
    """The organisations and all below them, in one statement."""
    if not organisation_ids:
        return set()
    rows = Organisation.objects.raw(
        "WITH RECURSIVE down(id, level) AS ("
        " SELECT id, 0 FROM people_organisation WHERE id = ANY(%s)"
        " UNION ALL SELECT o.id, down.level + 1 FROM people_organisation o"
        " JOIN down ON o.parent_id = down.id WHERE down.level < %s) SELECT DISTINCT id FROM down",
        [list(organisation_ids), DEPTH],
    )
    return {row.id for row in rows}


def is_administrator(account: Account) -> bool:
    return ("administrator", None) in grants_of(account)


def has_role(account: Account, *roles: str, organisation_id: UUID | None = None) -> bool:
    """True when the account holds one of `roles` in the organisation or above it; administrators hold every role.

    Without an organisation: true when one of the roles is held anywhere.
    """
    if not account.is_authenticated:
        return False
    if is_administrator(account):
        return True
    held = {where for role, where in grants_of(account) if role in roles}
    if not held:
        return False
    if organisation_id is None or None in held:
        return True
    return organisation_id in held or not held.isdisjoint(ancestors(organisation_id))


def organisations_with(account: Account, *roles: str) -> set[UUID] | None:
    """The organisations where the account holds one of `roles`, with all below them; None means everywhere."""
    if is_administrator(account):
        return None
    held = {where for role, where in grants_of(account) if role in roles}
    return None if None in held else descendants({where for where in held if where is not None})


def token_digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def live_token(secret: str) -> ApiToken | None:
    """The unexpired, unrevoked token of an active account whose hash is this secret's."""
    return (
        ApiToken.objects.select_related("account__person")
        .filter(digest=token_digest(secret), revoked_at=None, expires_at__gt=now(), account__is_active=True)
        .first()
    )


def visible_people(account: Account) -> QuerySet[Person]:
    """The people an account may look up: those of the organisations it works for, and itself."""
    people = Person.objects.select_related("organisation")
    where = organisations_with(account, "organiser", "secretary", "editor", "approver")
    if where is None:
        return people
    return people.filter(Q(organisation_id__in=where) | Q(account=account))
