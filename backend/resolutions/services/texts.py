"""Writing a text: its clauses get ids that stay, and every version is kept under its hash."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from backend.conferences.models import AgendaItem, Conference
from backend.conferences.states import ConferenceState
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import Text, localized, say
from backend.resolutions.models import Resolution, TextVersion
from backend.resolutions.states import PollState, ResolutionState, TextSource
from backend.resolutions.wording import Clause, Fault, Wording, faults, label

EDITABLE = (ResolutionState.DRAFT, ResolutionState.TABLED)
#: A clause as it is written: {"text": …}, with the "id" it has where it is on record already, and "clauses" below it.
Written = dict[str, Any]


@transaction.atomic
def draft(
    *,
    conference: Conference,
    title: Text,
    clauses: list[Written],
    preamble: list[Written] | None = None,
    agenda_item: AgendaItem | None = None,
    support_needed: int | None = None,
) -> Resolution:
    """A text that may be put before the conference. Raises Conflict when the conference is over, Invalid when the
    agenda item is another conference's or a clause is wrong."""
    if conference.state in {ConferenceState.ARCHIVED, ConferenceState.CANCELLED, ConferenceState.CLOSED}:
        raise Conflict(say(vi="Hội nghị này đã kết thúc.", en="This conference is over."))
    _same_conference(conference, agenda_item)
    resolution = Resolution(conference=conference, title=title, agenda_item=agenda_item, support_needed=support_needed)
    _write(resolution, {"preamble": preamble or [], "clauses": clauses})
    resolution.save()
    keep(resolution)
    return resolution


@transaction.atomic
def edit(*, resolution_id: UUID, expected: int | None, **changes: Any) -> Resolution:
    """Changes a draft: title, preamble, clauses, support or agenda item; the last also of a tabled text. Raises Conflict
    for the rest once it is tabled (`untable` takes it back to the draft, amendments change it), and for everything once it
    was decided or put to the vote. Invalid names the clause that is wrong."""
    resolution = locked(Resolution, resolution_id, expected=expected)
    ensure_at_rest(resolution)
    if resolution.state != ResolutionState.DRAFT and changes.keys() - {"agenda_item"}:
        raise Conflict(
            say(
                vi="Văn bản đã trình thì giữ nguyên: đưa về dự thảo, nêu lý do, để sửa; hoặc trình sửa đổi.",
                en="A tabled text stands: take it back to the draft, with a reason, or amend it.",
            ),
            reason="tabled",
        )
    _same_conference(resolution.conference, changes.get("agenda_item"))
    written: dict[str, list[Written]] = {name: changes.pop(name) for name in ("preamble", "clauses") if name in changes}
    for name, value in changes.items():
        setattr(resolution, name, value)
    if written:
        _write(resolution, written)
    resolution.save()
    keep(resolution)
    return resolution


def ensure_at_rest(resolution: Resolution) -> None:
    """Raises Conflict where the text of the locked resolution may not change: it was decided, or is being voted on."""
    if resolution.state == ResolutionState.VOTING:
        raise Conflict(say(vi="Đang biểu quyết về văn bản này.", en="This text is being voted on."))
    if resolution.state not in EDITABLE:
        raise Conflict(say(vi="Nghị quyết đã được quyết định.", en="The resolution has been decided."))
    if resolution.polls.filter(state__in=[PollState.OPEN, PollState.SEALED, PollState.COUNTED]).exists():
        raise Conflict(say(vi="Đang biểu quyết về một sửa đổi.", en="An amendment to it is being voted on."))


def keep(
    resolution: Resolution, *, source: str = TextSource.WRITTEN, amendments: list[int] | None = None
) -> TextVersion:
    """The version that is the text as it stands: the last one, or, when the text changed since, a new one. The
    resolution is locked or new."""
    last = resolution.versions.order_by("-number").first()
    text = {name: getattr(resolution, name) for name in ("title", "preamble", "clauses")}
    if last is not None and all(getattr(last, name) == value for name, value in text.items()):
        return last
    return TextVersion.objects.create(
        resolution=resolution,
        number=last.number + 1 if last else 1,
        source=source,
        hash=resolution.wording.hash(),
        amendments=amendments or [],
        **text,
    )


def _write(resolution: Resolution, written: dict[str, list[Written]]) -> None:
    """Puts the clauses in, with ids: those they name, those of clauses that say the very same, or new ones."""
    known = resolution.wording
    free = {place.clause.said(): place.clause.id for place in reversed(known.places())}
    named = {clause["id"] for part in written.values() for clause in _every(part) if clause.get("id")}
    for name, part in written.items():
        setattr(resolution, name, [_clause(one, named, free).to_json() for one in part])
    ensure_lawful(resolution.wording)
    strangers = named - known.ids()
    for place in resolution.wording.places():
        if place.clause.id in strangers:
            where = localized(label(place))
            sentence = say(
                vi="{where}: không có đoạn nào mang mã này.", en="{where}: no clause has this id.", where=where
            )
            raise Invalid({"preamble" if place.level == "basis" else "clauses": sentence})


def _every(written: list[Written]) -> Iterator[Written]:
    for one in written:
        yield one
        yield from _every(one.get("clauses", []))


def _clause(written: Written, named: set[str], free: dict[str, str]) -> Clause:
    below = tuple(_clause(one, named, free) for one in written.get("clauses", []))
    clause = Clause(id=written.get("id") or "", text=written["text"], clauses=below)
    if not clause.id:
        same = free.pop(clause.said(), "")
        clause = Clause(id=same if same and same not in named else new_id(), text=clause.text, clauses=below)
    return clause


def structured(written: Written, known: Iterable[Clause], *, field: str) -> Clause:
    """A clause with ids, those of `known` clauses where it names them or says the same. Raises Invalid for other ids."""
    old = [place.clause for one in known for place in Wording(title={}, clauses=(one,)).places()]
    ids, named = {clause.id for clause in old}, {one["id"] for one in _every([written]) if one.get("id")}
    if named - ids:
        raise Invalid({field: say(vi="Không có đoạn nào mang mã này.", en="No clause has this id.")})
    return _clause(written, named, {clause.said(): clause.id for clause in reversed(old)})


def new_id() -> str:
    return uuid4().hex[:12]


def ensure_lawful(wording: Wording, *, field: str = "") -> None:
    """Raises Invalid naming each clause that cannot stand where it does, under `field` or where it stands."""
    found: dict[str, list[str]] = {}
    for fault in faults(wording):
        part = field or ("preamble" if "căn cứ" in fault.label.get("vi", "") else "clauses")
        found.setdefault(part, []).append(localized(_SENTENCES[fault.code](fault)))
    if found:
        raise Invalid({part: " ".join(sentences) for part, sentences in found.items()})


def _said(vi: str, en: str) -> Any:
    def sentence(fault: Fault) -> Text:
        return {
            "vi": vi.format(where=_opened(fault.label.get("vi", "")), most=fault.most),
            "en": en.format(where=_opened(fault.label.get("en", "")), most=fault.most),
        }

    return sentence


def _opened(text: str) -> str:
    return text[:1].upper() + text[1:]


_SENTENCES = {
    "points": _said("{where} có quá {most} điểm.", "{where} has more than {most} points."),
    "depth": _said("{where}: không chia nhỏ hơn điểm được.", "{where}: nothing stands below a point or a recital."),
    "twice": _said("{where} trùng mã với một đoạn khác.", "{where} has the id of another clause."),
    "clauses": _said("Văn bản có quá {most} đoạn.", "The text has more than {most} clauses."),
    "characters": _said("Văn bản dài quá {most} ký tự.", "The text exceeds {most} characters."),
}


def _same_conference(conference: Conference, item: AgendaItem | None) -> None:
    if item is not None and item.conference_id != conference.pk:
        raise Invalid({"agenda_item": say(vi="Không thuộc hội nghị này.", en="It belongs to another conference.")})
