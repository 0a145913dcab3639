"""A name as people write it into a list → the name alone, with honorific, degree and office taken out of it."""

import re
import unicodedata
from dataclasses import dataclass

from backend.core.vietnamese import fold, one_line, title_case_name

#: As it is written, folded → the honorific; "" says nothing about Mr or Ms.
HONORIFICS = {
    "ong": "ong", "anh": "ong", "mr": "ong", "nam": "ong", "male": "ong", "m": "ong",
    "ba": "ba", "chi": "ba", "mrs": "ba", "ms": "ba", "miss": "ba", "nu": "ba", "female": "ba", "f": "ba",
    "ong/ba": "", "ong (ba)": "", "d/c": "", "dc": "", "dong chi": "",
}  # fmt: skip
#: Those that may stand before a name; "Nam" and "M" may be part of it.
_BEFORE = {"ong", "anh", "mr", "ba", "chi", "mrs", "ms", "miss", "ong/ba", "d/c", "dc", "dong chi"}
#: As it is written, folded → the degree as we write it.
DEGREES = {
    "gs": "GS.", "pgs": "PGS.", "ts": "TS.", "tskh": "TSKH.", "ths": "ThS.", "ks": "KS.", "cn": "CN.", "bs": "BS.",
    "ds": "DS.", "ls": "LS.", "kts": "KTS.", "bscki": "BSCKI.", "bsckii": "BSCKII.", "bsck1": "BSCKI.",
    "bsck2": "BSCKII.", "dr": "TS.", "prof": "GS.", "giao su": "GS.", "pho giao su": "PGS.", "tien si": "TS.",
    "tien sy": "TS.", "thac si": "ThS.", "thac sy": "ThS.", "ky su": "KS.", "cu nhan": "CN.", "bac si": "BS.",
    "bac sy": "BS.", "luat su": "LS.", "phd": "TS.", "msc": "ThS.",
}  # fmt: skip
#: Dots inside an abbreviation would tear it apart.
_DOTTED = [
    (re.compile(r"\bTh\s?\.\s?S\b", re.IGNORECASE), "ThS"),
    (re.compile(r"\bT\s?\.\s?S\b"), "TS"),
    (re.compile(r"\bPh\s?\.\s?D\b", re.IGNORECASE), "PhD"),
    (re.compile(r"\bM\s?\.\s?Sc\b", re.IGNORECASE), "MSc"),
]
_FIRST = re.compile(r"([^\W\d_]+\d?(?:\s?/\s?[^\W\d_]+)?)\s*([.:,]*)\s*")
#: What may follow a name: in brackets, after a comma, a semicolon, or a dash with spaces around it.
_BEHIND = re.compile(r"\s*(?:[,;(\[]|\s[-–—]\s)\s*")
_OLD_FONT = re.compile(r"[a-zà-ỹ][À-Þ]|[¨©ª«¬®µ¶¸¹]|[aeo][âêô]")
_ALLOWED = frozenset(" .'’-·")


@dataclass(frozen=True, kw_only=True)
class Name:
    full_name: str
    honorific: str = ""
    degree: str = ""
    behind: str = ""


def parse_name(text: str) -> Name:
    """ÔNG PGS.TS NGUYỄN  VĂN AN → Nguyễn Văn An, ong, "PGS. TS."; what stands behind the name and is no degree is
    given as it is."""
    rest = one_line(text)
    for pattern, plain in _DOTTED:
        rest = pattern.sub(plain, rest)
    name, _, behind = _divided(rest)
    name, honorific, degrees = _without_titles(name)
    more, unknown = _degrees_in(behind)
    return Name(
        full_name=title_case_name(name),
        honorific=honorific,
        degree=" ".join(dict.fromkeys([*degrees, *more])),
        behind=unknown,
    )


def honorific_of(text: str) -> str | None:
    """ong, ba, or "" for what names neither; None for what is no honorific."""
    return HONORIFICS.get(fold(text).strip(" ."), None if text else "")


def degree_of(text: str) -> str:
    """The degrees a cell of its own names, as we write them; unknown ones as they are written."""
    for pattern, plain in _DOTTED:
        text = pattern.sub(plain, text)
    known, unknown = _degrees_in(text)
    return " ".join([*known, *([unknown] if unknown else [])])


def looks_old(text: str) -> bool:
    """Letters as they come out when TCVN3 or VNI text is read as Unicode: NguyÔn V¨n, Nguyeãn Vaên."""
    return bool(_OLD_FONT.search(text))


def is_a_name(text: str) -> bool:
    return all(c in _ALLOWED or unicodedata.category(c)[0] in "LM" for c in text) and any(c.isalpha() for c in text)


def _divided(text: str) -> tuple[str, str, str]:
    """What stands before, at and behind the first break that follows a name of two words or more."""
    for found in _BEHIND.finditer(text):
        before, _, _ = _without_titles(text[: found.start()])
        if len(before.split()) >= 2 and fold(before) not in DEGREES:
            return text[: found.start()], found[0], text[found.end() :].strip(" )]")
    return text, "", ""


def _without_titles(text: str) -> tuple[str, str, list[str]]:
    """The name without what stands before it, as long as a name is left."""
    honorific, degrees = "", list[str]()
    while True:
        title, rest = _title(text)
        if not title or not rest:
            return text.strip(" ,;"), honorific, degrees
        if title in DEGREES:
            degrees.append(DEGREES[title])
        else:
            honorific = honorific or HONORIFICS[title]
        text = rest


def _title(text: str) -> tuple[str, str]:
    """The honorific or degree at the start and what follows it; ("", text) when there is none."""
    words = text.split()
    for count in (3, 2):  # "phó giáo sư" before "phó", "đồng chí" before "đồng"
        spelled = fold(" ".join(words[:count])).rstrip(".:,")
        if len(words) > count and (spelled in DEGREES or spelled in _BEFORE):
            return spelled, " ".join(words[count:])
    found = _FIRST.match(text)
    if not found:
        return "", text
    word, rest = fold(found[1]).replace(" ", ""), text[found.end() :]
    if word in DEGREES and (found[2] or rest):
        return word, rest
    if word in _BEFORE and len(rest.split()) >= 2:
        return word, rest
    return "", text


def _degrees_in(text: str) -> tuple[list[str], str]:
    """The degrees a text consists of, or all of it as unknown."""
    words = [word for word in re.split(r"[.,;/\s]+", text) if word]
    spelled = fold(text).strip(" .")
    if spelled in DEGREES:
        return [DEGREES[spelled]], ""
    if words and all(fold(word) in DEGREES for word in words):
        return [DEGREES[fold(word)] for word in words], ""
    return [], text.strip()
