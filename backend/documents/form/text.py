"""Text as it can be printed, whatever was typed, scanned or pasted."""

import re
import unicodedata
from itertools import takewhile

from backend.core.printing import judges_print
from backend.core.vietnamese import clean
from backend.documents.form.faces import face

#: Without a space for so long, a word would run out of its column; it may break every so many letters.
_BREAKABLE = re.compile(r"\S{30,}")
_PIECE = re.compile(r"(\S{15})(?=[^\s\u0300-\u036f])")
_BREAK = "\u200b"
_WORD = re.compile(r"\S+")
_KEPT_SPACE = "\u00a0"
_WORDS_OF_A_NAME = 3
_LETTER = re.compile(r"(\S[\u0300-\u036f]*)(?=\S)")
#: Vietnamese puts two marks on a letter, scholarly writing three or four; towers of them only hide their neighbours.
_TOWER = re.compile(r"([\u0300-\u036f]{4})[\u0300-\u036f]+")


def printable(text: str) -> str:
    """NFC, lines ended by \\n, and nothing that has no shape: control, format and direction characters go.

    What is left is what XML 1.0 accepts, so a .docx made of it opens.
    """
    lines = clean(re.sub("[\u2028\u2029\x0b\x0c\x85]", "\n", text)).replace("\t", " ")
    shaped = "".join(c for c in lines if unicodedata.category(c) != "Cf" and ord(c) & 0xFFFE != 0xFFFE)
    return _TOWER.sub(r"\1", shaped)


def one_line(text: str) -> str:
    return " ".join(printable(text).split())


#: What is printed where a word cannot be, to be filled in by hand.
BLANK = "……"


@judges_print
def unprintable(text: str) -> str:
    """The letters of `text` that the PDF's face lacks, each once, in their order: Arabic or Chinese ones, say. Pictures
    are none of them: names are printed without."""
    return "".join(dict.fromkeys(c for c in text if not face().has(c) and not c.isspace() and not _pictures(c)))


def name_in_print(text: str) -> str:
    """The name of a person, an office or a unit as it is printed: without pictures; a word with letters the face lacks
    is left blank, to be written by hand: nobody reads code points."""
    words = ("".join(c for c in word if not _pictures(c)) for word in text.split())
    printed = " ".join(_blank(word) if unprintable(word) else word for word in words if word)
    return printed or (BLANK if text.strip() else "")


def _blank(word: str) -> str:
    """With the punctuation around it."""
    has = face().has
    before = "".join(takewhile(lambda c: has(c) and not c.isalnum(), word))
    behind = "".join(takewhile(lambda c: has(c) and not c.isalnum(), reversed(word)))
    return f"{before}{BLANK}{behind[::-1]}"


def _pictures(character: str) -> bool:
    """Emoji and what makes them; signs the face has are none."""
    selects = "\ufe00" <= character <= "\ufe0f"
    return not face().has(character) and (selects or unicodedata.category(character)[0] not in "LMN")


def names_together(text: str) -> str:
    """`text` with the names of places on one line each: "An Giang", "Hồ Chí Minh". In Vietnamese two or three words that
    all begin with a capital are a name, unless the first of them begins the text ("Bộ Khoa học")."""
    first, *words = text.split(" ")
    shown, run = [first], list[str]()
    for word in [*words, ""]:
        if run and not (_in_a_name(word) and run[-1][-1].isalpha()):
            shown += [_KEPT_SPACE.join(run)] if len(run) <= _WORDS_OF_A_NAME else run
            run = []
        (run if _in_a_name(word) else shown).append(word)
    return " ".join(shown[:-1])


def _in_a_name(word: str) -> bool:
    letters = word.rstrip(",;:.)")
    return letters[:1].isupper() and letters[1:].islower()


def in_glyphs(text: str, *, width: float = 0, size: float = 0) -> str:
    """`text` in characters the PDF's face has: any other stands as its code point, [U+1F600], so that nothing is lost.

    PDF/A refuses a file with characters it cannot show. Words longer than a line get places to break; in a column of
    `width` millimetres, set in `size` points, each word that is wider may break anywhere.
    """
    has = face().has
    shown = "".join(c if has(c) or c == "\n" else f"[U+{ord(c):04X}]" for c in text)
    if not width:
        return _BREAKABLE.sub(lambda word: _PIECE.sub(rf"\1{_BREAK}", word[0]), shown)
    bold = face(bold=True)
    return _WORD.sub(
        lambda word: _LETTER.sub(rf"\1{_BREAK}", word[0]) if bold.width(word[0], size) > width else word[0], shown
    )
