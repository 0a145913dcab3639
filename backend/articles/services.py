"""What happens to articles: drafted from the record, edited, approved by a second person, published, mended."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from backend.articles import recap
from backend.articles.events import (
    AboutArticle,
    ArticleApproved,
    ArticleCorrected,
    ArticleDrafted,
    ArticleEdited,
    ArticlePublished,
    ArticleRetracted,
    ArticleSentBack,
    ArticleSubmitted,
)
from backend.articles.models import Article, ArticleBlock, ArticleRevision
from backend.articles.queries import recap_of, record_of
from backend.articles.states import MOVES, ArticleKind, BlockStatus
from backend.conferences.models import Conference
from backend.conferences.states import Confidentiality
from backend.core.clock import now
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.core.vietnamese import ascii_name
from backend.minutes.models import Minutes
from backend.minutes.queries import closed_sources
from backend.minutes.states import MinutesState
from backend.outbox.services import emit

LANGUAGES = ("vi", "en")
#: What an editor may set; everything else of an article follows from what happened to it.
HEAD = (
    "title",
    "sapo",
    "dateline",
    "byline",
    "byline_position",
    "byline_unit",
    "source_name",
    "source_url",
)


@transaction.atomic
def draft_recap(*, minutes_id: UUID) -> Article | None:
    """Drafts the recap of the conference the minutes are of; heard twice, it answers with the same article.

    Supplements and conferences that are not public get none (None). Raises Conflict when the minutes are not approved:
    what nobody has confirmed is not published.
    """
    minutes = Minutes.objects.select_related("document").filter(pk=minutes_id).first()
    if minutes is None:
        raise NotFound()
    if minutes.state != MinutesState.APPROVED:
        raise Conflict(say(vi="Biên bản chưa được duyệt.", en="The minutes are not approved yet."))
    conference = locked(Conference, minutes.conference_id)
    if minutes.supplements_id or conference.confidentiality != Confidentiality.PUBLIC:
        return None
    if written := recap_of(conference.id):
        return written
    record = record_of(conference)
    draft = recap.write(record)
    article = Article.objects.create(
        organisation_id=record.lead.organisation_id if record.lead else minutes.document.organisation_id,
        conference=conference,
        kind=ArticleKind.RECAP,
        slug=_free_slug(draft.title),
        title=draft.title,
        sapo=draft.sapo,
        dateline=draft.dateline,
        head_sources=draft.head_sources,
    )
    ArticleBlock.objects.bulk_create(
        ArticleBlock(
            article=article,
            order=order,
            kind=block.kind,
            text=block.text,
            status={code: BlockStatus.DRAFTED if block.text.get(code) else BlockStatus.MISSING for code in LANGUAGES},
            sources=block.sources,
        )
        for order, block in enumerate(draft.blocks, 1)
    )
    emit(_about(ArticleDrafted, article))
    return article


@transaction.atomic
def begin(
    *,
    by: UUID,
    organisation_id: UUID,
    kind: str,
    conference_id: UUID | None = None,
    blocks: Sequence[Mapping[str, Any]] = (),
    **head: Any,
) -> Article:
    """An editor begins an article.

    Raises Invalid for a conference that is unknown or not public, Conflict for a second recap of one.
    """
    if conference_id is not None:
        conference = Conference.objects.filter(pk=conference_id, confidentiality=Confidentiality.PUBLIC).first()
        if conference is None:
            raise Invalid(
                {
                    "conference": say(
                        vi="Không có hội nghị công khai nào như vậy.", en="There is no such public conference."
                    )
                }
            )
        if kind == ArticleKind.RECAP:
            locked(Conference, conference_id)
            if recap_of(conference_id):
                raise Conflict(say(vi="Hội nghị này đã có tin.", en="This conference already has a recap."))
    article = Article(organisation_id=organisation_id, kind=kind, conference_id=conference_id, edited_by_id=by)
    _set_head(article, head)
    article.slug = _free_slug(article.title)
    article.save()
    _set_blocks(article, blocks)
    emit(_about(ArticleDrafted, article))
    return article


@transaction.atomic
def edit(
    *, article_id: UUID, by: UUID, expected: int | None, blocks: Sequence[Mapping[str, Any]] | None = None, **head: Any
) -> Article:
    """Changes an article before it is approved. One in review becomes a draft again: nobody approves an unread text.

    Raises StaleWrite when somebody else saved it since version `expected` was read.
    """
    article = locked(Article, article_id, expected=expected)
    MOVES.move(article, "edit")
    _set_head(article, head)
    if blocks is not None:
        _set_blocks(article, blocks)
    article.edited_by_id, article.submitted_by = by, None
    article.save()
    emit(_about(ArticleEdited, article))
    return article


@transaction.atomic
def submit(*, article_id: UUID, by: UUID, expected: int | None = None) -> Article:
    """Hands it in for approval. Raises Conflict while it says nothing, or while a translation is older than its original."""
    article = locked(Article, article_id, expected=expected)
    MOVES.move(article, "submit")
    blocks = list(article.blocks.all())
    if not any(block.text.get("vi") for block in blocks):
        raise Conflict(say(vi="Bài chưa có nội dung tiếng Việt.", en="The article has no Vietnamese text yet."))
    if stale := [block.order for block in blocks if BlockStatus.STALE in block.status.values()]:
        raise Conflict(
            say(
                vi="Bản dịch của các đoạn {orders} đã cũ so với bản kia; hãy soát lại.",
                en="The translations of blocks {orders} are older than the other text; review them.",
                orders=", ".join(map(str, stale)),
            ),
            stale_blocks=stale,
        )
    article.submitted_by_id = by
    article.save()
    emit(_about(ArticleSubmitted, article))
    return article


@transaction.atomic
def send_back(*, article_id: UUID, expected: int | None = None) -> Article:
    """Back to the editors; an approval already given is void."""
    article = locked(Article, article_id, expected=expected)
    MOVES.move(article, "send_back")
    article.approved_by = article.submitted_by = None
    article.save()
    emit(_about(ArticleSentBack, article))
    return article


@transaction.atomic
def approve(*, article_id: UUID, by: UUID, expected: int | None = None) -> Article:
    """Four eyes: raises Forbidden when the approver wrote the last change or handed the article in."""
    article = locked(Article, article_id, expected=expected)
    MOVES.move(article, "approve")
    if by in {article.edited_by_id, article.submitted_by_id}:
        raise Forbidden(
            say(
                vi="Người sửa hoặc trình bài không tự duyệt bài đó.",
                en="Whoever edited or submitted an article cannot approve it.",
            )
        )
    article.approved_by_id = by
    article.save()
    emit(_about(ArticleApproved, article))
    return article


@transaction.atomic
def publish(*, article_id: UUID, expected: int | None = None, first_published_at: dt.datetime | None = None) -> Article:
    """Puts it on the pages and feeds as revision 1. Raises Conflict when its conference, or what it was drawn
    from inside it, is not public.

    An article taken over from elsewhere keeps the moment it was `first_published_at` there; its revision bears the
    present one.
    """
    article = locked(Article, article_id, expected=expected)
    MOVES.move(article, "publish")
    _check_public(article)
    article.published_at = first_published_at or now()
    _keep_revision(article, note={})
    article.save()
    emit(_about(ArticlePublished, article))
    return article


@transaction.atomic
def correct(
    *,
    article_id: UUID,
    by: UUID,
    note: Text,
    expected: int | None,
    blocks: Sequence[Mapping[str, Any]] | None = None,
    **head: Any,
) -> Article:
    """Mends a published article. The note stands on the page for good, and every earlier revision is kept.

    The address stays, even when the title changes.
    """
    article = locked(Article, article_id, expected=expected)
    MOVES.move(article, "correct")
    _set_head(article, head)
    if blocks is not None:
        _set_blocks(article, blocks)
    _check_public(article)
    article.edited_by_id, article.corrected_at, article.correction_note = by, now(), note
    revision = _keep_revision(article, note=note)
    article.save()
    emit(_about(ArticleCorrected, article, revision=revision.number))
    return article


@transaction.atomic
def retract(*, article_id: UUID, note: Text, expected: int | None = None) -> Article:
    """Takes it off the pages and feeds: its address answers 410 with the note. There is no way back."""
    article = locked(Article, article_id, expected=expected)
    MOVES.move(article, "retract")
    article.retracted_at, article.retraction_note = now(), note
    article.save()
    emit(_about(ArticleRetracted, article))
    return article


def _about(kind: type[AboutArticle], article: Article, **more: Any) -> AboutArticle:
    return kind(
        article_id=article.id,
        organisation_id=article.organisation_id,
        conference_id=article.conference_id,
        slug=article.slug,
        languages=article.languages,
        **more,
    )


def _check_public(article: Article) -> None:
    """Raises Conflict when the conference, or the agenda item a passage was drawn from, is not public (any more)."""
    if article.conference and article.conference.confidentiality != Confidentiality.PUBLIC:
        raise Conflict(
            say(vi="Hội nghị của bài không còn công khai.", en="The article's conference is not public any more.")
        )
    if article.conference_id is None:
        return
    closed = closed_sources(article.conference_id, Confidentiality.INTERNAL)
    told = [str(block.pk) for block in article.blocks.all() if not closed.isdisjoint(block.sources)]
    told += [name for name, sources in article.head_sources.items() if not closed.isdisjoint(sources)]
    if told:
        raise Conflict(
            say(
                vi="Bài có nội dung lấy từ phần không công khai của hội nghị; hãy bỏ các đoạn ấy.",
                en="The article tells of parts of the conference that are not public; take those passages out.",
            ),
            blocks=told,
        )


def _free_slug(title: Text) -> str:
    """The title as WordPress and its like would write it, with -2, -3 … when taken. A lost race is a 409, no double."""
    stem = slugify(ascii_name(title["vi"]))[:140].strip("-") or "bai-viet"
    taken = set(Article.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken)


def _set_head(article: Article, head: Mapping[str, Any]) -> None:
    """Sets what `head` names. A text an editor rewrote no longer claims to come from the record."""
    for name in HEAD:
        if name in head and head[name] != getattr(article, name):
            setattr(article, name, head[name])
            article.head_sources = {key: rows for key, rows in article.head_sources.items() if key != name}
    if article.kind == ArticleKind.REPUBLICATION and not article.source_url:
        raise Invalid({"source_url": say(vi="Bài đăng lại phải ghi nguồn.", en="A republication names its source.")})


def _set_blocks(article: Article, given: Sequence[Mapping[str, Any]]) -> None:
    """Makes the article's blocks exactly those given, in that order; a block without an id is new, one left out is gone.

    Raises Invalid naming a block that is not of this article or stands twice.
    """
    present = {block.id: block for block in article.blocks.all()}
    kept: set[UUID] = set()
    for index, data in enumerate(given):
        block_id = data.get("id")
        if block_id is not None and (block_id not in present or block_id in kept):
            raise Invalid(
                {f"blocks.{index}.id": say(vi="Không phải đoạn của bài này.", en="Not a block of this article.")}
            )
        block = present.get(block_id) if block_id else None
        block = block or ArticleBlock(article=article)
        block.order = index + 1
        block.kind = data.get("kind", block.kind)
        _set_text(block, data)
        block.save()
        kept.add(block.id)
    ArticleBlock.objects.filter(article=article).exclude(id__in=kept).delete()


def _set_text(block: ArticleBlock, data: Mapping[str, Any]) -> None:
    """The new text, and by language how it came about: a translation whose original changed under it is stale."""
    text = data.get("text", block.text)
    changed = {code for code in LANGUAGES if text.get(code, "") != block.text.get(code, "")}
    reviewed = set(data.get("reviewed", ()))
    status = {}
    for code in LANGUAGES:
        if not text.get(code):
            status[code] = BlockStatus.MISSING
        elif code in reviewed:
            status[code] = BlockStatus.REVIEWED
        elif code in changed:
            status[code] = BlockStatus.HUMAN
        elif changed:
            status[code] = BlockStatus.STALE
        else:
            status[code] = block.status.get(code, BlockStatus.HUMAN)
    block.text, block.status = dict(text), {code: str(value) for code, value in status.items()}


def _keep_revision(article: Article, *, note: Text) -> ArticleRevision:
    """Freezes what the public reads from now on, and in which languages."""
    blocks = list(article.blocks.all())
    article.languages = [
        code for code in LANGUAGES if article.title.get(code) and any(block.text.get(code) for block in blocks)
    ]
    content = {
        **{name: getattr(article, name) for name in HEAD},
        "languages": article.languages,
        "blocks": [{"kind": block.kind, "text": block.text, "sources": block.sources} for block in blocks],
    }
    last = article.revisions.order_by("-number").values_list("number", flat=True).first() or 0
    return ArticleRevision.objects.create(article=article, number=last + 1, content=content, note=note, at=now())
