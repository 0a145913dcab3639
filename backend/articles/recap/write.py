"""From the record to the draft of a recap: facts only, and each block says which rows it was written from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backend.articles.recap.phrases import (
    acting,
    bare,
    count,
    date,
    ended,
    fill,
    joined,
    known,
    listed,
    noun,
    numbered,
    officeholder,
    opened,
    organisation,
    place,
    same,
    when,
)
from backend.articles.recap.record import Record
from backend.articles.states import BlockKind
from backend.conferences.models import Speech
from backend.conferences.states import DutyKind, SpeechKind
from backend.core.text import Text
from backend.core.vietnamese import fold
from backend.minutes.models import Conclusion, Proposal
from backend.minutes.states import FindingKind, ProposalKind
from backend.resolutions.models import Resolution
from backend.resolutions.said import consensus
from backend.resolutions.states import ADOPTED_STATES, ResolutionState


@dataclass(frozen=True, kw_only=True)
class Block:
    text: Text
    sources: list[str]
    kind: str = BlockKind.PARAGRAPH


@dataclass(frozen=True, kw_only=True)
class Draft:
    title: Text
    sapo: Text
    dateline: Text
    blocks: list[Block] = field(default_factory=list)
    head_sources: dict[str, list[str]] = field(default_factory=dict)


_SPOKE: dict[str, Text] = {
    SpeechKind.OPENING: {"vi": "phát biểu khai mạc", "en": "opened the proceedings"},
    SpeechKind.REPORT: {"vi": "trình bày báo cáo", "en": "presented a report"},
    SpeechKind.PAPER: {"vi": "trình bày tham luận", "en": "presented a paper"},
    SpeechKind.REMARK: {"vi": "trao đổi ý kiến", "en": "took the floor"},
    SpeechKind.DIRECTION: {"vi": "phát biểu chỉ đạo", "en": "gave directions"},
    SpeechKind.REPLY: {"vi": "phát biểu đáp từ", "en": "replied"},
    SpeechKind.CONCLUSION: {"vi": "phát biểu kết luận", "en": "drew the conclusions"},
}
#: What one does, and what several do one after another.
_SPOKEN_BY = {
    False: _SPOKE,
    True: _SPOKE
    | {
        SpeechKind.REPORT: {"vi": "trình bày báo cáo", "en": "presented reports"},
        SpeechKind.PAPER: {"vi": "trình bày tham luận", "en": "presented papers"},
    },
}
#: Somebody of whom the record says nothing at all.
_A_DELEGATE: Text = {"vi": "một đại biểu", "en": "a delegate"}
_QUOTATION_MARKS = " “”\"'"
_FOUND: dict[str, Text] = {
    FindingKind.ACHIEVEMENT: {"vi": "Kết quả được ghi nhận", "en": "Results noted"},
    FindingKind.LIMITATION: {"vi": "Những hạn chế được nêu", "en": "Shortcomings named"},
    FindingKind.CAUSE: {"vi": "Nguyên nhân được xác định", "en": "Causes identified"},
}
_ASKED: dict[str, Text] = {
    ProposalKind.PROPOSAL: {"vi": "đề xuất", "en": "proposed"},
    ProposalKind.PETITION: {"vi": "kiến nghị", "en": "asked for"},
}
_ASKED_OF: dict[str, Text] = {
    ProposalKind.PROPOSAL: {"vi": "đề xuất với", "en": "proposed to"},
    ProposalKind.PETITION: {"vi": "kiến nghị với", "en": "petitioned"},
}
_REQUEST: dict[str, Text] = {
    ProposalKind.PROPOSAL: {"vi": "Đề xuất", "en": "Proposal"},
    ProposalKind.PETITION: {"vi": "Kiến nghị", "en": "Petition"},
}


def write(record: Record) -> Draft:
    """The draft. A language is left out of a piece as soon as one fact in it is not on record in that language."""
    lead = record.lead
    origin = _source(record.conference)
    held = [origin, *(_source(row) for row in record.organisers)]
    decided = [row for row in record.resolutions if row.state in ADOPTED_STATES]
    return Draft(
        title=known(record.conference.title),
        sapo=joined([_held(record), *(_adopted(record, row) for row in decided)]),
        dateline=joined(
            filter(None, [known(lead.organisation.place) if lead else {}, date(record.day) if record.day else {}]), ", "
        ),
        blocks=[block for block in _blocks(record) if block.text],
        head_sources={
            "title": [origin],
            "sapo": [*held, *(_source(row) for row in decided)],
            "dateline": [origin, *([_source(lead.organisation)] if lead else [])],
        },
    )


def _blocks(record: Record) -> Iterator[Block]:
    yield from _setting(record)
    for kind, sentence in (
        (DutyKind.CHAIR, ("Chủ trì {noun}: {people}.", "The {noun} was chaired by {people}.")),
        (DutyKind.GUEST, ("Dự {noun} có {people}.", "The {noun} was attended by {people}.")),
        (DutyKind.PANEL, ("Điều hành phiên thảo luận có {people}.", "The discussion was led by {people}.")),
    ):
        yield from _people(record, kind, *sentence)
    for speeches in _by_turns(record.speeches):
        yield from _speech(record, *speeches)
    yield from _findings(record)
    for proposal in record.proposals:
        yield _proposal(record, proposal)
    yield from _conclusions(record)
    for resolution in record.resolutions:
        yield from _resolution(record, resolution)


def _held(record: Record) -> Text:
    """When, who and what: the sentence a reader needs first. Unknown parts are not mentioned."""
    row, day = record.conference, record.day
    hosts = {
        role: listed(organisation(host.organisation, day) for host in record.organisers if host.role == role)
        for role in ("lead", "co")
    }
    what = _called(record)
    if not hosts["lead"]:
        sentence = fill(vi="{what} đã được tổ chức", en="{what} was held", what=what)
    elif not hosts["co"]:
        sentence = fill(vi="{lead} tổ chức {what}", en="{lead} held {what}", lead=hosts["lead"], what=what)
    else:
        sentence = fill(
            vi="{lead} phối hợp với {co} tổ chức {what}",
            en="{lead}, jointly with {co}, held {what}",
            what=what,
            **hosts,
        )
    return ended(opened(joined(filter(None, [when(day, row.day_part), sentence]), ", ")))


def _called(record: Record) -> Text:
    """The conference inside a sentence: its own title where that says what it is, else its kind and its title."""
    title, what = known(record.conference.title), noun(record.conference.kind)
    named = {"vi": f"{what['vi']} “{title['vi']}”"}
    if fold(title["vi"]).startswith(fold(what["vi"])):
        named["vi"] = title["vi"][:1].lower() + title["vi"][1:]
    if title.get("en"):
        named["en"] = f"the {what['en']} “{title['en']}”"
    return named


def _setting(record: Record) -> Iterator[Block]:
    row = record.conference
    what = noun(row.kind)
    sentences, sources = [], [_source(row)]
    if record.sites:
        where = listed(place(site) for site in record.sites)
        sentences.append(
            fill(
                vi="{noun} diễn ra tại {where}.", en="The {noun} took place at {where}.", noun=_title(what), where=where
            )
        )
        sources += [_source(site) for site in record.sites]
    figure = row.attended or ({"n": record.came, "op": "="} if record.came else {})
    if people := count(figure):
        who = known(figure.get("who")) or {"vi": "người", "en": "people"}
        sentences.append(fill(vi="Có {people} {who} tham dự.", en="{people} {who} attended.", people=people, who=who))
        if not row.attended:
            sources.append(f"presence:{row.id}")
    if row.period_reviewed or row.period_planned:
        sentences.append(_periods(row))
    if sentences:
        yield Block(text=joined(opened(sentence) for sentence in sentences), sources=sources)


def _title(what: Text) -> Text:
    return {"vi": what["vi"].capitalize(), "en": what["en"]}


def _periods(row: Any) -> Text:
    reviewed, planned = same(row.period_reviewed), same(row.period_planned)
    if row.period_reviewed and row.period_planned:
        return fill(
            vi="Kỳ tổng kết: {reviewed}; kỳ kế hoạch: {planned}.",
            en="Period under review: {reviewed}; period planned: {planned}.",
            reviewed=reviewed,
            planned=planned,
        )
    if row.period_reviewed:
        return fill(vi="Kỳ tổng kết: {reviewed}.", en="Period under review: {reviewed}.", reviewed=reviewed)
    return fill(vi="Kỳ kế hoạch: {planned}.", en="Period planned: {planned}.", planned=planned)


def _people(record: Record, kind: str, vi: str, en: str) -> Iterator[Block]:
    rows = [row for row in record.duties if row.kind == kind]
    people = [officeholder(row, record.day) for row in rows]
    if rows and all(people):
        yield Block(
            text=fill(vi=vi, en=en, noun=noun(record.conference.kind), people=listed(people)),
            sources=[_source(row) for row in rows],
        )


def _by_turns(speeches: list[Speech]) -> list[list[Speech]]:
    """Speeches one by one; several of one kind in a row of which no word is on record are told together."""
    turns: list[list[Speech]] = []
    for speech in speeches:
        if turns and speech.kind == turns[-1][-1].kind and not (_has_words(speech) or _has_words(turns[-1][-1])):
            turns[-1].append(speech)
        else:
            turns.append([speech])
    return turns


def _has_words(speech: Speech) -> bool:
    return bool(speech.gist or speech.points or speech.points_declared or speech.quotes)


def _speech(record: Record, speech: Speech, *others: Speech) -> Iterator[Block]:
    who = listed(officeholder(row, record.day) or _A_DELEGATE for row in (speech, *others))
    sources = [_source(row) for row in (speech, *others)]
    # The commas of a list are not those around an office.
    offices = not others or ";" in who.get("vi", "")
    subject = acting(who) if offices else who
    spoke = fill(vi="{who} {spoke}", en="{who} {spoke}", who=subject, spoke=_SPOKEN_BY[bool(others)][speech.kind])
    if gist := known(speech.gist):
        spoke = fill(vi="{spoke}: {gist}", en="{spoke}: {gist}", spoke=spoke, gist=gist)
    yield Block(
        text=joined([ended(opened(spoke)), *_points(speech, [known(point) for point in speech.points])]),
        sources=sources,
    )
    for quote in speech.quotes:
        said = {code: words.strip(_QUOTATION_MARKS) for code, words in known(quote.get("text")).items()}
        text = fill(vi="“{said}” – {who}", en="“{said}” – {who}", said=said, who=who)
        yield Block(kind=BlockKind.QUOTE, text=text, sources=sources)


def _points(speech: Speech, points: list[Text]) -> list[Text]:
    """The points in order; where more were announced than are on record, it says so instead of looking complete."""
    declared = speech.points_declared
    if not points:
        return (
            [fill(vi="Có {n} nội dung được nêu.", en="{n} points were announced.", n=same(declared))]
            if declared
            else []
        )
    items = numbered(points)
    if declared and declared > len(points):
        text = fill(
            vi="Trong {n} nội dung được nêu, hồ sơ ghi lại {m}: {items}",
            en="Of the {n} points announced, the record holds {m}: {items}",
            n=same(declared),
            m=same(len(points)),
            items=items,
        )
    else:
        text = fill(vi="Các nội dung chính: {items}", en="Main points: {items}", items=items)
    return [text]


def _findings(record: Record) -> Iterator[Block]:
    for kind, heading in _FOUND.items():
        rows = [row for row in record.findings if row.kind == kind]
        if rows:
            items = numbered(_with(row.text, row.scope) for row in rows)
            text = fill(vi="{heading}: {items}", en="{heading}: {items}", heading=heading, items=items)
            yield Block(text=text, sources=[_source(row) for row in rows])


def _with(text: Text, aside: Any) -> Text:
    """The text with an aside in brackets."""
    said, note = {code: bare(words) for code, words in known(text).items()}, known(aside)
    return fill(vi="{said} ({note})", en="{said} ({note})", said=said, note=note) if note else said


def _proposal(record: Record, row: Proposal) -> Block:
    who = known(row.proposer) or (officeholder(row.speech, record.day) if row.speech else {})
    whom = listed(known(addressee) for addressee in row.addressees)
    text, who = known(row.text), acting(who)
    if who and whom:
        asked = fill(
            vi="{who} {asked} {whom}", en="{who} {asked} {whom}", who=who, asked=_ASKED_OF[row.kind], whom=whom
        )
    elif who:
        asked = fill(vi="{who} {asked}", en="{who} {asked}", who=who, asked=_ASKED[row.kind])
    elif whom:
        asked = fill(vi="{request} với {whom}", en="{request} to {whom}", request=_REQUEST[row.kind], whom=whom)
    else:
        asked = _REQUEST[row.kind]
    said = fill(vi="{asked}: {text}", en="{asked}: {text}", asked=asked, text=text)
    answer = known(row.response)
    reply = [fill(vi="Phản hồi: {answer}", en="Response: {answer}", answer=answer)] if answer else []
    reply += [
        fill(
            vi="{by} trả lời: {answer}",
            en="{by} responded: {answer}",
            by=known(one["addressee"]),
            answer=known(one["text"]),
        )
        for one in row.responses
    ]
    return Block(text=joined(ended(opened(piece)) for piece in [said, *reply]), sources=[_source(row)])


def _conclusions(record: Record) -> Iterator[Block]:
    if not record.conclusions:
        return
    items = numbered(_with(row.text, _for_whom_and_when(record, row)) for row in record.conclusions)
    text = fill(vi="Nội dung kết luận: {items}", en="Conclusions: {items}", items=items)
    yield Block(text=text, sources=[_source(row) for row in record.conclusions])


def _for_whom_and_when(record: Record, row: Conclusion) -> Text:
    """The deadline is given as it was said: "early December" is not a date."""
    whom = known(row.addressee) or (organisation(row.subject, record.day) if row.subject else {})
    return joined(filter(None, [whom, known(row.deadline_said)]), ", ")


def _adopted(record: Record, row: Resolution) -> Text:
    return fill(
        vi="{noun} thông qua {title}.",
        en="The {noun} adopted {title}.",
        noun=_title(noun(record.conference.kind)),
        title=_quoted(row),
    )


def _rejected(record: Record, row: Resolution) -> Text:
    return fill(
        vi="{noun} không thông qua {title}.",
        en="The {noun} did not adopt {title}.",
        noun=_title(noun(record.conference.kind)),
        title=_quoted(row),
    )


def _quoted(row: Resolution) -> Text:
    return {code: f"“{title}”" for code, title in known(row.title).items()}


def _resolution(record: Record, row: Resolution) -> Iterator[Block]:
    """What became of it, and why: the sentences of the verdict as they were stored, never recounted."""
    poll = record.declared.get(row.id)
    how = [known(sentence) for sentence in (poll.verdict or {}).get("proof", [])] if poll else []
    if not how:
        how = [ended(known(text)) for text in (consensus(row), row.decided_how) if text]
    if row.state in ADOPTED_STATES:
        outcome = _adopted(record, row)
    elif row.state == ResolutionState.REJECTED:
        outcome = _rejected(record, row)
    else:
        return
    yield Block(text=joined([outcome, *how]), sources=[_source(row), *([_source(poll)] if poll else [])])


def _source(row: Any) -> str:
    return f"{row._meta.model_name}:{row.pk}"
