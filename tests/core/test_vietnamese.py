"""Vietnamese text: tables checked against a dictionary's order and ICU's, and properties that hold for any text."""

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.vietnamese import ascii_name, clean, fold, person_sort_key, sort_key, title_case_name

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
SYLLABLES = st.builds(
    lambda head, vowel, tone, tail: unicodedata.normalize("NFC", head + vowel + tone + tail),
    st.sampled_from(["", "b", "ch", "d", "đ", "h", "ngh", "th", "tr"]),
    st.sampled_from("aăâeêioôơuưy"),
    st.sampled_from(TONES),
    st.sampled_from(["", "c", "m", "n", "ng", "nh"]),
)
NAMES = st.lists(SYLLABLES, min_size=1, max_size=4).map(" ".join)
ANY_TEXT = st.text(st.characters(), max_size=30)


def strictly_rising(keys: Sequence[str | bytes]) -> bool:
    return list(keys) == sorted(set(keys))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đặng Thanh Tùng", "dang thanh tung"),
        ("NGUYỄN  VĂN\tAN ", "nguyen van an"),
        ("Uỷ ban", "uy ban"),
        ("Ủy ban", "uy ban"),
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("khỏe", "khoe"),
        ("khoẻ", "khoe"),
        ("Kim Đức Thụ", "kim duc thu"),
        ("Ðức", "duc"),  # Eth instead of Đ: the same shape on paper
        ("H'Hen Niê", "h'hen nie"),
        ("Nguyễn\u200b An\x00", "nguyen an"),
        ("José", "jose"),
        ("", ""),
    ],
)
def test_fold_compares_as_a_reader_without_diacritics_does(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


@given(ANY_TEXT)
def test_fold_is_stable_and_blind_to_normal_forms(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == folded
    assert folded == " ".join(folded.split())
    folded.encode("utf-8")


@given(NAMES)
def test_fold_of_vietnamese_is_lower_case_ascii(name: str) -> None:
    assert fold(name).isascii()
    assert fold(name) == fold(name.upper()) == fold(name).lower()


def test_letters_follow_the_alphabet() -> None:
    assert strictly_rising([sort_key(letter) for letter in LETTERS])
    assert strictly_rising([sort_key(letter) for letter in LETTERS.upper()])


@pytest.mark.parametrize("vowel", "aăâeêioôơuưy")
def test_tones_follow_ngang_huyen_hoi_nga_sac_nang(vowel: str) -> None:
    assert strictly_rising([sort_key(vowel + tone) for tone in TONES])


@pytest.mark.parametrize(
    "in_order",
    [
        # letters decide before tones
        ["ba", "bà", "bả", "bã", "bá", "bạ", "bác", "băn", "bân", "be", "bê", "ca"],
        ["dung", "dũng", "duy", "đan", "đào", "đức", "em"],
        ["an", "an bình", "ân", "ba"],
        ["ô", "ồ", "ổ", "ỗ", "ố", "ộ", "ô tô", "ơ", "pa"],
        ["Hà Minh Hiệp", "Hạ Minh Hiệp", "Hà Mỹ", "Hải"],
        ["Phòng 2", "Phòng A"],
        ["Lê", "Lê Thị", "Lê Thị Thanh Minh", "Lều"],
    ],
)
def test_sort_key_gives_dictionary_order(in_order: list[str]) -> None:
    assert strictly_rising([sort_key(text).encode("ascii") for text in in_order])


@given(ANY_TEXT)
def test_sort_key_is_printable_ascii_for_any_text(text: str) -> None:
    key = sort_key(text)
    assert key.isascii()
    assert key.isprintable()
    assert key == sort_key(unicodedata.normalize("NFD", text)) == sort_key(clean(text))


def spelled_out(name: str) -> tuple[list[list[int]], list[int]]:
    """The order written as a definition: places in the alphabet, word by word, then the tones word by word."""
    letters: list[list[int]] = []
    tones: list[int] = []
    for word in name.lower().split():
        places, tone = [], 0
        for character in unicodedata.normalize("NFC", word):
            decomposed = unicodedata.normalize("NFD", character)
            tone = next((TONES.index(mark) for mark in decomposed if mark in TONES[1:]), tone)
            toneless = "".join(mark for mark in decomposed if mark not in TONES[1:])
            places.append(LETTERS.index(unicodedata.normalize("NFC", toneless)))
        letters.append(places)
        tones.append(tone)
    return letters, tones


@given(NAMES, NAMES)
def test_sort_key_orders_as_the_definition_does(one: str, other: str) -> None:
    assert (sort_key(one) < sort_key(other)) == (spelled_out(one) < spelled_out(other))
    assert (sort_key(one) == sort_key(other)) == (spelled_out(one) == spelled_out(other))


@given(NAMES)
def test_sort_key_ignores_case_and_tone_placement(name: str) -> None:
    assert sort_key(name) == sort_key(name.upper())
    assert sort_key("hoà " + name) == sort_key("hòa " + name)
    assert sort_key("Uỷ " + name) == sort_key("Ủy " + name)


def test_people_are_listed_by_their_last_word_then_by_the_whole_name() -> None:
    in_order = [
        "Nguyễn Văn An",
        "Trần An",
        "Lê Thị Ân",
        "Dương Đình Ổn",
        "Nguyễn Phú Quốc",
        "Kim Đức Thụ",
        "Đặng Thanh Tùng",
        "Lê Thanh Tùng",
    ]
    assert strictly_rising([person_sort_key(name) for name in in_order])
    assert person_sort_key(" ") == sort_key("") == ""


@given(NAMES, NAMES)
def test_person_sort_key_compares_the_last_word_before_anything_else(one: str, other: str) -> None:
    parts = [(spelled_out(name.split()[-1]), spelled_out(name)) for name in (one, other)]
    assert (person_sort_key(one) < person_sort_key(other)) == (parts[0] < parts[1])


@pytest.mark.parametrize(
    ("written", "proper"),
    [
        ("NGUYỄN VĂN AN", "Nguyễn Văn An"),
        ("đặng  thanh tùng", "Đặng Thanh Tùng"),
        ("h'hen niê", "H'Hen Niê"),
        ("Y-BỚT ÊBAN", "Y-Bớt Êban"),
        ("Ronald McDonald", "Ronald McDonald"),
        ("  ", ""),
    ],
)
def test_title_case_name_repairs_lists_typed_in_capitals(written: str, proper: str) -> None:
    assert title_case_name(written) == proper
    assert title_case_name(unicodedata.normalize("NFD", written)) == proper


@given(NAMES)
def test_title_case_name_changes_case_only(name: str) -> None:
    proper = title_case_name(name)
    assert proper.lower() == name
    assert title_case_name(proper) == proper == title_case_name(name.upper())


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("Đặng Thanh Tùng", "Dang Thanh Tung"),
        ("Phạm Thị Sen Quỳnh", "Pham Thi Sen Quynh"),
        ("Dương Đình Ổn", "Duong Dinh On"),
    ],
)
def test_ascii_name_keeps_case(name: str, english: str) -> None:
    assert ascii_name(name) == english


@given(NAMES)
def test_ascii_name_of_vietnamese_is_ascii_and_folds_alike(name: str) -> None:
    assert ascii_name(name.title()).isascii()
    assert fold(ascii_name(name.title())) == fold(name)


@pytest.mark.parametrize(
    ("dirty", "kept"),
    [
        ("Hội nghi\u0323", "Hội nghị"),
        ("một\r\nhai\rba\n", "một\nhai\nba"),
        ("a\x00b\x07c\x1b[31m\x85", "abc[31m"),
        ("cột\tcột", "cột\tcột"),
        ("giá \u202etxt.exe", "giá txt.exe"),
        ("\ud800x", "x"),
        ("e\x00\u0302", "ê"),  # what stood apart is composed after the control character has gone
        ("👩\u200d💼", "👩\u200d💼"),
    ],
)
def test_clean_keeps_text_and_drops_what_only_machines_see(dirty: str, kept: str) -> None:
    assert clean(dirty) == kept


@given(ANY_TEXT)
def test_clean_is_stable_and_storable(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")
