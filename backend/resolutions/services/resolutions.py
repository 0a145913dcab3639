"""A resolution's way from the draft to the decision."""

from typing import Any
from uuid import UUID

from django.db import transaction

from backend.conferences.models import AgendaItem, Conference
from backend.conferences.states import ConferenceState
from backend.core.clock import now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.services import emit
from backend.resolutions.events import ResolutionAdopted, ResolutionRejected, ResolutionTabled, ResolutionWithdrawn
from backend.resolutions.models import Poll, Resolution
from backend.resolutions.states import RESOLUTION_MOVES, PollState, ResolutionState

EDITABLE = (ResolutionState.DRAFT, ResolutionState.TABLED)


@transaction.atomic
def draft(
    *, conference: Conference, title: Text, clauses: list[Text], agenda_item: AgendaItem | None = None
) -> Resolution:
    """A text that may be put before the conference. Raises Conflict when the conference is over, Invalid when the
    agenda item is another conference's."""
    if conference.state in {ConferenceState.ARCHIVED, ConferenceState.CANCELLED, ConferenceState.CLOSED}:
        raise Conflict(say(vi="Hội nghị này đã kết thúc.", en="This conference is over."))
    _same_conference(conference, agenda_item)
    return Resolution.objects.create(conference=conference, title=title, clauses=clauses, agenda_item=agenda_item)


@transaction.atomic
def edit(*, resolution_id: UUID, expected: int | None, **changes: Any) -> Resolution:
    """Changes title, clauses or agenda item. Raises Conflict once it was decided, or while a poll on it is under way:
    people vote on the text they see."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    if resolution.state not in EDITABLE:
        raise Conflict(say(vi="Nghị quyết đã được quyết định.", en="The resolution has been decided."))
    if resolution.polls.exclude(state__in=[PollState.DRAFT, PollState.ANNULLED]).exists():
        raise Conflict(say(vi="Đang biểu quyết về văn bản này.", en="This text is being voted on."))
    _same_conference(resolution.conference, changes.get("agenda_item"))
    for name, value in changes.items():
        setattr(resolution, name, value)
    resolution.save()
    return resolution


@transaction.atomic
def table(*, resolution_id: UUID, expected: int | None = None) -> Resolution:
    """Puts the text before the conference."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    RESOLUTION_MOVES.move(resolution, "table")
    resolution.save()
    emit(ResolutionTabled(resolution_id=resolution.pk, conference_id=resolution.conference_id))
    return resolution


@transaction.atomic
def withdraw(*, resolution_id: UUID, expected: int | None = None) -> Resolution:
    """Takes the text back. Raises Conflict while a poll on it is under way."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    RESOLUTION_MOVES.move(resolution, "withdraw")
    if resolution.polls.exclude(state__in=[PollState.DRAFT, PollState.ANNULLED]).exists():
        raise Conflict(say(vi="Đang biểu quyết về văn bản này.", en="This text is being voted on."))
    resolution.save()
    emit(ResolutionWithdrawn(resolution_id=resolution.pk, conference_id=resolution.conference_id))
    return resolution


@transaction.atomic
def decide_without_count(
    *, resolution_id: UUID, adopted: bool, decided_how: Text, expected: int | None = None
) -> Resolution:
    """Records a decision taken without a count ("thống nhất"), with how it was taken. Raises Conflict while a poll on
    it stands."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    if resolution.polls.exclude(state__in=[PollState.DRAFT, PollState.ANNULLED]).exists():
        raise Conflict(say(vi="Nghị quyết này đã được đưa ra biểu quyết.", en="This resolution was put to the vote."))
    settle(resolution, adopted=adopted, poll=None, decided_how=decided_how)
    return resolution


def settle(resolution: Resolution, *, adopted: bool, poll: Poll | None, decided_how: Text | None = None) -> None:
    """Moves a locked resolution to its outcome and tells so."""
    RESOLUTION_MOVES.move(resolution, "adopt" if adopted else "reject")
    resolution.decided_at = now()
    resolution.decided_how = decided_how or {}
    resolution.save()
    fact = ResolutionAdopted if adopted else ResolutionRejected
    poll_id = poll.pk if poll else None
    emit(fact(resolution_id=resolution.pk, conference_id=resolution.conference_id, poll_id=poll_id))


def _same_conference(conference: Conference, item: AgendaItem | None) -> None:
    if item is not None and item.conference_id != conference.pk:
        raise Invalid({"agenda_item": say(vi="Không thuộc hội nghị này.", en="It belongs to another conference.")})
