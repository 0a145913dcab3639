"""Casting: one synchronous transaction of three statements, whole or not at all."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from backend.core import context
from backend.core.errors import Conflict, Forbidden, NotFound
from backend.core.text import say
from backend.resolutions import merkle
from backend.resolutions.services import locks

OF_THOSE_PRESENT_AT_OPENING = '{"all_of": [{"base": "present_at_open"}]}'


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the voter keeps: the leaf is under the root that sealing publishes."""

    poll: UUID
    number: int
    leaf: str


@transaction.atomic
def cast(*, poll_id: UUID, person_id: UUID, choice: str, numbers: list[int] | None = None) -> list[Receipt]:
    """Casts the ballots this person may cast (all, or those named by `numbers`), each once.

    The same choice sent again is answered with the same receipts. Raises Forbidden without an entitlement, NotFound
    for an unknown poll, Conflict when the poll is not open (by the database's clock) or another choice was cast.
    Where the rule measures by who was present at the opening, only they vote: Forbidden for others.
    Design: the lock, then the check, then the insert, under READ COMMITTED; each alone lets late ballots in.
    """
    locks.share(poll_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.secrecy, p.state = 'open' AND (p.closes_at IS NULL OR clock_timestamp() < p.closes_at),"
            " ARRAY(SELECT number FROM resolutions_entitlement e WHERE e.poll_id = p.id AND e.caster_id = %s"
            " AND (e.present_at_open OR NOT p.rule @> %s::jsonb) ORDER BY 1)"
            " FROM resolutions_poll p WHERE p.id = %s",
            [person_id, OF_THOSE_PRESENT_AT_OPENING, poll_id],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotFound()
    secrecy, is_open, mine = found
    wanted = sorted(set(mine if numbers is None else numbers))
    if not mine or not set(wanted) <= set(mine):
        raise Forbidden(say(vi="Bạn không có quyền biểu quyết ở đây.", en="You are not entitled to vote here."))
    if not is_open:
        raise Conflict(say(vi="Cuộc biểu quyết không mở.", en="The poll is not open."), reason="closed")
    return CAST_BY_SECRECY[secrecy](poll_id, wanted, choice)


def _cast_named(poll_id: UUID, numbers: list[int], choice: str) -> list[Receipt]:
    receipts = [
        Receipt(poll=poll_id, number=number, leaf=merkle.leaf(str(poll_id), number, choice)) for number in numbers
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO resolutions_namedballot (poll_id, number, choice, leaf, cast_by)"
            " SELECT %s, n, %s, l, %s FROM unnest(%s::int[], %s::text[]) AS given(n, l)"
            " ON CONFLICT DO NOTHING",
            [poll_id, choice, context.current().actor[:80], numbers, [receipt.leaf for receipt in receipts]],
        )
        if cursor.rowcount < len(numbers):
            cursor.execute(
                "SELECT count(*) FROM resolutions_namedballot WHERE poll_id = %s AND number = ANY(%s) AND choice <> %s",
                [poll_id, numbers, choice],
            )
            if cursor.fetchone()[0]:
                raise Conflict(say(vi="Bạn đã biểu quyết rồi.", en="You have voted already."), reason="already-cast")
    return receipts


#: The seam for secret ballots: how a ballot is kept, by the poll's secrecy.
CAST_BY_SECRECY = {"named": _cast_named}
