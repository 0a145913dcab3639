"""Programmes, their releases and what changed between them, as they are shown."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences.changes import Change, Section, said
from backend.conferences.models import Conference, Release
from backend.conferences.programme import Entry, Programme, Voice, as_json
from backend.conferences.queries import Lack, counts_for, is_intact
from backend.conferences.serializers.fields import OnItsClock
from backend.conferences.states import (
    ChangeKind,
    ConferenceState,
    Confidentiality,
    DayPart,
    ItemKind,
    ItemState,
    OrganiserRole,
    Phase,
)
from backend.conferences.wording import voice_said
from backend.core.serializers import Body, HouseSerializer, LanguageMap
from backend.core.text import Text

Names = Mapping[UUID, Text]
_MOMENT = serializers.DateTimeField()


# Programmes


class ProgrammePlaceSerializer(serializers.Serializer[Any]):
    site = serializers.UUIDField()
    room = serializers.UUIDField()
    said = LanguageMap()


class VoiceSerializer(serializers.Serializer[Any]):
    """Somebody who speaks or leads; `name` and `said` are as of the conference's first day, `name` null for an office
    without one, for a bloc, and for who is no longer on record."""

    id = serializers.UUIDField()
    person = serializers.UUIDField(allow_null=True)
    name = LanguageMap(allow_null=True)
    organisation = serializers.UUIDField(allow_null=True)
    organisation_name = LanguageMap(allow_null=True)
    office = LanguageMap(required_text=False)
    bloc = LanguageMap(required_text=False)
    said = LanguageMap()


class ProgrammeEntrySerializer(serializers.Serializer[Any]):
    """One agenda item. `depth` is how deep it stands: 0 at the top. `sequence` rises when calendars must hear of another
    time, place or state, null in the working programme; `changed_at` is when a release last wrote anything of it anew."""

    id = serializers.UUIDField()
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]  # every field of the framework has one
    depth = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ItemKind.choices)
    phase = serializers.ChoiceField(choices=Phase.choices)
    phase_name = LanguageMap(required_text=False)
    title = LanguageMap()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    minutes = serializers.IntegerField(allow_null=True)
    day = serializers.DateField(allow_null=True)
    day_part = serializers.ChoiceField(choices=DayPart.choices, allow_blank=True)
    parallel = serializers.BooleanField()
    reserve = serializers.BooleanField()
    state = serializers.ChoiceField(choices=ItemState.choices)
    reason = LanguageMap(required_text=False)
    confidentiality = serializers.ChoiceField(choices=Confidentiality.choices)
    places = ProgrammePlaceSerializer(many=True)
    speakers = VoiceSerializer(many=True)
    chairs = VoiceSerializer(many=True)
    sequence = serializers.IntegerField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)


class SiteThen(serializers.Serializer[Any]):
    """A site of the conference, said as it was then: room, house and address."""

    id = serializers.UUIDField()
    said = LanguageMap(required_text=False)


class HolderThen(serializers.Serializer[Any]):
    """An organisation that holds the conference, the lead first, said as it was called on the first day; `under` is what
    stood above the lead organiser, {} for nothing."""

    organisation = serializers.UUIDField()
    role = serializers.ChoiceField(choices=OrganiserRole.choices)
    said = LanguageMap()
    under = LanguageMap(required_text=False)


class ProgrammeSerializer(serializers.Serializer[Any]):
    """A programme from top to bottom: the release `number`, or the working programme (null), which is still written.
    `state` is that of the conference today: of one that is postponed or cancelled nothing takes place."""

    conference = serializers.UUIDField()
    number = serializers.IntegerField(allow_null=True)
    released_at = serializers.DateTimeField(allow_null=True)
    note = LanguageMap(required_text=False)
    title = LanguageMap()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    day = serializers.DateField(allow_null=True)
    day_part = serializers.ChoiceField(choices=DayPart.choices, allow_blank=True)
    time_zone = serializers.CharField()
    state = serializers.ChoiceField(choices=ConferenceState.choices)
    reason = LanguageMap(required_text=False)
    organisers = HolderThen(many=True)
    sites = SiteThen(many=True)
    entries = ProgrammeEntrySerializer(many=True)

    @classmethod
    def of(cls, programme: Programme, names: Names, release: Release | None, conference: Conference) -> dict[str, Any]:
        """What is shown of it. Written out by hand: five hundred entries through as many serializers take ten times
        as long."""
        with timezone.override(programme.time_zone):
            return {
                "conference": str(programme.conference),
                "number": programme.number,
                "released_at": _moment(release.released_at) if release else None,
                "note": release.note if release else {},
                "title": programme.title,
                "starts_at": _moment(programme.starts_at),
                "ends_at": _moment(programme.ends_at),
                "day": _text(programme.day),
                "day_part": programme.day_part,
                "time_zone": programme.time_zone,
                "state": conference.state,
                "reason": conference.reason,
                "organisers": [
                    {"organisation": str(each.organisation), "role": each.role, "said": each.said, "under": each.under}
                    for each in programme.organisers
                ],
                "sites": [{"id": str(place.site), "said": place.said} for place in programme.sites],
                "entries": [
                    _entry(entry, depth, names, released=programme.number is not None)
                    for depth, entry in programme.with_depth()
                ],
            }


def _entry(entry: Entry, depth: int, names: Names, *, released: bool) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "parent": _text(entry.parent),
        "depth": depth,
        "kind": entry.kind,
        "phase": entry.phase,
        "phase_name": entry.phase_name if entry.kind != ItemKind.BREAK else {},
        "title": entry.title,
        "starts_at": _moment(entry.starts_at),
        "ends_at": _moment(entry.ends_at),
        "minutes": entry.minutes,
        "day": _text(entry.day),
        "day_part": entry.day_part,
        "parallel": entry.parallel,
        "reserve": entry.reserve,
        "state": entry.state,
        "reason": entry.reason,
        "confidentiality": entry.confidentiality,
        "places": [{"site": str(each.site), "room": str(each.room), "said": each.said} for each in entry.places],
        "speakers": [_voice(voice, names) for voice in entry.speakers],
        "chairs": [_voice(voice, names) for voice in entry.chairs],
        "sequence": entry.sequence if released else None,
        "changed_at": _moment(entry.changed_at),
    }


def _voice(voice: Voice, names: Names) -> dict[str, Any]:
    return {
        "id": str(voice.id),
        "person": _text(voice.person),
        "name": names.get(voice.person) if voice.person else None,
        "organisation": _text(voice.organisation),
        "organisation_name": names.get(voice.organisation) if voice.organisation else None,
        "office": voice.office,
        "bloc": voice.bloc,
        "said": {language: voice_said(voice, names, language) for language in ("vi", "en")},
    }


def _moment(moment: Any) -> str | None:
    return _MOMENT.to_representation(moment)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


# Releases


class ReleaseSerializer(OnItsClock, HouseSerializer):
    """A released programme by its number; what it holds is read at /conferences/{id}/programme?release={number}.

    `sha256` is the digest of its canonical JSON. `changes` counts what is different from the release before, by kind:
    of the first, everything was added.
    """

    changes = serializers.SerializerMethodField()

    class Meta:
        model = Release
        fields: tuple[str, ...] = ("id", "conference", "number", "released_at", "note", "sha256", "changes")
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_changes(self, release: Release) -> dict[str, int]:
        return counts_for(release, worked_on=release.worked_on)  # type: ignore[attr-defined]


class ReleaseDetails(ReleaseSerializer):
    """`intact`: what is stored still has the digest it was released under."""

    intact = serializers.SerializerMethodField()

    class Meta(ReleaseSerializer.Meta):
        fields = (*ReleaseSerializer.Meta.fields, "intact")
        read_only_fields = fields

    def get_intact(self, release: Release) -> bool:
        return is_intact(release)


class ReleaseBody(Body):
    """`note` says what the release is about."""

    note = LanguageMap(required=False, required_text=False, max_length=2000)


# Changes


class ChangelogLineSerializer(serializers.Serializer[Any]):
    """One line of a changelog. `moves`: calendars hear of it, since time, place or state changed."""

    text = LanguageMap()
    moves = serializers.BooleanField()
    entries = serializers.ListField(child=serializers.UUIDField())


class ChangelogSectionSerializer(serializers.Serializer[Any]):
    """Lines of one `kind` of change, or of what is new of the `conference` itself."""

    kind = serializers.CharField()
    name = LanguageMap()
    lines = ChangelogLineSerializer(many=True)

    @classmethod
    def of(cls, section: Section) -> dict[str, Any]:
        lines = [
            {
                "text": line.text,
                "moves": line.moves,
                "entries": [str(change.entry_id) for change in line.changes],
            }
            for line in section.lines
        ]
        return {"kind": section.kind, "name": section.name, "lines": lines}


class ProgrammeChangeSerializer(serializers.Serializer[Any]):
    """One kind of difference in one entry. `before` and `after` hold the fields that read differently, moments on the
    clock of the later programme: null for what is added or removed as a whole."""

    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    entry = serializers.UUIDField()
    title = LanguageMap()
    moves = serializers.BooleanField()
    fields_changed = serializers.ListField(child=serializers.CharField())
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
    text = LanguageMap()


class ChangesSerializer(serializers.Serializer[Any]):
    """All that is different, as people read it (`changelog`: grouped, runs of shifted items in one line) and for
    programs (`changes`). `to` is null for the working programme; `from` is null where nothing was released before."""

    to = serializers.IntegerField(allow_null=True)
    changelog = ChangelogSectionSerializer(many=True)
    changes = ProgrammeChangeSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": serializers.IntegerField(allow_null=True), **super().get_fields()}

    @classmethod
    def of(
        cls, before: Programme, after: Programme, names: Names, changes: list[Change], sections: list[Section]
    ) -> dict[str, Any]:
        stored = {
            id(each): {row["id"]: row for row in as_json(each)["entries"]} if changes else {}
            for each in (before, after)
        }
        day = after.first_day
        with timezone.override(after.time_zone):
            return {
                "from": before.number,
                "to": after.number,
                "changelog": [ChangelogSectionSerializer.of(section) for section in sections],
                "changes": [
                    {
                        "kind": str(change.kind),
                        "entry": str(change.entry_id),
                        "title": change.entry.title,
                        "moves": change.moves,
                        "fields_changed": list(change.fields),
                        "before": _values(change, change.before, stored[id(before)]),
                        "after": _values(change, change.after, stored[id(after)]),
                        "text": said(change, names=names, time_zone=after.time_zone, day=day),
                    }
                    for change in changes
                ],
            }


def _values(change: Change, entry: Entry | None, rows: Mapping[str, Any]) -> dict[str, Any] | None:
    if entry is None or change.before is None or change.after is None:
        return None
    row = rows[str(entry.id)]
    return {name: _value(getattr(entry, name), row[name]) for name in change.fields if name in row}


def _value(value: Any, stored: Any) -> Any:
    return _moment(value) if isinstance(value, dt.datetime) else stored


class LackSerializer(serializers.Serializer[Any]):
    """Something the programme might still need; it stands in nobody's way."""

    code = serializers.ChoiceField(choices=["time", "room", "speaker", "paper", "deadline"])
    text = LanguageMap()
    entries = serializers.ListField(child=serializers.UUIDField())

    @classmethod
    def of(cls, lack: Lack) -> dict[str, Any]:
        return {"code": lack.code, "text": lack.text, "entries": [str(entry) for entry in lack.entries]}


class ReleasePreviewSerializer(ChangesSerializer):
    """What a release would be: its `number`, what is different since the last one, what is still missing. Without a
    difference (`releasable` false) there is nothing to release; so it is in states where nobody expects the conference."""

    number = serializers.IntegerField()
    releasable = serializers.BooleanField()
    warnings = LackSerializer(many=True)
