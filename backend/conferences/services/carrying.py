"""What a meeting left open comes back on the agenda of the next.

Conferences do not know what was left open: action items and open points belong to the floors above. Such a floor
registers a function (`@carries`, once, when its app's `ready` imports the module) that reads them from its own tables.
"""

from collections.abc import Callable
from typing import TypedDict
from uuid import UUID

from django.db import transaction

from backend.conferences.events import ConferenceCarriedOver
from backend.conferences.models import Conference
from backend.conferences.queries import series as queries
from backend.conferences.services.scheduling import save_changes
from backend.core.queries import locked
from backend.core.text import Text
from backend.outbox.services import emit


class OpenPoint(TypedDict):
    """`source` names the row it comes from, as "conclusion:<uuid>"."""

    text: Text
    source: str


Carrier = Callable[[Conference], list[OpenPoint]]
#: Who says what a conference left open. Fill it with `carries`.
CARRIERS: list[Carrier] = []


def carries(carrier: Carrier) -> Carrier:
    """Decorator: `carrier(conference)` lists what that (held) conference left open, in order."""
    if carrier not in CARRIERS:
        CARRIERS.append(carrier)
    return carrier


@transaction.atomic
def carry_over(*, conference_id: UUID) -> Conference | None:
    """Writes what the conference left open on every `carried_over` item of the meeting after it; returns that meeting,
    None when nothing changed. Done again, it writes the list as it is by then, until the next meeting has begun."""
    left_by = Conference.objects.get(pk=conference_id)
    found = queries.next_after(left_by)
    if found is None:
        return None
    following = locked(Conference, found.pk)
    if following.state not in queries.FOLLOWING:
        return None
    points = [point for carrier in CARRIERS for point in carrier(left_by)]
    items = [item for item in following.agenda.filter(carried_over=True) if item.open_points != points]
    if not items:
        return None
    for item in items:
        item.open_points = points
        item.save()
    save_changes(following, fields=["agenda"], by_hand=False)
    emit(ConferenceCarriedOver(conference_id=following.pk, left_by=left_by.pk))
    return following
