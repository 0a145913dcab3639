"""The order in which guests are named, where an organiser sets it by hand."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.core.errors import Invalid
from backend.core.text import say
from backend.invitations.models import Invitation


@transaction.atomic
def put_in_order(*, conference_id: UUID, invitations: Sequence[UUID]) -> int:
    """Names these first, in this order, and leaves all others to protocol; returns how many have a place.

    Two at the same moment are one after the other: the later order holds. Raises Invalid for an invitation named twice
    or not of the conference.
    """
    # Not FOR UPDATE: who is put on a list meanwhile refers to the conference, and may hold one of these invitations.
    Conference.objects.select_for_update(no_key=True).get(pk=conference_id)
    placed = Invitation.objects.filter(Q(pk__in=invitations) | Q(place__isnull=False), conference=conference_id)
    found = placed.order_by("id").select_for_update(no_key=True).in_bulk()
    rows = {row_id: found[row_id] for row_id in invitations if row_id in found}
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
    before = Invitation.objects.filter(pk__in=found.keys() - rows.keys())
    before.update(place=None, version=F("version") + 1, updated_at=now())
    Invitation.objects.bulk_update(moved, ["place", "version", "updated_at"])
    return len(rows)
