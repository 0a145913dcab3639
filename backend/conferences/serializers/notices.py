"""The notice about pictures and recordings, as the API says and takes it."""

from typing import Any

from rest_framework import serializers

from backend.conferences.models import PhotoNotice
from backend.core.serializers import Body, HouseSerializer, LanguageMap
from backend.core.text import say


class PhotoNoticeSerializer(HouseSerializer):
    """`text` is empty where nothing is `recorded`."""

    class Meta:
        model = PhotoNotice
        fields = ("conference", "version", "recorded", "text")
        read_only_fields = fields


class PhotoNoticeBody(Body):
    """Without a `text` the standard one is told; where nothing is `recorded` there is nothing to tell."""

    recorded = serializers.BooleanField()
    text = LanguageMap(max_length=2000, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("text") and not attrs["recorded"]:
            raise serializers.ValidationError(
                {"text": say(vi="Không ghi hình thì không có thông báo.", en="Nothing recorded, nothing to tell.")}
            )
        return attrs
