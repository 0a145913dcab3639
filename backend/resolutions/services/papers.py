"""Handing out ballot papers."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from backend.core import context
from backend.core.clock import database_now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.resolutions import queries
from backend.resolutions.models import Entitlement, IssuedPaper, Poll
from backend.resolutions.services import locks
from backend.resolutions.states import Channel, PollState


@transaction.atomic
def issue_papers(*, poll_id: UUID, numbers: Collection[int]) -> list[IssuedPaper]:
    """Notes that these on the roll were handed a ballot paper, all or none: no device casts their votes any more.

    Waits for the casts in flight and keeps new ones waiting, so that nobody has both. Raises Conflict where the poll is
    not open or takes no papers, for whoever has voted or was handed one, and where votes
    that belong together would be divided, Invalid for numbers that are not on the roll.
    """
    locks.alone(poll_id)
    poll = locked(Poll, poll_id)
    if poll.state != PollState.OPEN or (poll.closes_at and poll.closes_at <= database_now()):
        raise Conflict(say(vi="Cuộc biểu quyết không mở.", en="The poll is not open."), reason="closed")
    if Channel.PAPER not in poll.channels:
        raise Conflict(say(vi="Cuộc biểu quyết này không dùng phiếu giấy.", en="This poll takes no papers."))
    wanted = sorted(set(numbers))
    known = Entitlement.objects.filter(poll=poll, number__in=wanted).values_list("number", flat=True)
    if unknown := sorted(set(wanted) - set(known)):
        raise Invalid({"numbers": _naming(say(vi="Không có trong danh sách", en="Not on the roll"), unknown)})
    if cast := queries.cast_numbers(poll, wanted):
        raise Conflict(
            _naming(say(vi="Đã biểu quyết bằng thiết bị", en="Voted on a device"), cast), reason="already-cast"
        )
    handed = IssuedPaper.objects.filter(poll=poll, number__in=wanted).values_list("number", flat=True)
    if handed:
        raise Conflict(_naming(say(vi="Đã nhận phiếu giấy", en="Handed a paper before"), handed), reason="paper")
    holders = Entitlement.objects.filter(poll=poll, number__in=wanted).values("holder")
    theirs = Entitlement.objects.filter(poll=poll, holder__in=holders).values_list("number", flat=True)
    if not poll.splitting and set(theirs) != set(wanted):
        raise Conflict(
            _naming(
                say(vi="Các phiếu của một người được phát cùng nhau", en="Papers of one holder are issued together"),
                theirs,
            ),
            reason="divided",
        )
    by = context.current().actor[:80]
    return IssuedPaper.objects.bulk_create(IssuedPaper(poll=poll, number=number, issued_by=by) for number in wanted)


def _naming(what: object, numbers: Collection[int]) -> object:
    told = ", ".join(map(str, sorted(numbers)))
    return say(vi="{what}: số {told}.", en="{what}: number {told}.", what=what, told=told)
