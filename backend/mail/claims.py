"""Which mails may go out now: claimed by lane, at the pace that domains and senders allow.

How much may go out is counted in PostgreSQL, under a lock for each domain and each sender: however many relays run,
together they hand out no more. An urgent mail never waits for its turn, but is counted, so that the others give way.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from backend.core.clock import now
from backend.mail.models import Allowance, MailState, OutgoingMail
from backend.mail.states import Lane

#: Seconds a claimed mail has to reach a worker before it is handed out again: a lost one goes out within a minute.
LEASE = 20
#: Seconds whose share of mails may go out at once: twice what passes between two looks of an idle relay.
BURST = dt.timedelta(seconds=2)

URGENT = (
    "WITH due AS (SELECT id FROM mail_outgoingmail WHERE state = 'queued' AND batch_id IS NULL"
    " AND due_at <= clock_timestamp() ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)"
)
BULK = (
    "WITH due AS (SELECT m.id FROM mail_outgoingmail m JOIN mail_mailbatch b ON b.id = m.batch_id"
    " WHERE m.state = 'queued' AND m.due_at <= clock_timestamp() AND b.state = 'running'"
    " ORDER BY m.due_at LIMIT %s FOR UPDATE OF m SKIP LOCKED)"
)
LEASED = (
    " UPDATE mail_outgoingmail m SET due_at = clock_timestamp() + make_interval(secs => %s)"
    " FROM due WHERE m.id = due.id RETURNING m.id, m.domain, m.organisation_id"
)
#: What waits, counted by who it is for and who it is from; whoever has waited longest first.
WAITING = (
    "SELECT m.domain, m.organisation_id, count(*) FROM mail_outgoingmail m JOIN mail_mailbatch b ON b.id = m.batch_id"
    " WHERE m.state = 'queued' AND m.due_at <= %s AND b.state = 'running' GROUP BY 1, 2 ORDER BY min(m.due_at)"
)
SHARES = (
    "WITH due AS (SELECT found.id FROM unnest(%s::text[], %s::uuid[], %s::int[]) AS share (domain, sender, most)"
    " CROSS JOIN LATERAL (SELECT m.id FROM mail_outgoingmail m JOIN mail_mailbatch b ON b.id = m.batch_id"
    " WHERE m.state = 'queued' AND m.due_at <= %s AND b.state = 'running' AND m.domain = share.domain"
    " AND m.organisation_id IS NOT DISTINCT FROM share.sender"
    " ORDER BY m.due_at LIMIT share.most FOR UPDATE OF m SKIP LOCKED) AS found)"
)

#: Mail, domain, sender.
Row = tuple[UUID, str, UUID | None]


def claim_due(*, limit: int = 200, lanes: Iterable[Lane] = tuple(Lane)) -> list[UUID]:
    """Pushes the due time of up to `limit` due mails of each lane a lease ahead and commits; returns their ids, oldest
    first. Whoever dies with them in hand loses nothing: after the lease they are due again."""
    claimed: list[UUID] = []
    for lane in lanes:
        claimed += sorted(row[0] for row in _claimed(lane, limit))
    return claimed


def release(mail_ids: Iterable[UUID], *, seconds: int = 1) -> None:
    """Gives claimed mails back early, because they could not be handed to a worker."""
    OutgoingMail.objects.filter(id__in=list(mail_ids), state=MailState.QUEUED, held_until=None).update(
        due_at=now() + dt.timedelta(seconds=seconds)
    )


def database_clock() -> dt.datetime:
    """One clock for every relay."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
        return moment


@transaction.atomic
def _claimed(lane: Lane, limit: int) -> Sequence[Row]:
    paced = bool(settings.MAIL_DOMAIN_RATES or settings.MAIL_SENDER_RATE)
    if lane == Lane.BULK:
        return _at_their_pace(limit) if paced else _rows(BULK + LEASED, limit, LEASE)
    rows = _rows(URGENT + LEASED, limit, LEASE)
    if paced and rows:
        _Pace.of([row[1:] for row in rows], database_clock()).book(rows)
    return rows


def _at_their_pace(limit: int) -> Sequence[Row]:
    moment = database_clock()
    waiting = _rows(WAITING, moment)
    if not waiting:
        return []
    pace = _Pace.of([(domain, sender) for domain, sender, _ in waiting], moment)
    shares: list[tuple[str, UUID | None, int]] = []
    for domain, sender, count in waiting:
        most = pace.take(domain, sender, min(count, limit))
        if most:
            shares.append((domain, sender, most))
            limit -= most
    if not shares:
        return []
    rows = _rows(SHARES + LEASED, *(list(column) for column in zip(*shares, strict=True)), moment, LEASE)
    pace.book(rows)
    return rows


@dataclass
class _Pace:
    """The allowances of some domains and senders, locked until the end of the transaction: leaky buckets that hold
    BURST's share of mails, one at least. `left` is how many mails of each may go out now; without a limit, no entry."""

    moment: dt.datetime
    each: Mapping[str, dt.timedelta]
    booked: Mapping[str, dt.datetime]
    left: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, UUID | None]], moment: dt.datetime) -> "_Pace":
        each = {key: _interval(key) for pair in pairs for key in _keys(*pair)}
        each = {key: interval for key, interval in each.items() if interval}
        booked = _locked(sorted(each), moment)
        pace = cls(moment, each, {key: max(moment, booked[key]) for key in each})
        pace.left = {key: (max(BURST, each[key]) - (pace.booked[key] - moment)) // each[key] for key in each}
        return pace

    def take(self, domain: str, sender: UUID | None, wanted: int) -> int:
        """How many of `wanted` mails may go out; they are taken from what is left."""
        keys = [key for key in _keys(domain, sender) if key in self.left]
        most = max(0, min([wanted, *(self.left[key] for key in keys)]))
        for key in keys:
            self.left[key] -= most
        return most

    def book(self, rows: Iterable[Row]) -> None:
        """Counts the mails that do go out."""
        count = Counter(key for _, domain, sender in rows for key in _keys(domain, sender) if key in self.each)
        Allowance.objects.bulk_update(
            [Allowance(key=key, booked_until=self.booked[key] + self.each[key] * n) for key, n in count.items()],
            ["booked_until"],
        )


def _keys(domain: str, sender: UUID | None) -> tuple[str, str]:
    return f"domain:{domain}", f"sender:{sender or ''}"


def _interval(key: str) -> dt.timedelta:
    """The time one mail takes up; nothing where there is no limit."""
    kind, _, name = key.partition(":")
    rates = settings.MAIL_DOMAIN_RATES
    rate = rates.get(name, rates.get("*", 0)) if kind == "domain" else settings.MAIL_SENDER_RATE
    return dt.timedelta(minutes=1) / rate if rate > 0 else dt.timedelta()


def _locked(keys: Sequence[str], moment: dt.datetime) -> dict[str, dt.datetime]:
    """What is booked by now, locked in the order of the keys."""
    Allowance.objects.bulk_create([Allowance(key=key, booked_until=moment) for key in keys], ignore_conflicts=True)
    rows = Allowance.objects.filter(key__in=keys).order_by("key").select_for_update()
    return dict(rows.values_list("key", "booked_until"))


def _rows(statement: str, *arguments: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())
