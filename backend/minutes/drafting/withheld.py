"""What minutes do not say: they go to everybody who took part, so restricted items leave a line in them and no more."""

from backend.conferences.models import AgendaItem
from backend.conferences.states import Confidentiality
from backend.core.text import Text
from backend.minutes.drafting.blocks import Block, block
from backend.minutes.models import Minutes
from backend.minutes.queries import closed_sources
from backend.minutes.states import MinutesState

KIND = "withheld"
SAID: Text = {
    "vi": "Một nội dung hạn chế được ghi biên bản riêng.",
    "en": "A restricted item is recorded in separate minutes.",
}


def line(name: str, item: AgendaItem, marker: str = "") -> Block:
    """In place of the restricted item. Locked: whoever approves the minutes approves them without it."""
    return block(KIND, f"{name}:{item.pk}", dict(SAID), f"agenda_item:{item.pk}", marker=marker, locked=True)


def printable(blocks: list[Block], withheld: set[str]) -> list[Block]:
    """The blocks but those that come from one of the sources withheld, edited or not."""
    return [made for made in blocks if made["kind"] == KIND or withheld.isdisjoint(made["sources"])]


def shown(minutes: Minutes) -> list[Block]:
    """The minutes' blocks as they may be read. An item that was closed after its minutes were drafted is gone at once;
    minutes that were approved stay what they are."""
    content: list[Block] = minutes.content
    if minutes.state == MinutesState.APPROVED:
        return content
    return printable(content, closed_sources(minutes.conference_id, Confidentiality.RESTRICTED))
