"""Releasing the working programme: from then on it stands under its number, and people are told what is new of it."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from backend.conferences.changes import Change, between, heading_differs, moved
from backend.conferences.events import ProgrammeReleased
from backend.conferences.models import Conference, Release
from backend.conferences.programme import Entry, Programme, as_json, digest
from backend.conferences.queries import latest_release, released, working_programme
from backend.conferences.services.news import note_news
from backend.conferences.states import ConferenceState, Confidentiality
from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.services import emit

#: States in which people expect the conference, so that a programme can be released.
RELEASABLE = frozenset({ConferenceState.ANNOUNCED, ConferenceState.RUNNING})


@dataclass(frozen=True, kw_only=True)
class NextRelease:
    """What a release would hold, and what is different since the last one; `before` is empty where there is none."""

    number: int
    before: Programme
    after: Programme
    changes: list[Change]

    @property
    def differs(self) -> bool:
        """The first release differs from none, even of a programme without entries."""
        return self.before.number is None or bool(self.changes or heading_differs(self.before, self.after))


@transaction.atomic
def release(*, conference_id: UUID, note: Text | None = None, expected: int | None = None) -> Release:
    """Releases the working programme under the next number; it never changes again.

    An entry's `sequence` rises by one where time, place or state are not what people were last told, however many
    releases they were not told of lie between; text, speakers and order alone keep it. The conference's version rises,
    since its page shows others another programme. Raises Conflict unless the conference is announced or running, and
    when nothing is different from the last release.
    """
    conference = locked(Conference, conference_id, expected=expected)
    if conference.state not in RELEASABLE:
        raise Conflict(
            say(
                vi="Chỉ phát hành chương trình khi hội nghị đã công bố hoặc đang họp.",
                en="A programme can be released only of an announced or running conference.",
            ),
            state=conference.state,
        )
    prepared = next_release(conference)
    if not prepared.differs:
        raise Conflict(
            say(
                vi="Không có gì thay đổi so với lần phát hành trước.",
                en="There is nothing different from the last release.",
            )
        )
    made = Release.objects.create(
        conference=conference,
        number=prepared.number,
        note=note or {},
        programme=as_json(prepared.after),
        sha256=digest(prepared.after),
        counts=counted(prepared.changes),
        released_at=now(),
    )
    conference.save()
    emit(ProgrammeReleased(conference_id=conference.pk, release_id=made.pk, number=made.number))
    note_news(conference)
    return made


def next_release(conference: Conference) -> NextRelease:
    """What releasing the conference's programme now would hold. Nothing is written."""
    previous = latest_release(conference.pk)
    working, moment = working_programme(conference), now()
    if previous is None:
        first = tuple(replace(entry, sequence=0, changed_at=moment) for entry in working.entries)
        return _prepared(1, replace(working, entries=()), replace(working, entries=first))
    before = released(previous)
    told, known = _told(conference, previous).by_id(), before.by_id()
    entries = tuple(_next(entry, known.get(entry.id), told.get(entry.id), moment) for entry in working.entries)
    return _prepared(previous.number + 1, before, replace(working, entries=entries))


def _prepared(number: int, before: Programme, after: Programme) -> NextRelease:
    return NextRelease(
        number=number, before=before, after=replace(after, number=number), changes=between(before, after)
    )


def _told(conference: Conference, previous: Release) -> Programme:
    """The programme people were last told of; the first one while they were told of none."""
    number = conference.told_release or 1
    if number == previous.number:
        return released(previous)
    return released(Release.objects.get(conference=conference, number=number))


def _next(entry: Entry, known: Entry | None, told: Entry | None, moment: dt.datetime) -> Entry:
    """The entry with the sequence and the time of change its release gives it."""
    sequence = known.sequence if known else 0
    if told is not None:
        sequence = max(sequence, told.sequence + moved(told, entry))
    written = replace(entry, sequence=sequence, changed_at=known.changed_at if known else moment)
    return written if written == known else replace(written, changed_at=moment)


def counted(changes: Collection[Change]) -> dict[str, dict[str, int]]:
    """How many changes of each kind there are of entries how closed: {"public": {"moved": 12}}. Who may not see an
    entry is not told by numbers that there is one."""
    strictness = Confidentiality.values.index
    counts: dict[str, Counter[str]] = {}
    for change in changes:
        levels = [entry.confidentiality for entry in (change.before, change.after) if entry is not None]
        counts.setdefault(max(levels, key=strictness), Counter())[str(change.kind)] += 1
    return {level: dict(kinds) for level, kinds in counts.items()}
