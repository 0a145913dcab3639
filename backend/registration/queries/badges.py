"""Reading what was printed to be worn."""

import datetime as dt
from uuid import UUID

from django.db.models import Count, QuerySet

from backend.conferences.queries import name_then
from backend.core.text import Text
from backend.documents.models import DocumentFile
from backend.invitations.queries import conferences_of
from backend.people.models import Account
from backend.registration.models import Badge, BadgePrint, Registration


def visible_prints(account: Account) -> QuerySet[BadgePrint]:
    """Those of conferences the account organises: whoever has the file could let anybody in."""
    if not account.is_authenticated:
        return BadgePrint.objects.none()
    rows = BadgePrint.objects.select_related("conference").annotate(made=Count("badges"))
    return rows.filter(conference__in=conferences_of(account, "organiser", "secretary"))


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
