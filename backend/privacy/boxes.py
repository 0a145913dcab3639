"""The boxes by which people consent on a page without an account: each by itself, none ticked for anybody."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from backend.core.errors import Invalid
from backend.core.text import localized, say
from backend.privacy.models import ConsentPurpose, ConsentWording
from backend.privacy.queries import wordings_that_count
from backend.privacy.services import Asked

#: More on one page than there are purposes are not looked at.
MOST = 50


def shown(wordings: Iterable[ConsentWording], language: str, ticked: Collection[Asked] = ()) -> list[dict[str, Any]]:
    """What stands beside them, for the template `consent/boxes`. What somebody `ticked` before stays so while they mend
    the rest, as long as it says what it said then."""
    before = {(each.purpose, each.version) for each in ticked}
    return [
        {
            "purpose": row.purpose.code,
            "version": row.version,
            "text": localized(row.text, language),
            "ticked": (row.purpose.code, row.version) in before,
        }
        for row in wordings
    ]


def standing(ticked: Sequence[Asked]) -> tuple[list[Asked], list[ConsentPurpose]]:
    """Of what was ticked, what can be recorded; and the purposes that cannot, because their words mean more since, or
    nobody is asked any more."""
    counting = {(row.purpose.code, row.version) for row in wordings_that_count()} if ticked else set()
    lapsed = [each.purpose for each in ticked if (each.purpose, each.version) not in counting]
    purposes = ConsentPurpose.objects.filter(code__in=lapsed).order_by("created_at", "code") if lapsed else ()
    return [each for each in ticked if (each.purpose, each.version) in counting], list(purposes)


def ticked(boxes: Sequence[str], language: str) -> list[Asked]:
    """What somebody ticked, in the words they were shown. What is not ticked says nothing. Raises Invalid for a box that
    names no version of any words, which no page of ours sends."""
    found = []
    for box in boxes[:MOST]:
        purpose, _, version = box.partition(":")
        if not (purpose and version.isascii() and version.isdecimal() and len(version) < 6):
            sentence = say(
                vi="Không rõ đồng ý với nội dung nào; xin đánh dấu lại.",
                en="It is not clear which words were agreed to; please tick again.",
            )
            raise Invalid({"consents": sentence})
        found.append(Asked(purpose=purpose, version=int(version), language=language))
    return found
