"""Who may be asked about, and what an account may do where."""

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Prefetch, Q, QuerySet

from backend.core.clock import now
from backend.people.models import Account, ApiToken, Organisation, OrganisationName, Person, Position, Role, RoleGrant
from backend.people.tree import DEPTH, ancestors, descendants

__all__ = ["DEPTH", "ancestors", "descendants"]

#: Who looks people up for their work, and who of them also needs to reach them.
LOOKING_UP = ("organiser", "secretary", "editor", "approver", "auditor")
REACHING = ("organiser", "secretary")

#: Of people (`OuterRef("pk")`), as the floors above know it: who is asked to a conference that one of these organisations
#: leads, and who to any other; filled with `knows_who_is_asked`.
Asked = Callable[[set[UUID]], tuple[Exists, Exists]]
ASKED: list[Asked] = []


def knows_who_is_asked(asked: Asked) -> Asked:
    """Decorator for the queries of a floor above. Registering happens once, when the app's `ready` imports the module."""
    if asked not in ASKED:
        ASKED.append(asked)
    return asked


def grants_of(account: Account) -> frozenset[tuple[str, UUID | None]]:
    """(role, organisation) of every grant, read once per account object."""
    return account.roles


def is_administrator(account: Account) -> bool:
    return account.is_authenticated and account.holds_everywhere()


def has_role(account: Account, *roles: str, organisation_id: UUID | None = None) -> bool:
    """True when the account holds one of `roles` in the organisation or above it; administrators hold every role.

    Without an organisation: true when one of the roles is held anywhere. Nobody signed in: false.
    """
    return account.is_authenticated and account.holds(*roles, organisation_id=organisation_id)


def organisations_with(account: Account, *roles: str) -> set[UUID] | None:
    """The organisations where the account holds one of `roles`, with all below them; None means everywhere."""
    return account.works_in(*roles) if account.is_authenticated else set()


def secretariat(organisation_id: UUID | None) -> list[Account]:
    """Who is written to about an organisation's work: those who keep its record, else those who organise there."""
    for role in (Role.SECRETARY, Role.ORGANISER):
        held = RoleGrant.objects.filter(role=role, organisation=organisation_id, account__is_active=True)
        if organisation_id is not None and held.exists():
            return [grant.account for grant in held.select_related("account__person").order_by("id")]
    return []


def token_digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


_TOKEN = [field.attname for field in ApiToken._meta.concrete_fields]
_ACCOUNT = [field.attname for field in Account._meta.concrete_fields]
#: Written once: every request of a program asks it, and composing it each time took longer than running it.
_LIVE_TOKEN = (
    f"SELECT {', '.join([f't.{name}' for name in _TOKEN] + [f'a.{name}' for name in _ACCOUNT])}"  # noqa: S608
    " FROM people_apitoken t JOIN people_account a ON a.id = t.account_id"
    " WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s AND a.is_active"
)


def live_token(secret: str) -> ApiToken | None:
    """The unexpired, unrevoked token of an active account whose hash is this secret's."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVE_TOKEN, [token_digest(secret), now()])
        row = cursor.fetchone()
    if row is None:
        return None
    token = ApiToken.from_db(connection.alias, _TOKEN, row[: len(_TOKEN)])
    token.account = Account.from_db(connection.alias, _ACCOUNT, row[len(_TOKEN) :])
    return token


def tokens_of(account: Account) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(account=account)


def organisations() -> QuerySet[Organisation]:
    """Every organisation with the names it bore before."""
    former = OrganisationName.objects.order_by("valid_from", "id")
    return Organisation.objects.prefetch_related(Prefetch("former_names", former))


def visible_people(account: Account) -> QuerySet[Person]:
    """The people an account may look up: those of the organisations it works for, their own guests, and itself."""
    people = Person.objects.select_related("organisation")
    where = organisations_with(account, *LOOKING_UP)
    if where is None:
        return people
    itself = Q(account=account) if account.is_authenticated else Q(pk=None)
    return people.filter(Q(organisation_id__in=where) | itself | own_guests(account))


def own_guests(account: Account) -> Q:
    """People who belong to no organisation and have no account, and are asked only to conferences led by organisations
    whose people the account keeps: it came to enter them, and no other record rests on what it corrects."""
    where = organisations_with(account, *REACHING)
    if not where or not ASKED:
        return Q(pk__in=[])
    here, elsewhere = Q(), Q()
    for asked in ASKED:
        ours, others = asked(where)
        here, elsewhere = here | Q(ours), elsewhere | Q(others)
    return Q(organisation=None) & Q(account=None) & here & ~elsewhere


def reachable_in(account: Account) -> set[UUID] | None:
    """The organisations whose people's e-mail addresses and telephone numbers the account may see; None: all."""
    return organisations_with(account, *REACHING)


def visible_positions(account: Account) -> QuerySet[Position]:
    """The offices of the people an account may look up, in protocol order."""
    return Position.objects.filter(person__in=visible_people(account)).select_related("person", "organisation")


def accounts() -> QuerySet[Account]:
    return Account.objects.select_related("person").prefetch_related("grants")


def role_grants() -> QuerySet[RoleGrant]:
    return RoleGrant.objects.select_related("account", "organisation")


def identity(account: Account) -> dict[str, Any]:
    """What an account may be told about itself."""
    return {
        "account": account.pk,
        "email": account.email,
        "person": account.person,
        "grants": [
            {"role": role, "organisation": where} for role, where in sorted(account.roles, key=lambda grant: str(grant))
        ],
    }


def held_on(positions: QuerySet[Position], day: dt.date) -> QuerySet[Position]:
    """Those held on `day`; an unknown date excludes nothing."""
    return positions.filter(Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day))
