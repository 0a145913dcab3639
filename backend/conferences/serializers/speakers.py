"""Planned speakers as they are shown and written, and who is named in an office that was left."""

from typing import Any

from rest_framework import serializers

from backend.conferences import queries
from backend.conferences.models import Conference, Speaker
from backend.conferences.serializers.fields import Id, VisibleItem
from backend.conferences.serializers.named import HolderBody, HolderSerializer, NamedPerson
from backend.core.serializers import Body, LanguageMap
from backend.core.text import both


class SpeakerSerializer(HolderSerializer):
    """A person with the office held on the conference's day, an office without a name, or a bloc."""

    class Meta:
        model = Speaker
        fields = (
            "id",
            "conference",
            "agenda_item",
            "order",
            "person",
            "organisation",
            "office",
            "bloc",
            "version",
        )
        read_only_fields = fields


class NestedSpeakerBody(HolderBody):
    """In a new conference speakers come with their agenda item; left out, their order is that of the list."""

    bloc = LanguageMap(one_line=True, max_length=500, required=False, required_text=False)


class SpeakerBody(NestedSpeakerBody):
    conference = Id(queryset=Conference.objects.all())
    agenda_item = VisibleItem()


class SpeakerOrderBody(Body):
    """Every speaker of the item, in the order they are to speak."""

    agenda_item = VisibleItem()
    speakers = serializers.ListField(child=serializers.UUIDField(), max_length=50)


class SpeakersSerializer(serializers.Serializer[Any]):
    results = SpeakerSerializer(many=True)


class OfficeLeftSerializer(serializers.Serializer[Any]):
    """Somebody with a duty, or planned to speak, in an office that is not held on the conference's day: `until` is the
    last day it was, `now` what is held instead, as far as the record knows."""

    person = NamedPerson()
    duty = serializers.UUIDField(allow_null=True)
    speaker = serializers.UUIDField(allow_null=True)
    office = LanguageMap()
    until = serializers.DateField()
    now = LanguageMap(allow_null=True)
    said = LanguageMap()

    def to_representation(self, left: queries.OfficeLeft) -> dict[str, Any]:
        return {
            "person": self.fields["person"].to_representation(left.person),
            "duty": left.duty_id and str(left.duty_id),
            "speaker": left.speaker_id and str(left.speaker_id),
            "office": left.office.title,
            "until": left.office.valid_to and left.office.valid_to.isoformat(),
            "now": left.now and left.now.title,
            "said": both(left.said()),
        }
