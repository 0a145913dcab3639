"""A resolution's way from the draft to the decision."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.conferences.queries import chairs
from backend.conferences.services.scheduling import check_minute
from backend.core.clock import now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.services import emit
from backend.resolutions import merkle
from backend.resolutions.events import (
    ResolutionAdopted,
    ResolutionReferred,
    ResolutionRejected,
    ResolutionShared,
    ResolutionTabled,
    ResolutionUntabled,
    ResolutionWithdrawn,
)
from backend.resolutions.models import Amendment, Poll, Resolution
from backend.resolutions.services.amendments import ensure_text_is_final, ensure_turn, settle_amendment
from backend.resolutions.services.backing import ensure_supported
from backend.resolutions.services.quorums import ensure_quorate
from backend.resolutions.services.texts import ensure_at_rest, keep
from backend.resolutions.states import (
    CARRIED,
    RESOLUTION_MOVES,
    AmendmentState,
    PollState,
    ResolutionState,
)

#: A poll that may still decide something, or has.
STANDING = (PollState.OPEN, PollState.SEALED, PollState.COUNTED, PollState.DECLARED)


@transaction.atomic
def table(*, resolution_id: UUID, expected: int | None = None) -> Resolution:
    """Puts the text before the conference. Raises Conflict below the support that is asked for."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    RESOLUTION_MOVES.move(resolution, "table")
    ensure_supported(resolution)
    resolution.save()
    keep(resolution)
    emit(ResolutionTabled(resolution_id=resolution.pk, conference_id=resolution.conference_id))
    return resolution


@transaction.atomic
def untable(*, resolution_id: UUID, why: Text, expected: int | None = None) -> Resolution:
    """Takes the text off the table, to be worded anew; when, why and which words they were stays on record. Whoever took
    part goes on reading it. Support for other words is asked for anew.

    Raises Conflict while an amendment to it is pending, and once one was carried: the words are the conference's then.
    """
    resolution = locked(Resolution, resolution_id, expected=expected)
    RESOLUTION_MOVES.check(resolution, "untable")
    ensure_at_rest(resolution)
    if resolution.amendments.filter(state__in=[AmendmentState.SUBMITTED, *CARRIED]).exists():
        raise Conflict(
            say(
                vi="Đã có sửa đổi được trình hoặc được chấp nhận; văn bản không về dự thảo được nữa.",
                en="Amendments are pending or were carried; the text cannot go back to its draft.",
            ),
            reason="amended",
        )
    RESOLUTION_MOVES.move(resolution, "untable")
    at = now()
    words = {"at": at.isoformat(), "why": why, "text_hash": keep(resolution).hash}
    resolution.untabled, resolution.shared_at = [*resolution.untabled, words], resolution.shared_at or at
    resolution.save()
    emit(ResolutionUntabled(resolution_id=resolution.pk, conference_id=resolution.conference_id))
    return resolution


@transaction.atomic
def share(*, resolution_id: UUID, comments_until: dt.datetime | None = None, expected: int | None = None) -> Resolution:
    """Shows a draft to those who take part, so that they may support it, or a tabled text to comment on; they comment
    until `comments_until`, and not at all where it is None. Doing it again sets another end."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    ensure_at_rest(resolution)
    check_minute("comments_until", comments_until)
    resolution.shared_at, resolution.comments_until = resolution.shared_at or now(), comments_until
    resolution.save()
    emit(ResolutionShared(resolution_id=resolution.pk, conference_id=resolution.conference_id))
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
    """Records a decision taken without a count, with how it was taken. Raises Conflict while a poll is
    under way, and without the quorum of the conference."""
    resolution = _to_decide(resolution_id, expected)
    if adopted:
        ensure_text_is_final(resolution)
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
    else, Conflict while a poll is under way, and without the quorum of the conference.
    """
    resolution = _to_decide(resolution_id, expected)
    ensure_text_is_final(resolution)
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


def _to_decide(resolution_id: UUID, expected: int | None) -> Resolution:
    """The resolution, locked, where the conference may decide it without a count."""
    resolution = locked(Resolution.objects.select_related("conference"), resolution_id, expected=expected)
    ensure_at_rest(resolution)
    ensure_quorate(resolution.conference)
    return resolution


def put_to_vote(resolution: Resolution, poll: Poll) -> str:
    """Stops the text of the locked resolution where it stands, for the poll that opens on it or on an amendment to it;
    returns the hash voted on: of the text, or of the text and the change to it."""
    if resolution.state != ResolutionState.TABLED:
        raise Conflict(say(vi="Nghị quyết chưa được trình.", en="The resolution is not tabled."))
    text = keep(resolution)
    if poll.amendment_id is not None:
        amendment = locked(Amendment, poll.amendment_id)
        if amendment.state != AmendmentState.SUBMITTED:
            raise Conflict(say(vi="Sửa đổi này không còn chờ quyết định.", en="This amendment is not pending."))
        ensure_turn(amendment, resolution)
        return merkle.digest([text.hash, amendment.content])
    ensure_text_is_final(resolution)
    RESOLUTION_MOVES.move(resolution, "put_to_vote")
    resolution.save()
    return text.hash


def conclude_amendment(resolution: Resolution, poll: Poll, outcome: str) -> None:
    """What a declared poll on an amendment made of it; without a quorum it stays pending."""
    assert poll.amendment_id is not None
    amendment = locked(Amendment, poll.amendment_id)
    if amendment.state == AmendmentState.SUBMITTED and outcome in {"adopted", "rejected"}:
        settle_amendment(amendment, resolution, {"adopted": "adopt", "rejected": "reject"}[outcome], poll=poll)


def take_back_from_vote(resolution: Resolution, poll: Poll) -> None:
    """The poll came to nothing: the locked resolution lies on the table again, unless a later poll on it was opened."""
    later = resolution.polls.filter(amendment=None, opened_at__gt=poll.opened_at).exists()
    if resolution.state == ResolutionState.VOTING and poll.amendment_id is None and not later:
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
