"""The order in which guests are named, where an organiser sets it by hand."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.invitations.models import Invitation


@transaction.atomic
def put_in_order(*, conference_id: UUID, invitations: Sequence[UUID]) -> int:
    """Names these first, in this order, and leaves all others to protocol; returns how many have a place.

    Two at the same moment are one after the other: the later order holds. Raises Invalid for an invitation named twice
    or not of the conference.
    """
    locked(Conference, conference_id)
    rows = {row.pk: row for row in Invitation.objects.filter(conference=conference_id, pk__in=invitations)}
    strange = [str(row_id) for row_id in invitations if row_id not in rows]
    if strange:
        ids = ", ".join(strange[:10])
        raise Invalid({"invitations": say(vi="Không tìm thấy: {ids}.", en="Not found: {ids}.", ids=ids)})
    if len(rows) < len(invitations):
        raise Invalid({"invitations": say(vi="Có giấy mời nêu hai lần.", en="An invitation is named twice.")})
    moved = []
    for place, row_id in enumerate(invitations, 1):
        row = rows[row_id]
        if row.place != place:
            row.place, row.version, row.updated_at = place, row.version + 1, now()
            moved.append(row)
    before = Invitation.objects.filter(conference=conference_id, place__isnull=False).exclude(pk__in=rows)
    before.update(place=None, version=F("version") + 1, updated_at=now())
    Invitation.objects.bulk_update(moved, ["place", "version", "updated_at"])
    return len(rows)
