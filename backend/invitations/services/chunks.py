"""Letters to many: a chunk in one transaction, and nobody waits for somebody no letter can be written to."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

import structlog

from backend.invitations import ical
from backend.mail.mailbox import InvalidAddress
from backend.mail.mime import InvalidMessage
from backend.mail.models import OutgoingMail

log = structlog.get_logger(__name__)
Somebody = TypeVar("Somebody")

#: Letters written in one transaction.
CHUNK = 50


def chunks(hearers: Sequence[Somebody]) -> Iterator[Sequence[Somebody]]:
    return (hearers[start : start + CHUNK] for start in range(0, len(hearers), CHUNK))


def written_to_each(
    hearers: Iterable[Somebody],
    write: Callable[[Somebody], OutgoingMail],
    *,
    alone: bool,
    who: Callable[[Somebody], UUID],
    report: Callable[[Somebody, Exception], None],
) -> tuple[list[tuple[Somebody, OutgoingMail]], list[Somebody]]:
    """The letters that can be written, each with its hearer, and the hearers to be tried again, each `alone`: of whoever
    is alone it is reported why there can be no letter, of others it is logged under `who` they are."""
    letters: list[tuple[Somebody, OutgoingMail]] = []
    failed: list[Somebody] = []
    for hearer in hearers:
        try:
            letters.append((hearer, write(hearer)))
        except (InvalidMessage, InvalidAddress, ical.InvalidEntry, ical.CalendarRoundTripError) as error:
            if alone:
                report(hearer, error)
                continue
            log.exception("letter_not_written", who=str(who(hearer)))
            failed.append(hearer)
    return letters, failed
