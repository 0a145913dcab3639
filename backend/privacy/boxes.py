"""The boxes by which people consent on a page without an account: each by itself, none ticked for anybody."""

from collections.abc import Iterable, Sequence
from typing import Any

from backend.core.text import localized
from backend.privacy.models import ConsentWording
from backend.privacy.services import Asked

#: More on one page than there are purposes are not looked at.
MOST = 50


def shown(wordings: Iterable[ConsentWording], language: str) -> list[dict[str, Any]]:
    """What stands beside them, for the template `consent/boxes`."""
    return [
        {"purpose": row.purpose.code, "version": row.version, "text": localized(row.text, language)} for row in wordings
    ]


def ticked(boxes: Sequence[str], language: str) -> list[Asked]:
    """What somebody ticked, in the words they were shown. What is not ticked says nothing."""
    found = []
    for box in boxes[:MOST]:
        purpose, _, version = box.partition(":")
        if version.isascii() and version.isdecimal() and len(version) < 6:
            found.append(Asked(purpose=purpose, version=int(version), language=language))
    return found
