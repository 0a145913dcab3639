"""Drafting minutes from the record, and editing the draft."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference
from backend.conferences.states import OVER
from backend.core.errors import Conflict, Invalid
from backend.core.ids import time_ordered_id
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.documents import services as documents
from backend.documents.models import DocumentFile
from backend.minutes import drafting, paper
from backend.minutes.drafting import Report
from backend.minutes.drafting.blocks import block, compose
from backend.minutes.events import MinutesDrafted, MinutesEdited, MinutesRegenerated
from backend.minutes.models import Minutes
from backend.minutes.queries import issuer, whole
from backend.minutes.states import MOVES
from backend.outbox.services import emit

KIND = "BB"


@transaction.atomic
def draft(*, conference_id: UUID) -> Minutes:
    """Draws the minutes of a closed conference from its record and files the first draft. Asked again, it returns
    the minutes there are, unchanged.

    Raises Conflict while the conference is not closed, or has no lead organisation to issue minutes.
    """
    conference = locked(Conference, conference_id)
    existing = Minutes.objects.filter(conference=conference, supplements=None).first()
    if existing is not None:
        return existing
    if conference.state not in OVER:
        raise Conflict(say(vi="Hội nghị chưa bế mạc.", en="The conference is not closed yet."))
    organisation_id = issuer(conference)
    if organisation_id is None:
        raise Conflict(say(vi="Hội nghị chưa có đơn vị chủ trì.", en="The conference has no lead organisation."))
    conference = whole(conference.pk)
    head = drafting.head(conference)
    title = compose("Biên bản {name}", "Minutes: {name}", name=head["title"])
    document = documents.open_file(organisation_id=organisation_id, kind=KIND, title=title, conference_id=conference.pk)
    minutes = Minutes.objects.create(
        conference=conference, document=document, head=head, content=drafting.draw(conference)
    )
    render(minutes_id=minutes.pk)
    emit(MinutesDrafted(minutes_id=minutes.pk, conference_id=conference.pk, document_id=document.pk))
    return minutes


@transaction.atomic
def render(*, minutes_id: UUID) -> list[DocumentFile]:
    """Files the minutes as they stand, .docx and PDF, as the next version of their document (a draft until approved)."""
    minutes = Minutes.objects.select_related("conference").get(pk=minutes_id)
    name = f"bien-ban-{minutes.conference.slug}"
    return documents.add_version(
        document_id=minutes.document_id, contents=paper.pages(minutes), stem=name, draft=minutes.state != "approved"
    )


@transaction.atomic
def edit(
    *,
    minutes_id: UUID,
    texts: dict[str, Text],
    added: list[dict[str, Any]],
    removed: list[str],
    expected: int | None = None,
) -> Minutes:
    """Rewrites the blocks in `texts` (id → language map), adds passages ({"after": id or None, "text"}) and removes
    added ones. An edited block stays as it is when the minutes are drawn from the record again.

    Raises Invalid naming a block that does not exist, one that comes from the record and so cannot be removed, or a
    locked one: it says what was counted, and where that is corrected.
    """
    minutes = locked(Minutes, minutes_id, expected=expected)
    MOVES.move(minutes, "edit")
    blocks: list[Any] = [dict(each) for each in minutes.content]
    places = {each["id"]: each for each in blocks}
    _ensure_there(places, [*texts, *removed, *(new["after"] for new in added if new.get("after"))])
    _ensure_open(places, texts, removed)
    for name, text in texts.items():
        rewritten = places[name]
        if not rewritten["edited"]:
            rewritten["drawn"] = rewritten["text"]
        rewritten["text"], rewritten["edited"] = text, True
    made = []
    for new in added:
        fresh = drafting.Block(
            id=f"passage:{time_ordered_id()}",
            kind="passage",
            text=new["text"],
            sources=[],
            edited=True,
            locked=False,
            drawn={},
        )
        after = new.get("after")
        index = next((n for n, each in enumerate(blocks) if each["id"] == after), -1) if after else len(blocks) - 2
        blocks.insert(index + 1, fresh)
        made.append(fresh["id"])
    minutes.content = [each for each in blocks if each["id"] not in removed]
    minutes.save()
    changed = [*texts, *made, *removed]
    emit(
        MinutesEdited(
            minutes_id=minutes.pk, conference_id=minutes.conference_id, document_id=minutes.document_id, blocks=changed
        )
    )
    return minutes


def _ensure_there(places: Mapping[str, Any], names: Iterable[str]) -> None:
    unknown = [name for name in names if name not in places]
    if unknown:
        raise Invalid(
            {f"blocks.{name}": say(vi="Không có đoạn này.", en="There is no such block.") for name in unknown}
        )


def _ensure_open(places: Mapping[str, Any], rewritten: Iterable[str], removed: Iterable[str]) -> None:
    """Raises Invalid for locked blocks, and for removing what was not added by hand."""
    locked_ones = {
        f"{field}.{name}": drafting.where_corrected(places[name])
        for field, names in (("blocks", rewritten), ("removed", removed))
        for name in names
        if drafting.is_locked(places[name])
    }
    if locked_ones:
        raise Invalid(locked_ones)
    if kept := [name for name in removed if places[name]["kind"] != "passage"]:
        sentence = say(
            vi="Đoạn này lấy từ hồ sơ, không bỏ được.", en="This block comes from the record and cannot be removed."
        )
        raise Invalid({f"removed.{name}": sentence for name in kept})


def drawn_now(minutes: Minutes) -> list[drafting.Block]:
    """What the record yields for these minutes today. A supplement keeps the block that points back; the lines around it
    come from the record."""
    conference = whole(minutes.conference_id)
    if minutes.supplements_id is None:
        return drafting.draw(conference)
    back = next(made for made in minutes.content if made["kind"] == "supplement")
    again = block("supplement", back["id"], back.get("drawn") or back["text"], *back["sources"])
    return drafting.frame(conference, again)


@transaction.atomic
def regenerate(*, minutes_id: UUID, expected: int | None = None) -> tuple[Minutes, list[Report]]:
    """Draws the draft from today's record again. Edited passages stay; the report names those whose record changed.
    What is locked is as the record says now. Of a supplement it is the lines around its own text that are drawn."""
    minutes = locked(Minutes, minutes_id, expected=expected)
    MOVES.move(minutes, "edit")
    title = minutes.head["title"]
    minutes.head = drafting.head(whole(minutes.conference_id))
    if minutes.supplements_id is not None:
        minutes.head["title"] = title
    minutes.content, reports = drafting.merge(drafting.shown(minutes), drawn_now(minutes))
    minutes.save()
    emit(
        MinutesRegenerated(
            minutes_id=minutes.pk,
            conference_id=minutes.conference_id,
            document_id=minutes.document_id,
            changed=[report["id"] for report in reports],
        )
    )
    return minutes, reports
