"""Titles and names are one line each, whatever was pasted into the form."""

import pytest
from rest_framework import serializers

from backend.core.serializers import LanguageMap, Line

BREAKS = ["\r\n", "\n", "\r", "\t", "\u2028", "\u2029", "\x85", "\x0b", "\u00a0", "  "]
UNSEEN = ["\u200b\u200b", "\ufeff", " \u2060 ", "\n\n", "\u202e"]


@pytest.mark.parametrize("gap", BREAKS)
def test_every_break_in_a_line_is_one_space(gap: str) -> None:
    assert Line().run_validation(f"Đua{gap}Bcc: evil") == "Đua Bcc: evil"
    assert LanguageMap(one_line=True).run_validation({"vi": f"Đua{gap}Bcc: evil"}) == {"vi": "Đua Bcc: evil"}


def test_a_text_keeps_its_lines() -> None:
    assert LanguageMap().run_validation({"vi": "một\r\nhai"}) == {"vi": "một\nhai"}


@pytest.mark.parametrize("nothing", UNSEEN)
def test_what_nobody_could_see_is_nothing(nothing: str) -> None:
    for field, value in (
        (Line(), nothing),
        (LanguageMap(one_line=True), {"vi": nothing}),
        (LanguageMap(), {"vi": nothing}),
    ):
        with pytest.raises(serializers.ValidationError):
            field.run_validation(value)
    assert Line(allow_blank=True).run_validation(nothing) == ""
