"""A resolution's way from the draft to the decision."""

from uuid import UUID

from django.db import transaction

from backend.conferences.queries import chairs
from backend.core.clock import now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.services import emit
from backend.resolutions.events import (
    ResolutionAdopted,
    ResolutionReferred,
    ResolutionRejected,
    ResolutionTabled,
    ResolutionWithdrawn,
)
from backend.resolutions.models import Poll, Resolution
from backend.resolutions.services.texts import ensure_at_rest, keep
from backend.resolutions.states import RESOLUTION_MOVES, PollState, ResolutionState

#: A poll that may still decide something, or has.
STANDING = (PollState.OPEN, PollState.SEALED, PollState.COUNTED, PollState.DECLARED)


@transaction.atomic
def table(*, resolution_id: UUID, expected: int | None = None) -> Resolution:
    """Puts the text before the conference."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    RESOLUTION_MOVES.move(resolution, "table")
    resolution.save()
    keep(resolution)
    emit(ResolutionTabled(resolution_id=resolution.pk, conference_id=resolution.conference_id))
    return resolution


@transaction.atomic
def withdraw(*, resolution_id: UUID, expected: int | None = None) -> Resolution:
    """Takes the text back. Raises Conflict while it is being voted on."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    RESOLUTION_MOVES.check(resolution, "withdraw")
    ensure_at_rest(resolution)
    RESOLUTION_MOVES.move(resolution, "withdraw")
    resolution.save()
    emit(ResolutionWithdrawn(resolution_id=resolution.pk, conference_id=resolution.conference_id))
    return resolution


@transaction.atomic
def refer(*, resolution_id: UUID, to: Text, why: Text, expected: int | None = None) -> Resolution:
    """Hands the tabled text to a body that is to look at it, and says why; this conference decides it no more."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    RESOLUTION_MOVES.check(resolution, "refer")
    ensure_at_rest(resolution)
    RESOLUTION_MOVES.move(resolution, "refer")
    resolution.referred_to, resolution.referred_why, resolution.decided_at = to, why, now()
    resolution.save()
    emit(ResolutionReferred(resolution_id=resolution.pk, conference_id=resolution.conference_id))
    return resolution


@transaction.atomic
def decide_without_count(
    *, resolution_id: UUID, adopted: bool, decided_how: Text, expected: int | None = None
) -> Resolution:
    """Records a decision taken without a count, with how it was taken. Raises Conflict while a poll on it stands."""
    resolution = _undecided(resolution_id, expected)
    settle(resolution, adopted=adopted, poll=None, decided_how=decided_how)
    return resolution


@transaction.atomic
def agree(
    *,
    resolution_id: UUID,
    chaired_by: UUID | None,
    decided_how: Text | None = None,
    expected: int | None = None,
) -> Resolution:
    """Adopts the text by consensus ("thống nhất"): the chair asked for objections and there was none.

    `chaired_by` is who asked: one of those who chair the conference, the only one when None. Raises Invalid for anybody
    else, Conflict while a poll on it stands.
    """
    resolution = _undecided(resolution_id, expected)
    at_the_chair = {duty.person_id for duty in chairs(resolution.conference) if duty.person_id}
    if chaired_by is None and len(at_the_chair) == 1:
        (chaired_by,) = at_the_chair
    if chaired_by not in at_the_chair:
        raise Invalid(
            {"chaired_by": say(vi="Phải là người chủ trì hội nghị này.", en="Must be a chair of this conference.")}
        )
    resolution.by_consensus, resolution.chaired_by_id = True, chaired_by
    settle(resolution, adopted=True, poll=None, decided_how=decided_how)
    return resolution


def _undecided(resolution_id: UUID, expected: int | None) -> Resolution:
    resolution = locked(Resolution.objects.select_related("conference"), resolution_id, expected=expected)
    if resolution.polls.filter(state__in=STANDING).exists():
        raise Conflict(say(vi="Nghị quyết này đã được đưa ra biểu quyết.", en="This resolution was put to the vote."))
    return resolution


def put_to_vote(resolution: Resolution) -> str:
    """Stops the text of the locked resolution where it stands, for the poll that opens; returns the hash voted on."""
    if resolution.state != ResolutionState.TABLED:
        raise Conflict(say(vi="Nghị quyết chưa được trình.", en="The resolution is not tabled."))
    RESOLUTION_MOVES.move(resolution, "put_to_vote")
    resolution.save()
    return keep(resolution).hash


def take_back_from_vote(resolution: Resolution, poll: Poll) -> None:
    """The poll came to nothing: the locked resolution lies on the table again, unless a later poll on it was opened."""
    later = resolution.polls.filter(opened_at__gt=poll.opened_at).exists()
    if resolution.state == ResolutionState.VOTING and not later:
        RESOLUTION_MOVES.move(resolution, "take_back_from_vote")
        resolution.save()


def settle(resolution: Resolution, *, adopted: bool, poll: Poll | None, decided_how: Text | None = None) -> None:
    """Moves a locked resolution to its outcome and tells so."""
    RESOLUTION_MOVES.move(resolution, "adopt" if adopted else "reject")
    resolution.decided_at = now()
    resolution.decided_how = decided_how or {}
    resolution.save()
    keep(resolution)
    fact = ResolutionAdopted if adopted else ResolutionRejected
    poll_id = poll.pk if poll else None
    emit(fact(resolution_id=resolution.pk, conference_id=resolution.conference_id, poll_id=poll_id))
