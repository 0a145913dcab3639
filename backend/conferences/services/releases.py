"""Releasing the working programme: from then on it stands under its number, and people are told what is new of it."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.conferences.changes import Change, between, heading_differs, moved
from backend.conferences.events import ProgrammeReleased
from backend.conferences.models import AgendaItem, AgendaRoom, Conference, Release
from backend.conferences.programme import Entry, Programme, Voice, as_json, digest
from backend.conferences.queries import heading_now, latest_release, released, voices_now, working_programme
from backend.conferences.services.news import note_news
from backend.conferences.states import EXPECTED, Confidentiality, ItemState
from backend.core.clock import now
from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import Text, both, say
from backend.outbox.services import emit

#: Why the house itself released a programme.
AS_THE_CONFERENCE = say(
    vi="Theo thời gian, địa điểm mới của hội nghị.", en="As the conference has a new time or place."
)


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

    An entry's `sequence` begins at what its item had in calendars before. It rises by one where time, place or state are
    not as they were released before; text, speakers and order alone keep it. The conference's version rises, since its page shows others another programme. Raises Conflict unless the conference is announced or running, and
    when nothing is different from the last release.
    """
    conference = locked(Conference, conference_id, expected=expected)
    if conference.state not in EXPECTED:
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
    made = _store(conference, prepared, note or {})
    conference.save()
    note_news(conference)
    return made


def _store(conference: Conference, prepared: NextRelease, note: Text) -> Release:
    made = Release.objects.create(
        conference=conference,
        number=prepared.number,
        note=note,
        programme=as_json(prepared.after),
        sha256=digest(prepared.after),
        counts=counted(prepared.changes),
        released_at=now(),
    )
    _catch_up(prepared.after)
    emit(ProgrammeReleased(conference_id=conference.pk, release_id=made.pk, number=made.number))
    return made


def _catch_up(programme: Programme) -> None:
    """No item's own count, by which those who work on it read it, is behind what is released of it."""
    released = {entry.id: entry.sequence for entry in programme.entries}
    rows = list(AgendaItem.objects.filter(conference=programme.conference).only("sequence"))
    behind = [row for row in rows if row.sequence < released.get(row.pk, 0)]
    for row in behind:
        row.sequence = released[row.pk]
    AgendaItem.objects.bulk_update(behind, ["sequence"])


def follow(conference: Conference, *, was: int, revived: bool = False) -> Release | None:
    """Releases the last released programme again, moved along with its conference, which is locked: nobody who reads a
    release, prints it or keeps it in a calendar finds sessions at a time the conference has left. None where nothing
    was released, or what was released is still right.

    Entries move as far as the conference, but for those called off. Where its hour became unknown they lose theirs when the day is another, and
    where it became known they have those of the working programme; rooms that are no longer theirs are left out; on
    another day people are named in the offices they hold then. What else is being written of the working programme stays
    unreleased.

    `was` is the conference's `sequence` before it moved: its entries' rise by one like its own, not once more. Those of
    one that is `revived` always do: everybody was told at once that they were off.
    """
    previous = latest_release(conference.pk) if conference.state in EXPECTED else None
    if previous is None:
        return None
    before, heading = released(previous), heading_now(conference)
    if set(heading_differs(before, heading)) <= {"title", "organisers"}:
        return None
    rooms = set(AgendaRoom.objects.filter(conference=conference).values_list("agenda_item_id", "room_id"))
    voices = voices_now(conference) if before.day != heading.day else {}
    hours = _hours_now(conference) if heading.starts_at and not before.starts_at else {}
    along = tuple(
        replace(
            _moved_along(entry, before, heading),
            **hours.get(entry.id, {}),
            places=tuple(place for place in entry.places if (entry.id, place.room) in rooms),
            speakers=_in_office(entry.speakers, voices),
            chairs=_in_office(entry.chairs, voices),
        )
        for entry in before.entries
    )
    numbered = _Numbering(before, heading, was=was, revived=revived)
    entries = tuple(numbered(entry) for entry in replace(heading, entries=along).standing_as(before).entries)
    moved_programme = replace(heading, title=before.title, organisers=before.organisers, entries=entries)
    return _store(conference, _prepared(previous.number + 1, before, moved_programme), both(AS_THE_CONFERENCE))


def _in_office(voices: tuple[Voice, ...], now_named: Mapping[UUID, Voice]) -> tuple[Voice, ...]:
    found = ((voice, now_named.get(voice.id, voice)) for voice in voices)
    return tuple(
        replace(voice, office=known.office, organisation=known.organisation) if known.person == voice.person else voice
        for voice, known in found
    )


def _hours_now(conference: Conference) -> dict[UUID, dict[str, Any]]:
    names = ("starts_at", "ends_at", "day", "day_part")
    return {row.pk: {name: getattr(row, name) for name in names} for row in conference.agenda.all()}


def _moved_along(entry: Entry, before: Programme, after: Programme) -> Entry:
    if before.starts_at and after.starts_at:
        apart = after.starts_at - before.starts_at
        return replace(
            entry,
            starts_at=entry.starts_at and entry.starts_at + apart,
            ends_at=entry.ends_at and entry.ends_at + apart,
            day=entry.day and entry.day + _days(before, after),
        )
    if before.day is None or before.day == after.day:
        return entry
    day = entry.day + _days(before, after) if entry.day and before.day and after.day else None
    return replace(entry, starts_at=None, ends_at=None, day=day, day_part=entry.day_part if day else "")


def _days(before: Programme, after: Programme) -> dt.timedelta:
    return after.day - before.day if before.day and after.day else dt.timedelta(0)


def next_release(conference: Conference) -> NextRelease:
    """What releasing the conference's programme now would hold. Nothing is written."""
    previous = latest_release(conference.pk)
    working = working_programme(conference)
    if previous is None:
        moment = now()
        first = tuple(replace(entry, changed_at=moment) for entry in working.entries)
        return _prepared(1, replace(working, entries=()), replace(working, entries=first))
    before = released(previous)
    working = working.standing_as(before)
    numbered = _Numbering(before, working, was=conference.sequence)
    entries = tuple(numbered(entry) for entry in working.entries)
    return _prepared(previous.number + 1, before, replace(working, entries=entries))


def _prepared(number: int, before: Programme, after: Programme) -> NextRelease:
    return NextRelease(
        number=number, before=before, after=replace(after, number=number), changes=between(before, after)
    )


class _Numbering:
    """Gives each entry of a programme about to be released the sequence and the time of change that it has there:
    another time, place or state than calendars saw in the one released `before`, while the conference's sequence `was`
    what it was, is one step. No sequence falls."""

    def __init__(self, before: Programme, after: Programme, *, was: int, revived: bool = False) -> None:
        self._moment = now()
        self._before, self._was, self._revived = before, was, revived
        self._seen, self._elsewhere = before.by_id(), _venues(before) != _venues(after)

    def __call__(self, entry: Entry) -> Entry:
        known = self._seen.get(entry.id)
        if known is None:
            return replace(entry, changed_at=self._moment)
        stands = entry.state == known.state == ItemState.PLANNED
        step = self._moved(known, entry) or (self._revived and stands)
        sequence = self._before.sequence_of(known, self._was) + step
        written = replace(entry, sequence=sequence, changed_at=known.changed_at)
        return written if written == known else replace(written, changed_at=self._moment)

    def _moved(self, then: Entry, entry: Entry) -> bool:
        """What has no room of its own is where the conference is."""
        return moved(then, entry) or (self._elsewhere and not (then.places or entry.places))


def _venues(programme: Programme) -> dict[UUID, object]:
    return {place.site: place.room or place.said for place in programme.sites}


def counted(changes: Collection[Change]) -> dict[str, dict[str, int]]:
    """How many changes of each kind there are of entries how closed: {"public": {"moved": 12}}. Who may not see an
    entry is not told by numbers that there is one."""
    strictness = Confidentiality.values.index
    counts: dict[str, Counter[str]] = {}
    for change in changes:
        levels = [entry.confidentiality for entry in (change.before, change.after) if entry is not None]
        counts.setdefault(max(levels, key=strictness), Counter())[str(change.kind)] += 1
    return {level: dict(kinds) for level, kinds in counts.items()}
