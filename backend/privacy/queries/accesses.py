"""Who was shown whose data."""

from uuid import UUID

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from backend.people.models import Account, Role
from backend.people.queries import organisations_with
from backend.privacy.models import Access


def visible_accesses(account: Account) -> QuerySet[Access]:
    """Every access by accounts whose people belong to the organisations the account audits; and to everybody each access
    to their own data. `audited` says which it is."""
    if not account.is_authenticated:
        return Access.objects.none()
    rows = Access.objects.select_related("account__person__organisation")
    where = organisations_with(account, Role.AUDITOR)
    if where is None:
        return rows.annotate(audited=Value(True))
    audited = Q(account__person__organisation_id__in=where)
    own = Q(people__contains=[account.person_id]) if account.person_id else Q(pk=None)
    return rows.annotate(audited=Case(When(audited, then=True), default=False, output_field=BooleanField())).filter(
        audited | own
    )


def accesses_to(person_id: UUID) -> QuerySet[Access]:
    """Every answer that showed the person's data to somebody."""
    rows = Access.objects.filter(people__contains=[person_id]).select_related("account__person__organisation")
    return rows.prefetch_related("account__grants__organisation")
