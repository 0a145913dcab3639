"""What people are asked and decided, as the API says and takes it."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from backend.core.serializers import Body, HouseSerializer, LanguageMap, Line, Moment
from backend.core.text import say
from backend.privacy.models import ConsentDecision, ConsentPurpose, ConsentWording
from backend.privacy.states import BY_HAND, ConsentVia, Decision


class ConsentWordingSerializer(HouseSerializer):
    class Meta:
        model = ConsentWording
        fields = ("version", "text", "asks_again", "created_at")
        read_only_fields = fields


class ConsentPurposeSerializer(HouseSerializer):
    """`wordings` with the newest first: that one is asked."""

    wordings = ConsentWordingSerializer(many=True, read_only=True)

    class Meta:
        model = ConsentPurpose
        fields = ("id", "code", "title", "retired_at", "wordings", "version", "created_at")
        read_only_fields = fields


class PurposeBody(Body):
    code = serializers.SlugField(max_length=40)
    title = LanguageMap(one_line=True, max_length=200)
    text = LanguageMap(max_length=2000)


class RewordBody(Body):
    """`asks_again`: the new words mean more, so consents given before end."""

    text = LanguageMap(max_length=2000)
    asks_again = serializers.BooleanField()


class ConsentSerializer(HouseSerializer):
    """One decision. `shown_sha256` is the SHA-256 of the text shown, in `language`, of that `wording`; `current`: nothing
    newer was decided about the purpose."""

    person_name = serializers.CharField(source="person.full_name", read_only=True)
    purpose = serializers.CharField(source="wording.purpose.code", read_only=True)
    wording = serializers.IntegerField(source="wording.version", read_only=True)
    current = serializers.BooleanField(read_only=True)

    class Meta:
        model = ConsentDecision
        fields = (
            "id", "person", "person_name", "purpose", "wording", "language", "shown_sha256", "decision", "via",
            "taken_by", "at", "recorded_by", "recorded_at", "current",
        )  # fmt: skip
        read_only_fields = fields


class ConsentBody(Body):
    """One's own decision needs no more than what and `wording`, the version that was read (to withdraw: not even that).
    That of another was written on paper or said to somebody: `person`, `via`, `taken_by`, `taken_at`."""

    person = serializers.UUIDField(required=False)
    purpose = serializers.SlugField(max_length=40)
    decision = serializers.ChoiceField(Decision.choices)
    wording = serializers.IntegerField(min_value=1, max_value=32767, required=False)
    language = serializers.ChoiceField(settings.LANGUAGES, required=False)
    via = serializers.ChoiceField([(way.value, way.label) for way in BY_HAND], required=False)
    taken_by = Line(max_length=200, required=False)
    taken_at = Moment(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["decision"] == Decision.GIVEN and "wording" not in attrs:
            raise serializers.ValidationError(
                {"wording": say(vi="Cần số phiên bản nội dung đã đọc.", en="Say which version was read.")}
            )
        if ("via" in attrs) != ("taken_by" in attrs) or ("via" in attrs) != ("taken_at" in attrs):
            raise serializers.ValidationError(
                {
                    "taken_by": say(
                        vi="Ghi bằng giấy hoặc bằng lời cần via, taken_by và taken_at.",
                        en="What was written or said needs via, taken_by and taken_at.",
                    )
                }
            )
        attrs.setdefault("via", ConsentVia.API)
        return attrs
