"""Fields of this room: counts as said, rows named by id."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.conferences import queries
from backend.conferences.models import AgendaItem
from backend.core.serializers import LanguageMap
from backend.core.text import say

MOST_PEOPLE = 1_000_000


@extend_schema_field(
    {
        "type": "object",
        "description": 'A count as said: {"n": 190, "op": ">"}; {} is unknown.',
        "properties": {
            "n": {"type": "integer", "minimum": 0, "maximum": MOST_PEOPLE},
            "op": {"type": "string", "enum": ["=", "≈", ">"]},
            "who": {
                "type": "object",
                "description": "Of whom, as a language map.",
                "properties": {code: {"type": "string"} for code, _ in settings.LANGUAGES},
            },
        },
        "additionalProperties": False,
    },
    component_name="Count",
)
class Count(serializers.Field[Any, Any, Any, Any]):
    """How many, exactly ("="), about ("≈") or more than (">"); `op` left out means exactly."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or data.keys() - {"n", "op", "who"}:
            raise serializers.ValidationError(
                say(
                    vi='Phải có dạng {{"n": 190, "op": ">"}}, {{}} là chưa biết.',
                    en='Must be like {{"n": 190, "op": ">"}}; {{}} is unknown.',
                    _=0,
                )
            )
        if not data:
            return {}
        n, op = data.get("n"), data.get("op", "=")
        if not isinstance(n, int) or isinstance(n, bool) or not 0 <= n <= MOST_PEOPLE:
            raise serializers.ValidationError(
                {"n": say(vi="Phải là số nguyên từ 0 đến 1000000.", en="Must be a whole number from 0 to 1000000.")}
            )
        if op not in ("=", "≈", ">"):
            raise serializers.ValidationError({"op": say(vi="Phải là =, ≈ hoặc >.", en="Must be =, ≈ or >.")})
        count: dict[str, Any] = {"n": n, "op": op}
        if "who" in data:
            count["who"] = LanguageMap(one_line=True, max_length=200).to_internal_value(data["who"])
        return count

    def to_representation(self, value: Any) -> Any:
        return value


class Id(serializers.PrimaryKeyRelatedField[Any]):
    """A row named by its id, resolved to the row."""

    def __init__(self, queryset: QuerySet[Any] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("pk_field", serializers.UUIDField())
        super().__init__(queryset=queryset, **kwargs)


class VisibleItem(Id):
    """An agenda item the caller may know of; any other is as good as wrong."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=AgendaItem.objects.none(), **kwargs)

    def get_queryset(self) -> Any:
        return queries.items_visible_to(self.context["request"].user)


class Order(serializers.IntegerField):
    """A place in a sequence; left out, the next free one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 10000, "required": False, **kwargs})


class Head(serializers.IntegerField):
    """A number of people or seats; null is unknown or unlimited."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": MOST_PEOPLE, "required": False, "allow_null": True, **kwargs})


class Minutes(serializers.IntegerField):
    """A length of at most a day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 1440, "required": False, **kwargs})


class OnItsClock(serializers.BaseSerializer[Any]):
    """Moments of a conference, or of what belongs to one, are shown on the clock of that conference."""

    def to_representation(self, row: Any) -> Any:
        with timezone.override(getattr(row, "conference", row).time_zone):
            return super().to_representation(row)


class OnGivenClock(serializers.BaseSerializer[Any]):
    """Moments are shown on the clock of the context's `time_zone`."""

    def to_representation(self, value: Any) -> Any:
        with timezone.override(self.context["time_zone"]):
            return super().to_representation(value)


class Times(serializers.Serializer[Any]):
    """An exact time, from a moment until another."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": serializers.DateTimeField(), "until": serializers.DateTimeField()}

    def to_representation(self, span: Any) -> dict[str, Any]:
        return {"from": _MOMENT.to_representation(span.start), "until": _MOMENT.to_representation(span.end)}


_MOMENT = serializers.DateTimeField()
