"""No letter watches whether it is opened, and nothing asks for an identity card."""

import re
from pathlib import Path

import pytest
from django.apps import apps

import backend

ROOT = Path(backend.__file__).parent
TEMPLATES = sorted(ROOT.glob("*/templates/**/*.*"))
LETTERS = [each for each in TEMPLATES if each.parent.name == "letters"]
#: What fetches something when a letter or page is opened.
FETCHES = re.compile(
    r"""<(?:img|picture|video|audio|iframe|object|embed|link|script|source|input\s[^>]*type=["']image)\b[^>]*"""
    r"""|url\([^)]*\)|@import[^;]*|\bbackground=["'][^"']*""",
    re.IGNORECASE,
)
#: Pictures that lie in the letter itself, and the house's own style sheets.
OF_OUR_OWN = re.compile(
    r"""src=["']cid:|href=["'](?:data:,|/static/|\{% static|/|\{\{)|<script type="application/ld\+json\""""
)
#: Links that lead through a counter.
TRACKED = re.compile(r"[?&](?:utm_\w+|open|click|track\w*|ref)=|/(?:track|click|open|pixel|beacon)/", re.IGNORECASE)
IDENTITY = re.compile(r"cccd|cmnd|citizen|identity_?(?:card|number|image)|national_id|passport|can_cuoc", re.IGNORECASE)


def watched(said: str) -> list[str]:
    """What in the template would tell somebody that it was opened."""
    return [*(each for each in FETCHES.findall(said) if not OF_OUR_OWN.search(each)), *TRACKED.findall(said)]


def test_no_letter_and_no_page_is_watched() -> None:
    assert len(LETTERS) > 30
    assert {str(each.relative_to(ROOT)): found for each in TEMPLATES if (found := watched(each.read_text()))} == {}


@pytest.mark.parametrize(
    "said",
    [
        '<img src="https://plenum.example/o/1.gif" width="1">',
        "<img src='{{ pixel }}'>",
        '<td background="https://plenum.example/1.gif">',
        "<p style=\"background:url('//plenum.example/1')\">",
        '<a href="https://plenum.example/click/1?to=x">',
        '<a href="{{ link }}?utm_source=mail">',
    ],
)
def test_a_watched_letter_is_noticed(said: str) -> None:
    assert watched(said)


def test_a_picture_within_the_letter_is_none() -> None:
    assert not watched('<img src="cid:qr" alt="QR">')


def test_there_is_no_field_for_an_identity_card() -> None:
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    assert not [str(field) for field in fields if IDENTITY.search(field.name)]
