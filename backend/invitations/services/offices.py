"""The office in which somebody is invited: the one they hold on the conference's day."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef

from backend.conferences.models import Conference
from backend.invitations import queries
from backend.invitations.models import Invitation
from backend.people.models import Position

#: The rank of whoever holds no office on record, as among positions.
UNRANKED = 100


def renew_offices(invitation_ids: Collection[UUID], conference: Conference) -> None:
    """Brings drafts up to date before their letters are written. What somebody wrote by hand is left as it is: only an
    office that stands among the person's own is renewed, or one that was not known."""
    from_record = Position.objects.filter(person_id=OuterRef("person_id"), title=OuterRef("office"))
    rows = Invitation.objects.filter(pk__in=invitation_ids, person__isnull=False).annotate(recorded=Exists(from_record))
    found = list(rows.values_list("pk", "person_id", "office", "rank", "recorded"))
    held = queries.offices([person for _, person, *_ in found if person], conference)
    changed = []
    for pk, person, office, rank, recorded in found:
        now = held.get(person) if person else None
        if now is not None and (recorded or not office) and (now.title, now.rank) != (office, rank):
            changed.append(Invitation(pk=pk, office=now.title, rank=now.rank))
    Invitation.objects.bulk_update(changed, ["office", "rank"])
