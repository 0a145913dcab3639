"""The public pages: server-rendered, without scripts, one address per language."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import EmptyPage, Paginator
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from backend.articles import addresses, linked_data, queries
from backend.articles.models import Article
from backend.articles.snapshots import Snapshot, snapshot_of
from backend.conferences.models import Conference, Duty
from backend.conferences.programme import Programme
from backend.conferences.queries import (
    as_told,
    co_organisations,
    for_details,
    for_lists,
    lead_organisation,
    name_then,
    programme_for,
    site_said,
    when_said,
)
from backend.conferences.queries.public import public_conferences
from backend.conferences.queries.told import places_told
from backend.conferences.states import DutyKind, ItemState
from backend.core.clock import local
from backend.core.responses import fresh
from backend.core.text import current_language, localized, say
from backend.core.vietnamese import ascii_name

PAGE_SIZE = 20
HTML = "text/html; charset=utf-8"
LOCALES = {"vi": "vi_VN", "en": "en_GB"}
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}

WORDS = {
    "skip": say(vi="Tới nội dung", en="Skip to content"),
    "articles": say(vi="Bài viết", en="Articles"),
    "conferences": say(vi="Hội nghị", en="Conferences"),
    "feed": say(vi="Nguồn tin Atom", en="Atom feed"),
    "other_language": say(vi="Ngôn ngữ khác", en="Other languages"),
    "published": say(vi="Đăng lúc", en="Published"),
    "corrected": say(vi="Đính chính", en="Correction"),
    "retracted": say(vi="Bài viết đã được gỡ", en="This article has been retracted"),
    "source": say(vi="Nguồn", en="Source"),
    "about": say(vi="Về hội nghị", en="About the conference"),
    "incomplete": say(
        vi="Một số đoạn của bài chỉ có bằng tiếng Anh.", en="Some passages of this article exist in Vietnamese only."
    ),
    "not_found": say(vi="Không tìm thấy trang", en="Page not found"),
    "not_found_text": say(
        vi="Địa chỉ này không có bài viết hoặc hội nghị nào.", en="There is no article or conference at this address."
    ),
    "nothing": say(vi="Chưa có gì để đọc.", en="Nothing to read yet."),
    "newer": say(vi="Mới hơn", en="Newer"),
    "older": say(vi="Cũ hơn", en="Older"),
    "time": say(vi="Thời gian", en="Time"),
    "place": say(vi="Địa điểm", en="Place"),
    "lead": say(vi="Đơn vị chủ trì", en="Organised by"),
    "co": say(vi="Phối hợp", en="Together with"),
    "chairs": say(vi="Chủ trì", en="Chaired by"),
    "status": say(vi="Tình trạng", en="Status"),
    "reason": say(vi="Lý do", en="Reason"),
    "agenda": say(vi="Chương trình", en="Agenda"),
    "topics": say(vi="Chủ đề", en="Topics"),
}


def public_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """GET and HEAD only; speaks the language of the address, whatever Accept-Language says."""

    @require_safe
    @wraps(view)
    def speaking(request: HttpRequest, language: str, **kwargs: Any) -> HttpResponseBase:
        with translation.override(language):
            return view(request, language, **kwargs)

    return speaking


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """The way in, in the reader's language."""
    answer = HttpResponseRedirect(addresses.absolute(addresses.CONFERENCES[current_language()]))
    patch_vary_headers(answer, ["Accept-Language"])
    return answer


@public_page
def article_index(request: HttpRequest, language: str) -> HttpResponseBase:
    rows, around = _page(request, queries.articles_in(language))
    if rows is None:
        return _not_found(request, language)
    entries = [(row, snapshot_of(row)) for row in rows]
    return _render(
        request,
        "articles/index.html",
        language,
        heading=WORDS["articles"],
        entries=[
            {
                "address": addresses.article(language, row.slug),
                "title": text.title[language],
                "title_language": language,
                "summary": text.sapo.get(language, ""),
                "note": _minute(row.published_at, language),
            }
            for row, text in entries
        ],
        around=around,
        alternates={code: addresses.absolute(path) for code, path in addresses.ARTICLES.items()},
        canonical=addresses.absolute(addresses.ARTICLES[language]),
    )


@public_page
def conference_index(request: HttpRequest, language: str) -> HttpResponseBase:
    rows, around = _page(request, for_lists(public_conferences()))
    if rows is None:
        return _not_found(request, language)
    return _render(
        request,
        "articles/index.html",
        language,
        heading=WORDS["conferences"],
        entries=[
            {
                "address": addresses.conference(language, row.slug),
                "title": localized(row.title, language),
                "title_language": language if row.title.get(language) else "vi",
                "summary": "; ".join(site_said(site, language) for site in row.sites.all()),
                "note": when_said(row, language),
            }
            for row in rows
        ],
        around=around,
        alternates={code: addresses.absolute(path) for code, path in addresses.CONFERENCES.items()},
        canonical=addresses.absolute(addresses.CONFERENCES[language]),
    )


@public_page
def article(request: HttpRequest, language: str, slug: str) -> HttpResponseBase:
    """The article; 404 when it does not exist in this language, 410 with the note when it was retracted."""
    row = queries.articles_in(language).filter(slug=slug).first()
    if row is None:
        gone = queries.retracted_article(slug)
        return _gone(request, language, gone) if gone and language in gone.languages else _not_found(request, language)
    text = snapshot_of(row)
    about = for_lists(public_conferences()).filter(pk=row.conference_id).first() if row.conference_id else None
    own = addresses.article(language, slug)
    return _render(
        request,
        "articles/article.html",
        language,
        article=row,
        snapshot=text,
        title=text.title[language],
        description=text.sapo.get(language, ""),
        dateline=text.dateline.get(language, ""),
        byline=_byline(text, language),
        blocks=[
            {"kind": block["kind"], "text": block["text"][language]}
            for block in text.blocks
            if block["text"].get(language)
        ],
        incomplete=text.incomplete(language),
        corrections=[
            {"at": _minute(change.at, language), "note": localized(change.note, language)}
            for change in text.corrections
        ],
        published=_minute(row.published_at, language),
        conference=about,
        conference_title=localized(about.title, language) if about else "",
        conference_address=addresses.conference(language, about.slug) if about else "",
        linked_data=linked_data.block(
            linked_data.news(row, text, language, linked_data.event(about, language) if about else None)
        ),
        alternates={code: addresses.article(code, slug) for code in text.languages},
        own=own,
        canonical=text.source_url or own,
    )


@public_page
def conference(request: HttpRequest, language: str, slug: str) -> HttpResponseBase:
    """A public conference from its announcement on, also when it is postponed or cancelled."""
    row = for_details(public_conferences(), AnonymousUser()).filter(slug=slug).first()
    if row is None:
        return _not_found(request, language)
    told = as_told([row]).get(row.pk)
    lead = lead_organisation(row)
    recap = queries.articles_in(language).filter(conference=row).first()
    own = addresses.conference(language, slug)
    return _render(
        request,
        "articles/conference.html",
        language,
        conference=row,
        title=localized(row.title, language),
        title_language=language if row.title.get(language) else "vi",
        description=when_said(row, language),
        state=row.get_state_display(),
        moved=row.state in {"postponed", "cancelled"},
        reason=localized(row.reason, language),
        time=when_said(row, language),
        places=places_told(told, language) if told else [site_said(site, language) for site in row.sites.all()],
        lead=localized(name_then(lead, row.day), language) if lead else "",
        co=[localized(name_then(body, row.day), language) for body in co_organisations(row)],
        chairs=[_chair(duty, row, language) for duty in row.duties.all() if duty.kind == DutyKind.CHAIR],
        agenda=_agenda(programme_for(AnonymousUser(), row), language),
        recap={"title": snapshot_of(recap).title[language], "address": addresses.article(language, recap.slug)}
        if recap
        else None,
        linked_data=linked_data.block(linked_data.event(row, language, told=told)),
        alternates={code: addresses.conference(code, slug) for code in addresses.CONFERENCES},
        own=own,
        canonical=own,
    )


def _agenda(programme: Programme, language: str) -> list[dict[str, Any]]:
    """The public programme as lists within lists; what was called off says so, what is held in reserve is not shown."""
    top: list[dict[str, Any]] = []
    lines: dict[Any, dict[str, Any]] = {}
    for entry in programme.entries:
        if entry.reserve:
            continue
        state = "" if entry.state == ItemState.PLANNED else str(ItemState(entry.state).label)
        lines[entry.id] = {"title": localized(entry.title, language), "state": state, "children": []}
        (lines[entry.parent]["children"] if entry.parent in lines else top).append(lines[entry.id])
    return top


def _page(request: HttpRequest, rows: Any) -> tuple[list[Any] | None, dict[str, int]]:
    """The rows of ?page=N, and the numbers of the pages around it; None when there is no such page."""
    number = request.GET.get("page", "1")
    if not number.isdecimal() or len(number) > 6:
        return None, {}
    try:
        page = Paginator(rows, PAGE_SIZE).page(int(number))
    except EmptyPage:
        return None, {}
    around = {}
    if page.has_previous():
        around["newer"] = page.previous_page_number()
    if page.has_next():
        around["older"] = page.next_page_number()
    return list(page.object_list), around


def _chair(duty: Duty, row: Conference, language: str) -> str:
    """Name and office: people are named on a public page only for a part they play in public."""
    name = (duty.person.full_name if language == "vi" else ascii_name(duty.person.full_name)) if duty.person else ""
    body = localized(name_then(duty.organisation, row.day), language) if duty.organisation else ""
    return ", ".join(filter(None, [name, localized(duty.office, language), body])) or localized(duty.group, language)


def _byline(text: Snapshot, language: str) -> str:
    name = text.byline if language == "vi" else ascii_name(text.byline)
    return ", ".join(filter(None, [name, text.byline_position.get(language), text.byline_unit.get(language)]))


def _minute(moment: dt.datetime | None, language: str) -> str:
    if moment is None:
        return ""
    here = local(moment)
    return f"{here:%H:%M}, {here:%d/%m/%Y}" if language == "vi" else f"{here.day} {here:%B %Y}, {here:%H:%M}"


def _render(
    request: HttpRequest, template: str, language: str, *, status: int = 200, **values: Any
) -> HttpResponseBase:
    values.setdefault("alternates", {})
    body = render_to_string(
        template,
        {
            "language": language,
            "locale": LOCALES[language],
            "other_locales": [LOCALES[code] for code in values["alternates"] if code != language],
            "others": [
                {"code": code, "name": LANGUAGE_NAMES[code], "address": address}
                for code, address in values["alternates"].items()
                if code != language
            ],
            "words": WORDS,
            "articles_address": addresses.ARTICLES[language],
            "conferences_address": addresses.CONFERENCES[language],
            "atom": addresses.feed(language, "atom"),
            "json_feed": addresses.feed(language, "json"),
            **values,
        },
    )
    # A page's text also depends on its template, so its age says less than its ETag: no Last-Modified on HTML.
    return fresh(request, body, language=language, content_type=HTML, status=status)


def _not_found(request: HttpRequest, language: str) -> HttpResponseBase:
    return _render(
        request, "articles/message.html", language, status=404, title=WORDS["not_found"], text=WORDS["not_found_text"]
    )


def _gone(request: HttpRequest, language: str, row: Article) -> HttpResponseBase:
    """What was there and why it is not any more; the text itself is gone from the public."""
    return _render(
        request,
        "articles/message.html",
        language,
        status=410,
        title=WORDS["retracted"],
        text=localized(row.retraction_note, language),
        at=_minute(row.retracted_at, language),
    )
