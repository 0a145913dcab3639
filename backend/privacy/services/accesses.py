"""Writing down who was shown whose data, in the request that shows it."""

from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower

from backend.core import context
from backend.core.shown import Shown, keeps_shown
from backend.people.models import Person
from backend.privacy.models import Access


@keeps_shown
def note_access(shown: Shown) -> None:
    """One row for one answer. What people see of themselves is nobody's business, and is not noted."""
    others = (shown.people | _whose(shown.addresses)) - {shown.account.person_id}
    if others:
        Access.objects.create(
            account=shown.account,
            operation=shown.operation,
            people=sorted(others),
            by_token=shown.by_token,
            request_id=context.current().request_id[:80],
        )


def _whose(addresses: frozenset[str]) -> frozenset[UUID]:
    """The people on record who have one of the addresses."""
    if not addresses:
        return frozenset()
    wanted = {address.lower() for address in addresses}
    people = Person.objects.annotate(first=Lower("email"), second=Lower("alternate_email"))
    return frozenset(people.filter(Q(first__in=wanted) | Q(second__in=wanted)).values_list("pk", flat=True))
