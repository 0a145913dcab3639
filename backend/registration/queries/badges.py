"""Reading what was printed to be worn."""

import datetime as dt
from uuid import UUID

from django.db.models import Count, QuerySet

from backend.conferences.models import Conference
from backend.conferences.queries import held_by_any, name_then
from backend.conferences.states import OrganiserRole
from backend.core.text import Text
from backend.documents.models import DocumentFile
from backend.people.models import Account
from backend.people.queries import organisations_with
from backend.registration.models import Badge, BadgePrint, Registration


def visible_prints(account: Account) -> QuerySet[BadgePrint]:
    """Those of conferences that an organisation leads where the account organises: whoever has the file could let anybody
    in, so that partners do not read it."""
    if not account.is_authenticated:
        return BadgePrint.objects.none()
    rows = BadgePrint.objects.select_related("conference").annotate(made=Count("badges"))
    where = organisations_with(account, "organiser", "secretary")
    if where is None:
        return rows
    return rows.filter(conference__in=Conference.objects.filter(held_by_any(where, OrganiserRole.LEAD)))


def badge_file(made: BadgePrint) -> DocumentFile | None:
    """The file, once it is done."""
    return DocumentFile.objects.filter(document_id=made.document_id).first() if made.document_id else None


def last_badges(conference_id: UUID) -> dict[UUID, str]:
    """The digest of the last badge printed for each registration, of prints that were done."""
    rows = Badge.objects.filter(print__conference_id=conference_id, print__document__isnull=False)
    return dict(rows.order_by("print_id").values_list("registration_id", "digest"))


def unit_then(row: Registration, day: dt.date | None) -> Text:
    """The name the registration's unit bore on `day`."""
    return name_then(row.organisation, day) if row.organisation else {}
