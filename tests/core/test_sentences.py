"""A Vietnamese caller is answered in Vietnamese, also where the framework only speaks English."""

from typing import Any

import pytest
from django.utils.translation import override
from rest_framework import exceptions, fields, relations, serializers

from backend.core.sentences import SAID, in_the_callers_language

#: Fields of other houses: nothing of ours takes files, links, decimals or days as lengths of time.
ELSEWHERE = ("File", "Image", "Hyperlinked", "Decimal", "Slug", "BigInteger", "ModelField", "IPAddress")


def sentences() -> dict[str, str]:
    found: dict[str, str] = {}
    for module in (fields, relations, serializers):
        for name, kind in vars(module).items():
            if isinstance(kind, type) and not name.startswith(ELSEWHERE):
                for code, text in getattr(kind, "default_error_messages", {}).items():
                    found[f"{name}.{code}"] = text
    return found


@pytest.mark.parametrize(("where", "text"), sorted(sentences().items()))
def test_every_refusal_of_a_field_has_its_vietnamese(where: str, text: Any) -> None:
    with override("en"):
        english = str(text)
    with override("vi"):
        assert in_the_callers_language(str(text)) != english, english


def test_values_carry_over_and_other_callers_hear_the_framework() -> None:
    said = '"news" is not a valid choice.'
    with override("vi"):
        assert in_the_callers_language(said) == "“news” không nằm trong các giá trị được chọn."
        assert in_the_callers_language("Ensure this field has no more than 500 characters.") == "Nhiều nhất 500 ký tự."
        assert in_the_callers_language("Một câu của nhà.") == "Một câu của nhà."
    with override("en"):
        assert in_the_callers_language(said) == said


def test_the_table_has_no_place_that_is_not_said() -> None:
    with override("vi"):
        for english in SAID:
            assert "{" not in in_the_callers_language(
                english.format(n=3, low=1, high=2, form="F", zone="Z", given="g", kind="k")
            )
    assert exceptions.ParseError.default_detail == "Malformed request."
