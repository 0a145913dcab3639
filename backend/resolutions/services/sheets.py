"""Tellers enter what they counted, each by themselves."""

from typing import Any
from uuid import UUID

from django.db import transaction

from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import localized, say
from backend.resolutions import methods
from backend.resolutions.batches import MOST
from backend.resolutions.models import Poll, Sheet
from backend.resolutions.services.custody import seat_of
from backend.resolutions.states import Channel, PollState


@transaction.atomic
def enter_sheet(
    *,
    poll_id: UUID,
    person_id: UUID,
    channel: str,
    count: Any,
    batch: str = "",
    issued: int | None = None,
    returned: int | None = None,
) -> Sheet:
    """Keeps what this teller found in one batch of a sealed poll: a correction is another sheet, and the last one is what
    the teller says; the same again changes nothing. A batch entered by mistake is corrected to zeros, by two.

    Raises Conflict before the poll is sealed and once it is counted, Forbidden for who is no teller of it, Invalid for a
    count that contradicts itself or a channel the poll has not.
    """
    poll = locked(Poll, poll_id)
    teller = seat_of(poll_id, person_id)
    if poll.state != PollState.SEALED:
        raise Conflict(
            say(
                vi="Bản kê được nhập sau khi khoá biểu quyết và trước khi kiểm xong.",
                en="Sheets are entered once voting has ended, and until it is counted.",
            ),
            reason="not-sealed",
        )
    if channel not in poll.by_tellers:
        raise Invalid({"channel": say(vi="Không thuộc cuộc biểu quyết này.", en="Not a channel of this poll.")})
    method = methods.of(poll.method)
    if wrong := method.wrong(count):
        raise Invalid(
            {path if path == "count" else f"count.{path}": localized(reason) for path, reason in wrong.items()}
        )
    count = method.added([count])
    _ensure_adds_up(channel, method.numbers(count), issued, returned)
    said: dict[str, Any] = {"count": count, "issued": issued, "returned": returned}
    before = teller.sheets.filter(channel=channel, batch=batch).order_by("-sequence").first()
    if before is not None and {name: getattr(before, name) for name in said} == said:
        return before
    sequence = before.sequence + 1 if before else 1
    return Sheet.objects.create(poll=poll, teller=teller, channel=channel, batch=batch, sequence=sequence, **said)


def _ensure_adds_up(channel: str, numbers: dict[str, int], issued: int | None, returned: int | None) -> None:
    if numbers["returned"] > MOST:
        raise Invalid({"count": say(vi="Nhiều hơn {n} phiếu.", en="More than {n} votes.", n=MOST)})
    if channel == Channel.HANDS:
        if issued is not None or returned is not None:
            raise Invalid({"issued": say(vi="Giơ tay không phát phiếu.", en="Hands need no papers.")})
        if numbers["blank"] or numbers["invalid"]:
            raise Invalid({"count": say(vi="Giơ tay không có phiếu trắng.", en="No hand is blank or invalid.")})
        return
    if issued is None or returned is None:
        raise Invalid(
            {"issued": say(vi="Cần số phiếu phát ra và thu về.", en="Say how many were issued and returned.")}
        )
    if returned != numbers["returned"]:
        sentence = say(
            vi="Thu về {returned} phiếu, nhưng hợp lệ + trắng + không hợp lệ = {sum}.",
            en="{returned} were returned, but valid + blank + invalid = {sum}.",
            returned=returned,
            sum=numbers["returned"],
        )
        raise Invalid({"returned": sentence})
    if returned > issued:
        sentence = say(
            vi="Thu về {returned} phiếu, nhiều hơn {issued} phiếu phát ra.",
            en="{returned} were returned, more than the {issued} issued.",
            returned=returned,
            issued=issued,
        )
        raise Invalid({"returned": sentence})
