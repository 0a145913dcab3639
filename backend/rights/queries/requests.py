"""Who may read which request, copy, correction and erasure; who is in charge of them."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from backend.core.errors import Gone, NotFound
from backend.people.models import Account, Person, Role
from backend.people.queries import ancestors, has_role, organisations_with
from backend.privacy import links
from backend.rights.deadlines import Calendar
from backend.rights.models import Correction, DataRequest, Erasure, PersonalExport, PublicHoliday, RequestEntry
from backend.rights.states import OPEN, RequestVia

OFFICER = Role.DATA_OFFICER


def is_officer(account: Account, organisation_id: UUID | None) -> bool:
    """A data officer of the organisation, of one above it, or of everywhere; what belongs to no organisation is for
    those of everywhere."""
    if not account.is_authenticated:
        return False
    if organisation_id is None:
        return bool(account.holds_everywhere(OFFICER))
    return has_role(account, OFFICER, organisation_id=organisation_id)


def officers_of(organisation_id: UUID | None) -> QuerySet[Account]:
    """The active accounts that deal with requests of the organisation; administrators where nobody else does."""
    where = Q(grants__organisation=None)
    if organisation_id is not None:
        where |= Q(grants__organisation__in=[*ancestors(organisation_id), organisation_id])
    active = Account.objects.filter(is_active=True).select_related("person").order_by("id").distinct()
    officers = active.filter(where, grants__role=OFFICER)
    return officers if officers.exists() else active.filter(where, grants__role=Role.ADMINISTRATOR)


def who_asks_by(token: str) -> Person:
    """The person whose link it is. Raises NotFound for what this house did not sign, Gone for a link that was mailed to
    an address the person no longer has, or to somebody who was erased."""
    read = links.read(token)
    person = Person.objects.filter(pk=read[0]).first() if read else None
    if read is None or person is None:
        raise NotFound()
    if not person.email or not links.is_current(person, read[1]):
        raise Gone()
    return person


def asked_already(person_id: UUID, kind: str) -> DataRequest | None:
    """The open request of this kind that the person made by their link: asked again it is the same one."""
    return DataRequest.objects.filter(person=person_id, kind=kind, via=RequestVia.LINK, state__in=OPEN).first()


def visible_requests(account: Account) -> QuerySet[DataRequest]:
    """A person's own, and those of the organisations whose data officer they are."""
    entries = Prefetch("entries", RequestEntry.objects.order_by("at", "id"))
    return _visible(DataRequest.objects.select_related("person", "organisation").prefetch_related(entries), account)


def visible_exports(account: Account) -> QuerySet[PersonalExport]:
    return _visible(PersonalExport.objects.defer("content").select_related("person"), account)


def visible_erasures(account: Account) -> QuerySet[Erasure]:
    return _visible(Erasure.objects.all(), account)


def visible_corrections(account: Account) -> QuerySet[Correction]:
    """Corrections of the officers' people, and of oneself."""
    if not account.is_authenticated:
        return Correction.objects.none()
    where = organisations_with(account, OFFICER)
    rows = Correction.objects.select_related("person")
    own = Q(person__account=account.pk)
    return rows if where is None else rows.filter(own | Q(person__organisation_id__in=where))


def working_calendar() -> Calendar:
    """The days offices work, as entered."""
    days = list(PublicHoliday.objects.values_list("day", "worked"))
    return Calendar(
        closed=frozenset(day for day, worked in days if not worked),
        worked=frozenset(day for day, worked in days if worked),
    )


def _visible(rows: QuerySet[Any], account: Account) -> QuerySet[Any]:
    if not account.is_authenticated:
        return rows.none()
    where = organisations_with(account, OFFICER)
    if where is None:
        return rows
    own = Q(person=account.person_id) if account.person_id else Q(pk=None)
    return rows.filter(own | Q(organisation_id__in=where))
