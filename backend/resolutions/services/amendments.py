"""Amendments: moved, supported, put in order, decided, and merged into the text."""

from collections.abc import Collection
from itertools import takewhile
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.core.clock import now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.services import emit
from backend.resolutions import queries
from backend.resolutions.events import AmendmentDecided, AmendmentSubmitted, ResolutionMerged
from backend.resolutions.models import Amendment, Poll, Resolution, TextVersion
from backend.resolutions.services.backing import ensure_supported
from backend.resolutions.services.quorums import ensure_quorate
from backend.resolutions.services.texts import Written, ensure_at_rest, ensure_lawful, keep, structured
from backend.resolutions.states import (
    AMENDMENT_MOVES,
    CARRIED,
    AmendmentKind,
    AmendmentState,
    ResolutionState,
    TextSource,
)
from backend.resolutions.wording import Clause
from backend.resolutions.wording.amending import Change, apply, conflicts, merge

NO_OBJECTION = {
    "vi": "Chủ trì đã hỏi, không có ý kiến phản đối; thống nhất thông qua.",
    "en": "The chair asked for objections and none was raised; adopted by consensus.",
}


@transaction.atomic
def move(
    *,
    resolution_id: UUID,
    kind: str,
    target: str,
    clause: Written | None = None,
    reason: Text | None = None,
    mover_id: UUID | None = None,
) -> Amendment:
    """Drafts an amendment to one clause of a tabled text. A replacement that says `clauses` takes the place of all that is
    below its target; one that does not leaves it standing.

    Raises Conflict when the text takes none, Invalid naming what is wrong with it.
    """
    resolution = _open_to_amendment(resolution_id)
    wording = resolution.wording
    place = wording.place(target)
    if place is None:
        raise Invalid({"target": say(vi="Văn bản không có đoạn này.", en="The text has no such clause.")})
    if (clause is None) != (kind == AmendmentKind.DELETE):
        sentence = say(
            vi="Cần lời văn khi thay thế, bổ sung; không cần khi bãi bỏ.",
            en="Needed but for a deletion, which has none.",
        )
        raise Invalid({"clause": sentence})
    last = resolution.amendments.order_by("-number").values_list("number", flat=True).first() or 0
    whole = kind == AmendmentKind.REPLACE and clause is not None and "clauses" in clause
    change = Change(
        number=last + 1, kind=kind, target=target, clause=_put_in(clause, place.clause, whole=whole), whole=whole
    )
    ensure_lawful(apply(wording, change), field="clause")
    return Amendment.objects.create(
        resolution=resolution,
        conference_id=resolution.conference_id,
        number=change.number,
        kind=kind,
        target=target,
        content=change.to_json(),
        reason=reason or {},
        mover_id=mover_id,
    )


def _put_in(written: Written | None, target: Clause, *, whole: bool) -> Clause | None:
    """With ids of its own; in a replacement what was below the target may keep its id."""
    if written is None:
        return None
    if "id" in written:
        raise Invalid({"clause.id": say(vi="Không đặt mã ở đây.", en="The id is not given here.")})
    return structured(written, target.clauses if whole else (), field="clause")


@transaction.atomic
def submit(*, amendment_id: UUID, expected: int | None = None) -> Amendment:
    """Puts it before the conference. Raises Conflict below the support that is asked for, or when what was carried
    leaves it without its object."""
    amendment, resolution = _locked(amendment_id, expected)
    AMENDMENT_MOVES.move(amendment, "submit")
    _open_to_amendment(resolution.pk)
    ensure_supported(amendment)
    if resolution.wording.place(amendment.target) is None:
        raise Conflict(say(vi="Văn bản không còn đoạn này.", en="The text no longer has this clause."))
    _ensure_no_rival(amendment, resolution)
    amendment.save()
    emit(
        AmendmentSubmitted(
            amendment_id=amendment.pk, resolution_id=resolution.pk, conference_id=amendment.conference_id
        )
    )
    return amendment


@transaction.atomic
def accept(*, amendment_id: UUID, expected: int | None = None) -> Amendment:
    """The movers of the text take it over: it needs no vote. Raises Conflict while another that would fall with it comes
    first in the order of voting."""
    return _decide(amendment_id, "accept", expected)


@transaction.atomic
def decide_amendment(
    *,
    amendment_id: UUID,
    adopted: bool,
    decided_how: Text | None = None,
    objections_asked: bool = False,
    expected: int | None = None,
) -> Amendment:
    """Records a decision taken without a count: how it was taken, or that nobody objected when the chair asked. Raises
    Conflict while others come first in the order of voting."""
    if not decided_how and not (adopted and objections_asked):
        raise Invalid({"decided_how": say(vi="Cần nêu quyết định thế nào.", en="Say how it was decided.")})
    return _decide(amendment_id, "adopt" if adopted else "reject", expected, decided_how or NO_OBJECTION)


@transaction.atomic
def withdraw_amendment(*, amendment_id: UUID, expected: int | None = None) -> Amendment:
    return _decide(amendment_id, "withdraw", expected)


def _decide(amendment_id: UUID, verb: str, expected: int | None, how: Text | None = None) -> Amendment:
    amendment, resolution = _locked(amendment_id, expected)
    AMENDMENT_MOVES.check(amendment, verb)
    ensure_at_rest(resolution)
    if verb in {"adopt", "reject"}:
        ensure_turn(amendment, resolution)
    elif verb == "accept":
        ensure_turn(amendment, resolution, of=_rivals(amendment, resolution, [AmendmentState.SUBMITTED]))
    if how is not None:
        ensure_quorate(amendment.conference)
    settle_amendment(amendment, resolution, verb, how=how)
    return amendment


def ensure_turn(amendment: Amendment, resolution: Resolution, *, of: Collection[Amendment] | None = None) -> None:
    """Raises Conflict naming the pending amendments (`of` these, where given) that are voted on before this pending one:
    what is voted on too early can leave others without their object. Only the chair changes the order (`put_in_order`)."""
    pending, _ = queries.amending(resolution)
    before = [row for row in takewhile(lambda row: row != amendment, pending) if of is None or row in of]
    if before:
        raise Conflict(
            say(
                vi="Biểu quyết trước: sửa đổi số {numbers}. Muốn khác, chủ trì xếp lại thứ tự và nêu lý do.",
                en="To be decided first: amendment {numbers}. The chair can set another order, and say why.",
                numbers=", ".join(str(row.number) for row in before),
            ),
            reason="order",
            first=[str(row.pk) for row in before],
        )


def settle_amendment(
    amendment: Amendment, resolution: Resolution, verb: str, *, how: Text | None = None, poll: Poll | None = None
) -> None:
    """Moves a locked amendment to its outcome and tells so. What can only be merged without it falls."""
    AMENDMENT_MOVES.move(amendment, verb)
    if amendment.state in CARRIED:
        _ensure_no_rival(amendment, resolution)
    amendment.decided_at, amendment.decided_how = now(), how or {}
    amendment.save()
    _tell(amendment, poll)
    if amendment.state in CARRIED:
        for rival in _rivals(amendment, resolution, [AmendmentState.SUBMITTED]):
            AMENDMENT_MOVES.move(rival, "fall")
            rival.decided_at, rival.fell_to = amendment.decided_at, amendment
            rival.save()
            _tell(rival, None)


def _tell(amendment: Amendment, poll: Poll | None) -> None:
    emit(
        AmendmentDecided(
            amendment_id=amendment.pk,
            resolution_id=amendment.resolution_id,
            conference_id=amendment.conference_id,
            outcome=amendment.state,
            poll_id=poll.pk if poll else None,
        )
    )


def _rivals(amendment: Amendment, resolution: Resolution, states: Any) -> list[Amendment]:
    """The amendments in these states that cannot be merged together with this one."""
    others = resolution.amendments.filter(state__in=states, merged_in=None).exclude(pk=amendment.pk)
    return [
        other
        for other in others.order_by("number")
        if any(one.exclusive for one in conflicts(resolution.wording, [amendment.change, other.change]))
    ]


def _ensure_no_rival(amendment: Amendment, resolution: Resolution) -> None:
    for rival in _rivals(amendment, resolution, CARRIED):
        raise Conflict(
            say(
                vi="Trái với sửa đổi số {n} đã được chấp nhận.",
                en="It conflicts with amendment {n}, which was carried.",
                n=rival.number,
            ),
            amendment=str(rival.pk),
        )


@transaction.atomic
def put_in_order(
    *, resolution_id: UUID, amendments: list[UUID], reason: Text, expected: int | None = None
) -> Resolution:
    """The chair's order of voting, and why it is not the norm's; [] leaves it to the norm again."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    ensure_at_rest(resolution)
    submitted = set(resolution.amendments.filter(state=AmendmentState.SUBMITTED).values_list("pk", flat=True))
    if len(set(amendments)) < len(amendments) or not set(amendments) <= submitted:
        raise Invalid(
            {"amendments": say(vi="Phải là các sửa đổi đang chờ, mỗi cái một lần.", en="Each must be pending, once.")}
        )
    resolution.voting_order = {"amendments": [str(one) for one in amendments], "reason": reason} if amendments else {}
    resolution.save()
    return resolution


@transaction.atomic
def merge_amendments(*, resolution_id: UUID, expected: int | None = None) -> TextVersion:
    """Makes what was carried part of the text: a new version with its own hash. Raises Conflict while one is undecided,
    when there is nothing to merge, or when no clause would be left; Invalid when the text would no longer be lawful."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    ensure_at_rest(resolution)
    _ensure_decided(resolution)
    carried = list(queries.unmerged(resolution).order_by("number"))
    if not carried:
        raise Conflict(say(vi="Không có sửa đổi nào để hợp nhất.", en="There is nothing to merge."))
    text = merge(resolution.wording, [row.change for row in carried])
    if not text.clauses:
        raise Conflict(
            say(
                vi="Hợp nhất thì văn bản không còn Điều nào: hãy rút hoặc quyết định không thông qua văn bản.",
                en="Merged, the text would have no clause left: withdraw the text, or decide against it.",
            ),
            reason="empty",
        )
    ensure_lawful(text)
    resolution.preamble = [one.to_json() for one in text.preamble]
    resolution.clauses = [one.to_json() for one in text.clauses]
    resolution.save()
    version = keep(resolution, source=TextSource.MERGED, amendments=[row.number for row in carried])
    for row in carried:
        row.merged_in = version.number
        row.save()
    emit(
        ResolutionMerged(
            resolution_id=resolution.pk,
            conference_id=resolution.conference_id,
            text_version=version.number,
            text_hash=version.hash,
        )
    )
    return version


def ensure_text_is_final(resolution: Resolution) -> None:
    """Raises Conflict while an amendment is undecided or, though carried, not merged: nobody votes on a text that is not
    the one they will get."""
    _ensure_decided(resolution)
    if queries.unmerged(resolution).exists():
        raise Conflict(
            say(vi="Hãy hợp nhất các sửa đổi đã chấp nhận trước.", en="Merge the amendments that were carried first."),
            reason="unmerged",
        )


def _ensure_decided(resolution: Resolution) -> None:
    pending = resolution.amendments.filter(state=AmendmentState.SUBMITTED).count()
    if pending:
        raise Conflict(
            say(vi="Còn {n} sửa đổi chưa quyết định.", en="{n} amendments are not decided yet.", n=pending),
            reason="pending",
        )


def _open_to_amendment(resolution_id: UUID) -> Resolution:
    resolution = locked(Resolution, resolution_id)
    ensure_at_rest(resolution)
    if resolution.state != ResolutionState.TABLED:
        raise Conflict(say(vi="Nghị quyết chưa được trình.", en="The resolution is not tabled."))
    return resolution


def _locked(amendment_id: UUID, expected: int | None) -> tuple[Amendment, Resolution]:
    """The resolution first, as everybody who decides about amendments does."""
    found = Amendment.objects.filter(pk=amendment_id).first()
    if found is None:
        raise NotFound()
    resolution = locked(Resolution, found.resolution_id)
    return locked(Amendment, amendment_id, expected=expected), resolution
