"""Fields that every domain's serializers share."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import models
from rest_framework import serializers

from backend.core import vietnamese
from backend.core.machine import Machine
from backend.core.text import LocalizedTextField, check_language_map, say

#: Before 1912 Vietnamese clocks differed from UTC by odd seconds, which no date-time of RFC 3339 can say.
YEARS = range(1912, 2201)


class Moment(serializers.DateTimeField):
    """An exact moment with its offset. A wall-clock time without one is refused: which zone it meant would be a guess."""

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        if value.tzinfo is None:
            raise serializers.ValidationError(
                say(
                    vi="Thiếu múi giờ, ví dụ 2021-01-14T13:30:00+07:00.",
                    en="The offset is missing, as in 2021-01-14T13:30:00+07:00.",
                )
            )
        if value.year not in YEARS:
            raise serializers.ValidationError(
                say(vi="Năm phải từ 1912 đến 2200.", en="The year must be from 1912 to 2200.")
            )
        return super().enforce_timezone(value)


class Day(serializers.DateField):
    def to_internal_value(self, value: Any) -> dt.date:
        day: dt.date = super().to_internal_value(value)
        if day.year not in YEARS:
            raise serializers.ValidationError(
                say(vi="Năm phải từ 1912 đến 2200.", en="The year must be from 1912 to 2200.")
            )
        return day


class Line(serializers.CharField):
    """One line of text: a name, a place, a number as it is written."""

    def to_internal_value(self, data: Any) -> str:
        return vietnamese.one_line(super().to_internal_value(data))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        if value == "" and not self.allow_blank:  # what was sent held nothing anybody could see
            self.fail("blank")
        return value


class LanguageMap(serializers.Field[Any, Any, Any, Any]):
    """{"vi": "…", "en": "…"}; Vietnamese is required unless `required_text=False`.

    A title or a name is `one_line`, since it ends up in subjects, headings and lists. Texts are tidied; what must be
    told instead is refused by `check`, which is asked of each text as it was written.
    """

    def __init__(
        self,
        *,
        required_text: bool = True,
        one_line: bool = False,
        max_length: int = 20000,
        check: Callable[[str], None] | None = None,
        **kwargs: Any,
    ) -> None:
        self.required_text, self.max_length, self.check = required_text, max_length, check
        self.tidy = vietnamese.one_line if one_line else vietnamese.clean
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        try:
            check_language_map(data, required=False, max_length=self.max_length)
            if self.check is not None and isinstance(data, dict):
                for text in data.values():
                    self.check(text)
            texts = {code: tidied for code, text in data.items() if (tidied := self.tidy(text))}
            check_language_map(texts, required=self.required_text)  # cleaning may have left nothing
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from None
        return texts

    def to_representation(self, value: Any) -> Any:
        return value


class HouseSerializer(serializers.ModelSerializer[Any]):
    """A ModelSerializer that knows language maps and our calendar, and refuses unknown members of the body."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        LocalizedTextField: LanguageMap,
        models.DateField: Day,
        models.DateTimeField: Moment,
    }

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if field_class is LanguageMap:
            kwargs = {
                key: value for key, value in kwargs.items() if key in {"required", "read_only", "help_text", "label"}
            }
            kwargs["required_text"] = not model_field.blank
        return field_class, kwargs

    def to_internal_value(self, data: Any) -> Any:
        refuse_unknown(self, data)
        return super().to_internal_value(data)


class StatefulSerializer(HouseSerializer):
    """A row with a state; the member `moves` names the verbs that state allows."""

    machine: Machine
    moves = serializers.SerializerMethodField()

    def get_moves(self, row: Any) -> list[str]:
        return self.machine.legal(getattr(row, self.machine.field))


class Body(serializers.Serializer[Any]):
    """The body of an action: declared members only."""

    def to_internal_value(self, data: Any) -> Any:
        refuse_unknown(self, data)
        return super().to_internal_value(data)


class Part(Body):
    """A body inside a body: whole also where the one around it changes only some members."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            missing = [name for name, field in self.fields.items() if field.required and name not in data]
            if missing:
                raise serializers.ValidationError(
                    {name: [self.fields[name].error_messages["required"]] for name in missing}
                )
        return super().to_internal_value(data)


def refuse_unknown(serializer: serializers.Serializer[Any], data: Any) -> None:
    """Raises ValidationError naming each member of `data` the serializer does not write: a typo must not pass silently."""
    if isinstance(data, dict):
        writable = {name for name, field in serializer.fields.items() if not field.read_only}
        readable = set(serializer.fields)
        unknown = [name for name in data if name not in writable and name not in readable]
        if unknown:
            raise serializers.ValidationError(
                {name: [say(vi="Không có trường này.", en="There is no such field.")] for name in unknown}
            )
