"""A change told in one sentence, in Vietnamese and in English."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.conf import settings

from backend.conferences.changes.comparing import Change, identities, rooms_of
from backend.conferences.changes.phrases import phrase
from backend.conferences.programme import Entry, Voice
from backend.conferences.states import ChangeKind, Confidentiality, ItemKind, ItemState, Phase
from backend.conferences.wording import (
    clock_said,
    length_said,
    part_of_day_said,
    places_said,
    quoted,
    voice_said,
)
from backend.core.clock import local
from backend.core.text import Text, both, localized

Names = Mapping[UUID, Text]

_MINUTE = dt.timedelta(minutes=1)


def said(change: Change, *, names: Names, time_zone: str, day: dt.date | None = None) -> Text:
    """The change in each language, as one or two full sentences.

    `names` says what people and organisations are called. Moments are on the clocks of `time_zone`; their day is told
    where the change is one of days, or where it is not `day`, which everybody takes for granted.
    """
    return {
        language: " ".join(_Teller(language, names, time_zone, day).sentences(change))
        for language, _ in settings.LANGUAGES
    }


def presented(entry: Entry, *, time_zone: str, day: dt.date | None = None) -> Text:
    """The entry to somebody who knows of no earlier programme, in each language: what it is, when and where."""
    return {language: _Teller(language, {}, time_zone, day).presented(entry) for language, _ in settings.LANGUAGES}


@dataclass(frozen=True)
class _Teller:
    language: str
    names: Names
    time_zone: str
    day: dt.date | None

    def sentences(self, change: Change) -> list[str]:
        tell: dict[str, Callable[[Change], list[str]]] = {
            ChangeKind.CANCELLED: self.state,
            ChangeKind.POSTPONED: self.state,
            ChangeKind.REOPENED: self.state,
            ChangeKind.RESERVED: self.state,
            ChangeKind.DRAWN: self.state,
            ChangeKind.ADDED: self.added,
            ChangeKind.REMOVED: self.removed,
            ChangeKind.MOVED: self.moved,
            ChangeKind.RELOCATED: self.relocated,
            ChangeKind.SPEAKERS: self.voices,
            ChangeKind.CHAIRS: self.voices,
            ChangeKind.RETITLED: self.retitled,
            ChangeKind.REWORDED: self.reworded,
            ChangeKind.PLACED: self.placed,
            ChangeKind.CONFIDENTIALITY: self.closed,
        }
        return tell[change.kind](change)

    def phrase(self, key: str, **values: str) -> str:
        return phrase(key, self.language, **values)

    def title(self, entry: Entry) -> str:
        return quoted(entry.title, self.language)

    # Whether it takes place

    def state(self, change: Change) -> list[str]:
        return [self._became(change.kind, change.entry)]

    def _became(self, kind: str, entry: Entry) -> str:
        reason = localized(entry.reason, self.language).rstrip(".")
        return self.phrase(kind, title=self.title(entry), why=f": {reason}" if reason else "")

    def presented(self, entry: Entry) -> str:
        if entry.state != ItemState.PLANNED:
            return self._became(entry.state, entry)
        key = "stands in reserve" if entry.reserve else "stands"
        return self.phrase(key, title=self.title(entry), about=self._when_and_where(entry))

    def added(self, change: Change) -> list[str]:
        entry = change.entry
        key = "added in reserve" if entry.reserve else "added"
        return [self.phrase(key, title=self.title(entry), about=self._when_and_where(entry))]

    def _when_and_where(self, entry: Entry) -> str:
        where = places_said(entry.places, self.language)
        where = f", {'tại' if self.language == 'vi' else 'in'} {where}" if where else ""
        return self._about(entry) + where

    def removed(self, change: Change) -> list[str]:
        return [self.phrase("removed", title=self.title(change.entry), about=self._about(change.entry))]

    def _about(self, entry: Entry) -> str:
        when = self._when(entry, with_day=self._day_of(entry) != self.day)
        return f", {when}" if when else ""

    # When

    def moved(self, change: Change) -> list[str]:
        before, after = _both(change)
        title = self.title(after)
        if before.starts_at is None or after.starts_at is None:
            return self._from_or_to_unknown(before, after, title)
        with_day = self._unusual(after) or self._day_of(before) != self._day_of(after)
        if before.starts_at == after.starts_at and before.ends_at != after.ends_at:
            return [self._ends(before, after, title, with_day=with_day)]
        if before.starts_at == after.starts_at:
            return self._lasts(before, after, title)
        alike = _length(before) == _length(after)
        old, new = (
            self._span(entry, with_day=with_day, whole=not alike and None not in (before.ends_at, after.ends_at))
            for entry in (before, after)
        )
        return [self.phrase("moved", title=title, old=old, new=new)]

    def _from_or_to_unknown(self, before: Entry, after: Entry, title: str) -> list[str]:
        if before.starts_at is None and after.starts_at is None and _day(before) == _day(after):
            return self._lasts(before, after, title)
        if _known(before) and _known(after):
            return [self.phrase("moved", title=title, old=self._bare(before), new=self._bare(after))]
        if _known(after):
            return [self.phrase("moved to", title=title, new=self._when(after, with_day=True))]
        return [self.phrase("moved from", title=title, old=self._bare(before))]

    def _ends(self, before: Entry, after: Entry, title: str, *, with_day: bool) -> str:
        if after.ends_at is None:
            assert before.ends_at is not None
            return self.phrase("ends open", title=title, old=self._clock(before.ends_at, with_day))
        new = self._clock(after.ends_at, with_day)
        if before.ends_at is None:
            return self.phrase("ends at", title=title, new=new)
        return self.phrase("ends", title=title, new=new, old=self._clock(before.ends_at, with_day))

    def _lasts(self, before: Entry, after: Entry, title: str) -> list[str]:
        old, new = (self._minutes(entry.minutes) for entry in (before, after))
        return [self.phrase("lasts", title=title, old=old, new=new)]

    def _minutes(self, minutes: int | None) -> str:
        if minutes is None:
            return "không ghi" if self.language == "vi" else "not said"
        return length_said(minutes * _MINUTE, self.language)

    def _bare(self, entry: Entry) -> str:
        """The time without "at", for "from … to …"."""
        if entry.starts_at is not None:
            return self._span(entry, with_day=True)
        assert entry.day is not None
        return part_of_day_said(entry.day, entry.day_part, self.language)

    def _when(self, entry: Entry, *, with_day: bool) -> str:
        """lúc 14 giờ 00; từ 14 giờ 00 đến 14 giờ 30; chiều 14/01/2021: "" when nothing is known."""
        vietnamese = self.language == "vi"
        if entry.starts_at is None:
            if entry.day is None:
                return ""
            said = part_of_day_said(entry.day, entry.day_part, self.language)
            return said if vietnamese else f"on {said}"
        start = self._clock(entry.starts_at, with_day)
        if entry.ends_at is None:
            return f"{'lúc' if vietnamese else 'at'} {start}"
        return self._joined("từ {} đến {}" if vietnamese else "from {} to {}", entry, with_day=with_day)

    def _span(self, entry: Entry, *, with_day: bool, whole: bool = False) -> str:
        assert entry.starts_at is not None
        if whole and entry.ends_at is not None:
            return self._joined("{} – {}", entry, with_day=with_day)
        return self._clock(entry.starts_at, with_day)

    def _joined(self, template: str, entry: Entry, *, with_day: bool) -> str:
        """Start and end; the day is told once when both are on it, and then with the end."""
        assert entry.starts_at is not None
        assert entry.ends_at is not None
        one_day = self._date(entry.starts_at) == self._date(entry.ends_at)
        start = self._clock(entry.starts_at, with_day=not one_day)
        return template.format(start, self._clock(entry.ends_at, with_day=with_day or not one_day))

    def _clock(self, moment: dt.datetime, with_day: bool) -> str:
        return clock_said(moment, self.time_zone, self.language, with_day=with_day)

    def _date(self, moment: dt.datetime) -> dt.date:
        return local(moment, self.time_zone).date()

    def _day_of(self, entry: Entry) -> dt.date | None:
        return self._date(entry.starts_at) if entry.starts_at is not None else entry.day

    def _unusual(self, entry: Entry) -> bool:
        """Whether the entry is on another day than everybody takes for granted."""
        return self.day is not None and self._day_of(entry) != self.day

    # Where

    def relocated(self, change: Change) -> list[str]:
        before, after = _both(change)
        kept = rooms_of(before) & rooms_of(after)
        gone = places_said((place for place in before.places if place.room not in kept), self.language)
        new = places_said((place for place in after.places if place.room not in kept), self.language)
        title = self.title(after)
        if gone and new:
            return [self.phrase("relocated", title=title, old=gone, new=new)]
        if new:
            return [self.phrase("room more" if kept else "relocated to", title=title, new=new)]
        return [self.phrase("room less" if kept else "relocated from", title=title, old=gone)]

    # Who

    def voices(self, change: Change) -> list[str]:
        before, after = _both(change)
        title, noun = self.title(after), change.kind
        old, new = (before.speakers, after.speakers) if noun == ChangeKind.SPEAKERS else (before.chairs, after.chairs)
        gone, came, renamed = _compared(old, new)
        told = [
            self.phrase("called", title=title, old=self._list([was]), new=self._list([now])) for was, now in renamed
        ]
        if len(gone) == len(came) == 1:
            told.append(self.phrase(f"{noun} instead", title=title, old=self._list(gone), new=self._list(came)))
        else:
            if came:
                told.append(self.phrase(f"{noun} more", title=title, new=self._list(came)))
            if gone:
                told.append(self.phrase(f"{noun} less", title=title, old=self._list(gone)))
        return told or [self.phrase(f"{noun} order", title=title, new=self._list(new))]

    def _list(self, voices: Iterable[Voice]) -> str:
        return "; ".join(voice_said(voice, self.names, self.language) for voice in voices)

    # How it reads

    def retitled(self, change: Change) -> list[str]:
        before, after = _both(change)
        old, new = self.title(before), self.title(after)
        if old == new:  # in this language
            titles = [(quoted(before.title, code), quoted(after.title, code)) for code, _ in settings.LANGUAGES]
            old, new = next((pair for pair in titles if pair[0] != pair[1]), (old, new))
        if old == new:
            return [self.phrase("translated", title=new)]
        return [self.phrase("retitled", old=old, new=new)]

    def reworded(self, change: Change) -> list[str]:
        before, after = _both(change)
        title, told = self.title(after), []
        if "kind" in change.fields:
            old, new = (_label(ItemKind, entry.kind)[self.language] for entry in (before, after))
            told.append(self.phrase("kind", title=title, old=old, new=new))
        if "phase" in change.fields or "phase_name" in change.fields:
            old, new = self._phases(before, after)
            told.append(self.phrase("phase", title=title, old=old, new=new))
        if "reason" in change.fields:
            reason = localized(after.reason, self.language).rstrip(".")
            told.append(self.phrase("reason" if reason else "no reason", title=title, new=reason))
        if "places" in change.fields:
            old, new = (places_said(entry.places, self.language) for entry in (before, after))
            told.append(self.phrase("called", title=title, old=old, new=new))
        return told

    def _phases(self, before: Entry, after: Entry) -> tuple[str, str]:
        old, new = (quoted(entry.phase_name, self.language) for entry in (before, after))
        if old != new:
            return old, new
        house = [_label(Phase, entry.phase)[self.language] for entry in (before, after)]
        return f"{old} ({house[0]})", f"{new} ({house[1]})"

    def placed(self, change: Change) -> list[str]:
        _, after = _both(change)
        title, told = self.title(after), []
        follows = self.title(change.follows) if change.follows else ""
        within = self.title(change.within) if change.within else ""
        if "parent" in change.fields:
            behind = (", sau {}" if self.language == "vi" else ", after {}").format(follows) if follows else ""
            told.append(self.phrase("into" if within else "out", title=title, within=within, after=behind))
        elif "order" in change.fields:
            key = "after" if follows else "first within" if within else "first"
            told.append(self.phrase(key, title=title, follows=follows, within=within))
        if "parallel" in change.fields:
            told.append(self.phrase("beside" if after.parallel else "not beside", title=title))
        return told

    def closed(self, change: Change) -> list[str]:
        before, after = _both(change)
        if before.confidentiality != after.confidentiality:
            old, new = (_label(Confidentiality, e.confidentiality)[self.language] for e in (before, after))
        else:
            unsaid = "như hội nghị" if self.language == "vi" else "as the conference"
            old, new = (
                _label(Confidentiality, e.own_confidentiality)[self.language] if e.own_confidentiality else unsaid
                for e in (before, after)
            )
        return [self.phrase("closed", title=self.title(after), old=old, new=new)]


def _both(change: Change) -> tuple[Entry, Entry]:
    assert change.before is not None
    assert change.after is not None
    return change.before, change.after


def _known(entry: Entry) -> bool:
    return entry.starts_at is not None or entry.day is not None


def _day(entry: Entry) -> tuple[dt.date | None, str]:
    return entry.day, entry.day_part


def _length(entry: Entry) -> dt.timedelta | None:
    return entry.ends_at - entry.starts_at if entry.ends_at is not None and entry.starts_at is not None else None


def _compared(old: Sequence[Voice], new: Sequence[Voice]) -> tuple[list[Voice], list[Voice], list[tuple[Voice, Voice]]]:
    """Who is gone, who came, and the people who stayed under another office (was, now)."""
    stayed = set(identities(old)) & set(identities(new))
    gone = [voice for voice, key in zip(old, identities(old), strict=True) if key not in stayed]
    came = [voice for voice, key in zip(new, identities(new), strict=True) if key not in stayed]
    now = {voice.person: voice for voice in came if voice.person is not None}
    renamed = [(voice, now[voice.person]) for voice in gone if voice.person in now]
    same = {was.person for was, _ in renamed}
    return (
        [voice for voice in gone if voice.person is None or voice.person not in same],
        [voice for voice in came if voice.person is None or voice.person not in same],
        renamed,
    )


@cache
def _label(words: type[ItemKind] | type[Phase] | type[Confidentiality], value: str) -> Text:
    return both(words(value).label)
