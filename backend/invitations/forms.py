"""Somebody as people without an account write them on a page: what may stand in a letter, and who it is."""

import unicodedata
from typing import Any

from rest_framework import serializers

from backend.core.sentences import in_the_callers_language
from backend.core.serializers import Line
from backend.core.text import say
from backend.core.vietnamese import title_case_name
from backend.documents.form.text import unprintable
from backend.people.addresses import Address
from backend.people.models import Honorific
from backend.people.names import parse_name
from backend.people.telephones import InvalidTelephone, telephone


class PersonName(Line):
    """A name as people bear it: letters, spaces and the few marks that stand in names. NGUYỄN VĂN AN is Nguyễn Văn An."""

    MARKS = " -'’.,"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        strange = [c for c in name if c not in self.MARKS and unicodedata.category(c)[0] not in "LM"]
        if strange or (name and not any(unicodedata.category(c)[0] == "L" for c in name)):
            raise serializers.ValidationError(
                say(vi="Họ tên chỉ gồm chữ cái và dấu cách.", en="A name has letters and spaces only.")
            )
        if lost := unprintable(name):
            raise serializers.ValidationError(
                say(
                    vi="Thẻ và giấy mời không in được các chữ {lost}; xin viết họ tên bằng chữ La-tinh như trong hộ chiếu.",
                    en="Badges and letters cannot print {lost}; please write the name in Latin letters, as in the passport.",
                    lost=lost,
                )
            )
        return title_case_name(name)


class Telephone(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        written = super().to_internal_value(data)
        try:
            return telephone(written) if written else ""
        except InvalidTelephone:
            raise serializers.ValidationError(
                say(vi="Không phải số điện thoại.", en="Not a telephone number.")
            ) from None


class NamedBody(serializers.Serializer[Any]):
    """Somebody as a form says them."""

    full_name = PersonName()
    honorific = serializers.ChoiceField(Honorific.choices, required=False, allow_blank=True, default="")
    office = Line(max_length=200, required=False, allow_blank=True, default="")
    email = Address(required=False, allow_blank=True)
    phone = Telephone(required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.setdefault("email", "")  # a default would stand in the schema as an address, which "" is not
        if not attrs["email"] and not attrs["phone"]:
            raise serializers.ValidationError(
                {
                    "email": say(
                        vi="Cần thư điện tử hoặc điện thoại; giấy mời gửi qua thư điện tử.",
                        en="Give an e-mail address or a telephone number; invitations go by e-mail.",
                    )
                }
            )
        return without_titles(attrs)


LONGEST_DEGREE = 40


def without_titles(said: dict[str, Any]) -> dict[str, Any]:
    """Somebody's name without what stands around it: "Ông TS. Nguyễn Văn An" is Nguyễn Văn An, ong, TS. What is said in
    a field of its own stands; a name around which more is said than there are fields for stays as it was written."""
    name = parse_name(said["full_name"])
    if not name.full_name or len(name.degree) > LONGEST_DEGREE or (name.behind and said["office"]):
        return said
    degree = {"degree": name.degree} if name.degree else {}
    return {
        **said,
        **degree,
        "full_name": name.full_name,
        "honorific": said["honorific"] or name.honorific,
        "office": said["office"] or name.behind,
    }


FIELDS = tuple(NamedBody().fields)


def first_of_each(errors: Any) -> dict[str, Any]:
    """One sentence for every field that is wrong, in the page's language."""
    return {field: in_the_callers_language(str(said[0])) for field, said in errors.items()}
