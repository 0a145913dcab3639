"""Casting: one synchronous transaction of three statements, whole or not at all."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from backend.core import context
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound, constraint_of
from backend.core.text import say
from backend.resolutions import merkle, methods, queries, receipts, sealing
from backend.resolutions.models import Envelope, IssuedPaper, NamedBallot
from backend.resolutions.services import locks
from backend.resolutions.states import ReceiptKind, Secrecy

OF_THOSE_PRESENT_AT_OPENING = '{"all_of": [{"base": "present_at_open"}]}'


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the voter keeps: the leaf is under the root that sealing publishes, and the house has signed that it is.

    `tracker` finds the opened ballot, where the house sealed it and the poll has trackers; it is told once, since nobody
    but the voter may keep it. `repeated`: an earlier request cast this ballot, and that one stands.
    """

    poll: UUID
    number: int
    roll_hash: str
    config_hash: str
    leaf: str | None = None
    key: str | None = None
    signature: str | None = None
    tracker: str | None = None
    repeated: bool = False

    def to_json(self) -> dict[str, Any]:
        """What the voter is answered."""
        return {name: value for name, value in vars(self).items() if name != "repeated"}


@dataclass(frozen=True, kw_only=True)
class Urn:
    """What casting needs to know of a poll."""

    poll_id: UUID
    receipt: str
    method: methods.Method
    public_key: str
    receipt_key: str
    roll_hash: str
    config_hash: str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A ballot that is in the urn."""

    number: int
    leaf: str
    tracker: str | None = None
    repeated: bool = False


@transaction.atomic
def cast(
    *,
    poll_id: UUID,
    person_id: UUID,
    choice: Any = None,
    numbers: list[int] | None = None,
    envelopes: dict[int, bytes] | None = None,
) -> list[Receipt]:
    """Casts the ballots this person may cast (all, or those named by `numbers`), each once; in a secret poll either
    `envelopes` the voter sealed, by number, or a `choice` that is sealed here and then forgotten.

    The same request again is answered with the same receipts, also once the poll is sealed. In a secret poll a `choice`
    sent again is not compared with the first one, which nobody can read: the first stands, and its receipt says
    `repeated`. Raises Forbidden without an entitlement, NotFound for an unknown poll, Invalid for what does not fit the poll, Conflict when the poll
    is not open (by the database's clock) or takes no votes from devices, another ballot was cast, a paper was handed out
    for it, or votes that belong together are divided. Where the rule measures by who was present at the opening, only
    they vote: Forbidden for others.
    Design: the lock, then the check, then the insert, under READ COMMITTED; each alone lets late ballots in.
    """
    locks.share(poll_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.secrecy, p.state = 'open' AND (p.closes_at IS NULL OR clock_timestamp() < p.closes_at),"
            " ARRAY(SELECT number FROM resolutions_entitlement e WHERE e.poll_id = p.id AND e.caster_id = %s"
            " AND (e.present_at_open OR NOT p.rule @> %s::jsonb) ORDER BY 1),"
            " EXISTS (SELECT FROM resolutions_takenback t WHERE t.poll_id = p.id),"
            " ARRAY(SELECT number FROM resolutions_issuedpaper i JOIN resolutions_entitlement e USING (poll_id, number)"
            " WHERE i.poll_id = p.id AND e.caster_id = %s), 'devices' = ANY(p.channels),"
            " p.receipt, p.method, p.public_key, p.receipt_key, p.roll_hash, p.config_hash"
            " FROM resolutions_poll p WHERE p.id = %s",
            [person_id, OF_THOSE_PRESENT_AT_OPENING, person_id, poll_id],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotFound()
    secrecy, is_open, mine, changed, on_paper, by_device, *rest = found
    receipt, method, public_key, receipt_key, roll_hash, config_hash = rest
    if changed:  # since the opening, by holders who took their votes back; where proxies may cast at all
        mine = [row.number for row in queries.entitlements_of(poll_id, person_id)]
        on_paper = list(IssuedPaper.objects.filter(poll_id=poll_id, number__in=mine).values_list("number", flat=True))
    if envelopes is not None:
        numbers = list(envelopes)
    if numbers is None:
        numbers = [number for number in mine if number not in on_paper] or mine
    wanted = sorted(set(numbers))
    if not mine or not set(wanted) <= set(mine):
        raise Forbidden(say(vi="Bạn không có quyền biểu quyết ở đây.", en="You are not entitled to vote here."))
    urn = Urn(
        poll_id=poll_id,
        receipt=receipt,
        method=methods.of(json.loads(method)),
        public_key=public_key,
        receipt_key=receipt_key,
        roll_hash=roll_hash,
        config_hash=config_hash,
    )
    if not is_open:
        if (before := _cast_before(urn, secrecy, wanted, choice, envelopes)) is None:
            raise Conflict(say(vi="Cuộc biểu quyết không mở.", en="The poll is not open."), reason="closed")
        return [_receipt(urn, kept) for kept in before]
    if not by_device:
        raise Conflict(
            say(vi="Cuộc biểu quyết không nhận phiếu từ thiết bị.", en="This poll takes no votes from devices."),
            reason="channel",
        )
    try:
        return [_receipt(urn, kept) for kept in CAST_BY_SECRECY[secrecy](urn, wanted, choice, envelopes)]
    except IntegrityError as error:
        if (refusal := _REFUSALS.get(constraint_of(error))) is None:
            raise
        reason, sentence = refusal
        raise Conflict(sentence, reason=reason) from None


#: What the guards of PostgreSQL refuse, and why.
_REFUSALS = {
    "units_together": (
        "divided",
        say(
            vi="Các phiếu của một người phải bỏ cùng lúc, cho một lựa chọn.",
            en="All votes of one holder are cast together, for one choice.",
        ),
    ),
    "paper_or_device": (
        "paper",
        say(vi="Bạn đã nhận phiếu giấy: hãy bỏ phiếu giấy.", en="You were handed a ballot paper: vote with it."),
    ),
}


def _cast_before(
    urn: Urn, secrecy: str, numbers: list[int], choice: Any, envelopes: dict[int, bytes] | None
) -> list[Kept] | None:
    """What this very request cast while the poll was open: whoever lost the answer asks again, however late. None where
    it cast nothing."""
    of_poll = Q(poll_id=urn.poll_id, number__in=numbers)
    cast = (
        Envelope.objects.filter(of_poll)
        if secrecy == Secrecy.SECRET
        else NamedBallot.objects.filter(of_poll, choice=choice)
    )
    there: dict[int, str] = dict(cast.values_list("number", "leaf"))
    if len(there) < len(numbers) or (choice is None and envelopes is None):
        return None
    if envelopes is not None and there != {
        number: merkle.envelope_leaf(str(urn.poll_id), sealed) for number, sealed in envelopes.items()
    }:
        return None
    return [Kept(number=number, leaf=there[number], repeated=True) for number in numbers]


def _receipt(urn: Urn, kept: Kept) -> Receipt:
    under = {"roll_hash": urn.roll_hash, "config_hash": urn.config_hash}
    if urn.receipt == ReceiptKind.NONE:
        return Receipt(poll=urn.poll_id, number=kept.number, repeated=kept.repeated, **under)
    key, signature = receipts.sign(
        "receipt", {"poll": str(urn.poll_id), "leaf": kept.leaf, **under}, by=urn.receipt_key
    )
    return Receipt(
        poll=urn.poll_id,
        number=kept.number,
        leaf=kept.leaf,
        key=key,
        signature=signature,
        tracker=kept.tracker if urn.receipt == ReceiptKind.TRACKER else None,
        repeated=kept.repeated,
        **under,
    )


def _cast_named(urn: Urn, numbers: list[int], choice: Any, envelopes: dict[int, bytes] | None) -> list[Kept]:
    if envelopes is not None or choice is None:
        raise Invalid({"choice": say(vi="Biểu quyết ghi tên: cần lựa chọn.", en="A named vote: say the choice.")})
    choice = _vote(urn, choice)
    leaves = {number: merkle.leaf(str(urn.poll_id), number, choice) for number in numbers}
    written = merkle.canonical(choice).decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO resolutions_namedballot (poll_id, number, choice, leaf, cast_by)"
            " SELECT %s, n, %s::jsonb, l, %s FROM unnest(%s::int[], %s::text[]) AS given(n, l)"
            " ON CONFLICT DO NOTHING",
            [urn.poll_id, written, context.current().actor[:80], numbers, list(leaves.values())],
        )
        repeated = cursor.rowcount < len(numbers)
        if repeated:
            cursor.execute(
                "SELECT count(*) FROM resolutions_namedballot WHERE poll_id = %s AND number = ANY(%s) AND choice <> %s::jsonb",
                [urn.poll_id, numbers, written],
            )
            if cursor.fetchone()[0]:
                raise _voted_already()
    return [Kept(number=number, leaf=leaf, repeated=repeated) for number, leaf in leaves.items()]


def _cast_secret(urn: Urn, numbers: list[int], choice: Any, envelopes: dict[int, bytes] | None) -> list[Kept]:
    """Keeps all of the envelopes or none; of what was cast before, the leaves."""
    trackers: dict[int, str] = {}
    sealed_here = envelopes is None
    if envelopes is None:
        choice = _vote(urn, choice)
        poll, trackers = str(urn.poll_id), {number: sealing.new_tracker() for number in numbers}
        envelopes = {
            number: sealing.sealed(urn.public_key, sealing.written(poll, choice, tracker))
            for number, tracker in trackers.items()
        }
    elif choice is not None or any(len(sealed) != sealing.SEALED_BYTES for sealed in envelopes.values()):
        wrong = say(vi="Phong bì phải dài đúng {n} byte.", en="An envelope is {n} bytes long.", n=sealing.SEALED_BYTES)
        raise Invalid({"envelopes": wrong})
    leaves = {number: merkle.envelope_leaf(str(urn.poll_id), envelopes[number]) for number in numbers}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO resolutions_envelope (poll_id, number, sealed, leaf)"
            " SELECT %s, n, s, l FROM unnest(%s::int[], %s::bytea[], %s::text[]) AS given(n, s, l)"
            " ON CONFLICT DO NOTHING",
            [urn.poll_id, numbers, [envelopes[number] for number in numbers], list(leaves.values())],
        )
        new = cursor.rowcount
        if new == len(numbers):
            return [Kept(number=n, leaf=leaf, tracker=trackers.get(n)) for n, leaf in leaves.items()]
        if new:
            raise _voted_already()  # for some of them: all or none
        cursor.execute(
            "SELECT number, leaf FROM resolutions_envelope WHERE poll_id = %s AND number = ANY(%s) ORDER BY number",
            [urn.poll_id, numbers],
        )
        there = dict(cursor.fetchall())
    if len(there) < len(numbers):
        raise Conflict(say(vi="Phong bì này đã được dùng.", en="This envelope was used already."), reason="copied")
    if not sealed_here and there != leaves:
        raise _voted_already()
    return [Kept(number=number, leaf=leaf, repeated=True) for number, leaf in there.items()]


def _vote(urn: Urn, choice: Any) -> Any:
    """The choice as the method keeps it."""
    if not urn.method.is_taken(choice):
        raise Invalid({"choice": say(vi="Không có lựa chọn này.", en="There is no such choice.")})
    return urn.method.kept(choice)


def _voted_already() -> Conflict:
    return Conflict(say(vi="Bạn đã biểu quyết rồi.", en="You have voted already."), reason="already-cast")


#: How a ballot is kept, by the poll's secrecy.
CAST_BY_SECRECY: dict[str, Callable[[Urn, list[int], Any, dict[int, bytes] | None], list[Kept]]] = {
    "named": _cast_named,
    "secret": _cast_secret,
}
