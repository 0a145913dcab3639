"""Who may see and record what people decided, and who may ask who looked."""

from typing import Any

from backend.core.permissions import Rules, predicate, signed_in
from backend.people.models import Person
from backend.people.queries import is_administrator
from backend.people.rules import keeps_people_of
from backend.privacy.models import ConsentDecision


@predicate
def words_consents(account: Any, row: object) -> bool:
    """What people are asked is the same in the whole house: administrators of everything."""
    return is_administrator(account)


@predicate
def decides(account: Any, row: Person | ConsentDecision | None) -> bool:
    """Everybody for themselves, and whoever keeps the person's data takes down what was said or written."""
    if row is None:
        return bool(account.is_authenticated)
    person = row.person if isinstance(row, ConsentDecision) else row
    return account.person_id == person.pk or keeps_people_of.test(account, person)


CONSENT_PURPOSES: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": words_consents,
    "reword": words_consents,
    "retire": words_consents,
}
CONSENTS: Rules = {"list": signed_in, "retrieve": signed_in, "create": decides}
ACCESSES: Rules = {"list": signed_in, "retrieve": signed_in}
