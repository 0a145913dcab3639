"""The office in which somebody is invited: the one they hold on the conference's day."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef

from backend.conferences.models import Conference
from backend.invitations import queries
from backend.invitations.models import Invitation
from backend.people.models import Person, Position

#: The rank of whoever holds no office on record, as among positions.
UNRANKED = 100


def renew_offices(invitation_ids: Collection[UUID], conference: Conference) -> None:
    """Brings drafts up to date before their letters are written. What somebody wrote by hand is left as it is: only an
    office that stands among the person's own is renewed, or one that was not known."""
    from_record = Position.objects.filter(person_id=OuterRef("person_id"), title=OuterRef("office"))
    rows = list(
        Invitation.objects.filter(pk__in=invitation_ids, person__isnull=False).annotate(recorded=Exists(from_record))
    )
    held = queries.offices(list(Person.objects.filter(pk__in=[row.person_id for row in rows])), conference)
    changed = []
    for row in rows:
        now = held.get(row.person_id) if row.person_id else None
        known = row.recorded or not row.office
        if now is not None and known and (now.title, now.rank) != (row.office, row.rank):
            row.office, row.rank = now.title, now.rank
            changed.append(row)
    Invitation.objects.bulk_update(changed, ["office", "rank"])
