"""The face PDFs are set in: Tinos, which has the widths of Times New Roman. Read from the files that lie beside this one.

Only what the writers ask of a font: which characters it has, and how wide a line is.
"""

import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("fonts")
FAMILY = "Tinos"


@dataclass(frozen=True)
class Face:
    """`advances` is the width of each character it has, in fractions of the font size."""

    advances: dict[int, float]

    def has(self, character: str) -> bool:
        return ord(character) in self.advances

    def width(self, text: str, size: float) -> float:
        """Millimetres that `text` takes on one line at `size` points; a character it lacks counts as one em."""
        return sum(self.advances.get(ord(character), 1) for character in text) * size * 25.4 / 72


@cache
def face(*, bold: bool = False) -> Face:
    return _read((FOLDER / f"{FAMILY}-{'Bold' if bold else 'Regular'}.ttf").read_bytes())


def _read(data: bytes) -> Face:
    """An OpenType file's `cmap` (its segments, format 4) with the advances of `hmtx`."""
    count = struct.unpack_from(">H", data, 4)[0]
    tables = {data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0] for at in range(12, 12 + 16 * count, 16)}
    em = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
    measured = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]

    def advance(glyph: int) -> float:
        at = tables[b"hmtx"] + 4 * min(glyph, measured - 1)
        return float(struct.unpack_from(">H", data, at)[0] / em)

    return Face({code: advance(glyph) for code, glyph in _segments(data, tables[b"cmap"])})


def _segments(data: bytes, cmap: int) -> list[tuple[int, int]]:
    """Pairs of code point and glyph."""
    (subtables,) = struct.unpack_from(">H", data, cmap + 2)
    offsets = [struct.unpack_from(">I", data, cmap + 8 + 8 * index)[0] for index in range(subtables)]
    start = next(cmap + at for at in offsets if struct.unpack_from(">H", data, cmap + at)[0] == 4)
    (double,) = struct.unpack_from(">H", data, start + 6)
    ends, begins, deltas, ranges = (start + 14, start + 16 + double, start + 16 + 2 * double, start + 16 + 3 * double)
    found = []
    for at in range(0, double, 2):
        (last,), (first,) = struct.unpack_from(">H", data, ends + at), struct.unpack_from(">H", data, begins + at)
        (delta,), (offset,) = struct.unpack_from(">H", data, deltas + at), struct.unpack_from(">H", data, ranges + at)
        for code in range(first, last + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", data, ranges + at + offset + 2 * (code - first))
                if not glyph:
                    continue
            if glyph := (glyph + delta) & 0xFFFF:
                found.append((code, glyph))
    return found
