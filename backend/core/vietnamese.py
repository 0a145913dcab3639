"""Vietnamese text: cleaning, searching without diacritics, dictionary order, and the writing of names.

Keys made here are stored in columns and compared byte by byte (`COLLATE "C"`): the database needs no ICU.
A change of `fold` or of a sort key therefore needs a migration that recomputes the stored keys.
"""

import re
import unicodedata

#: Letters Unicode does not decompose. Eth and African D are look-alikes that old fonts and keyboards put for đ.
_STROKED = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ɖ": "d", "Ɖ": "D"})

#: Embeddings and overrides of direction: they can make a name read as another one.
#: Nothing anybody could see: zero-width spaces and byte order marks.
_UNSEEN = frozenset("\u200b\u2060\ufeff")
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_BREVE, _CIRCUMFLEX, _HORN = "\u0306", "\u0302", "\u031b"
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}  # huyền hỏi ngã sắc nặng; ngang 0

#: Bases that have sisters in the alphabet are always written with a digit (a0 ă a1 â a2), so that a0 < a1 < a2 < b.
_SISTERS: dict[str, dict[str, str]] = {
    "a": {_BREVE: "a1", _CIRCUMFLEX: "a2"},
    "d": {},
    "e": {_CIRCUMFLEX: "e1"},
    "o": {_CIRCUMFLEX: "o1", _HORN: "o2"},
    "u": {_HORN: "u1"},
}

_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_LETTER = re.compile(r"(.)([\u0300-\u036f]*)")


def clean(text: str) -> str:
    """`text` as it may be stored: NFC, trimmed, lines ended by \\n, without control, direction and unseen characters.

    Line breaks and tabs stay. Half surrogates go, since PostgreSQL and UTF-8 refuse them.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        c
        for c in lines
        if c in "\n\t" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _DIRECTION | _UNSEEN)
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def one_line(text: str) -> str:
    """`text` as a title or a name may be stored: cleaned, every run of white space one space."""
    spaced = " ".join(text.split())  # first: clean() would drop some breaks without leaving a space
    return " ".join(clean(spaced).split())


def fold(text: str) -> str:
    """What search compares: lower case, no diacritics, đ as d, single spaces. Hoà and hòa, Uỷ and Ủy fold alike."""
    return " ".join(_bare(text).lower().split())


def ascii_name(name: str) -> str:
    """The name as English text writes it: Đặng Thanh Tùng → Dang Thanh Tung."""
    return " ".join(_bare(name).split())


def sort_key(name: str) -> str:
    """An ASCII key whose byte order is Vietnamese dictionary order.

    First the letters of the whole text (a ă â b c d đ e ê …; digits before letters, a gap before everything), then
    the tones word by word (ngang huyền hỏi ngã sắc nặng). Case, punctuation and the placement of a tone inside its
    syllable do not count. Nothing to sort by gives "".
    """
    words = [_word_key(word) for word in _WORD.findall(unicodedata.normalize("NFD", _lower(name)))]
    return f"{'-'.join(letters for letters, _ in words)} {''.join(tone for _, tone in words)}" if words else ""


def person_sort_key(full_name: str) -> str:
    """The key of a list of people: by tên, the last word, then by the whole name."""
    words = full_name.split()
    return f"{sort_key(words[-1])} {sort_key(full_name)}" if words else ""


def title_case_name(name: str) -> str:
    """NGUYỄN VĂN AN and nguyễn văn an become Nguyễn Văn An; a word that already mixes cases stays as written."""
    return " ".join(_WORD.sub(_title_case_word, clean(name)).split())


def _title_case_word(match: re.Match[str]) -> str:
    word = match[0]
    return word[0].title() + word[1:].lower() if word.isupper() or word.islower() else word


def _bare(text: str) -> str:
    """Without diacritics and without what is invisible; white space and case stay."""
    kept = (c for c in unicodedata.normalize("NFD", text) if c in "\t\n\r" or unicodedata.category(c)[0] not in "MC")
    return unicodedata.normalize("NFC", "".join(kept)).translate(_STROKED)


def _lower(text: str) -> str:
    return "".join(c for c in text if c in "\t\n\r" or unicodedata.category(c)[0] != "C").lower()


def _word_key(word: str) -> tuple[str, str]:
    """The letters of one word as ASCII tokens, none a prefix of another, and the tone of the word."""
    letters: list[str] = []
    tone = "0"
    for base, marks in _LETTER.findall(word):
        tone = next((_TONES[mark] for mark in marks if mark in _TONES), tone)
        letters.append(_letter_key(base, marks))
    return "".join(letters), tone


def _letter_key(base: str, marks: str) -> str:
    if base in _SISTERS:
        sisters = _SISTERS[base]
        return next((sisters[mark] for mark in marks if mark in sisters), base + "0")
    if base.translate(_STROKED) == "d":
        return "d1"
    if base.isascii():
        return base
    return f"~{ord(base):06x}"  # other scripts: after every letter, in code point order
