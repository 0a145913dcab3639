"""Released programmes by number, how much of their changes who may know, and what a programme still lacks."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value

from backend.conferences.changes import between, heading_differs
from backend.conferences.models import Conference, Paper, Release
from backend.conferences.programme import Entry, Programme, digest
from backend.conferences.queries.papers import MISSING, ends_before
from backend.conferences.queries.programmes import latest_release, released, told_programme, working_programme
from backend.conferences.queries.visibility import visible_to
from backend.conferences.queries.working import worked_on_by, works_on
from backend.conferences.states import Confidentiality, ItemKind, ItemState, Phase
from backend.core.text import Text
from backend.people.models import Account


def releases_visible_to(account: Account | AnonymousUser) -> QuerySet[Release]:
    """Of conferences the account may see; each says in `worked_on` whether the account works on it."""
    works = worked_on_by(account)
    mine: Any = Value(True) if works is None else Q(conference__in=Conference.objects.filter(works))
    rows = Release.objects.filter(conference__in=visible_to(account)).select_related("conference")
    return rows.annotate(worked_on=ExpressionWrapper(mine, output_field=BooleanField()))


def counts_for(release: Release, *, worked_on: bool) -> dict[str, int]:
    """How many changes of each kind a release brought: all to who works on the conference, to others those of entries
    that are no more closed than the conference is."""
    strictness = Confidentiality.values.index
    most = len(Confidentiality.values) if worked_on else strictness(release.conference.confidentiality)
    total: Counter[str] = Counter()
    for level, counts in release.counts.items():
        if strictness(level) <= most:
            total.update(counts)
    return dict(sorted(total.items()))


def is_intact(release: Release) -> bool:
    """Whether what is stored still is what was released."""
    return digest(released(release)) == release.sha256


def broken_releases() -> Iterator[Release]:
    """Those that no longer are what was released; reads them one by one."""
    for release in Release.objects.order_by("released_at", "id").iterator(chunk_size=20):
        if not is_intact(release):
            yield release


def unreleased_in(conference: Conference, account: Account | AnonymousUser) -> set[UUID]:
    """The agenda items whose working state is not for the account: where a programme was released, or the conference
    called off, and the account does not work on it, those that are not as people know them."""
    if works_on(account, conference) or (told := told_programme(conference)) is None:
        return set()
    return {change.entry_id for change in between(told, working_programme(conference).standing_as(told))}


def release_of_today(conference: Conference) -> Release | None:
    """The last release while nothing of the working programme differs from it."""
    release = latest_release(conference.pk)
    if release is None:
        return None
    before = released(release)
    today = working_programme(conference).standing_as(before)
    return None if between(before, today) or heading_differs(before, today) else release


# What is still missing


@dataclass(frozen=True, kw_only=True)
class Lack:
    """Something a programme about to be released might still need. Nothing of it stands in the way."""

    code: str
    text: Text
    entries: tuple[UUID, ...]


_LACKS = {
    "time": ("{n} mục chưa có giờ.", "{n} without a time."),
    "room": ("{n} mục chưa có phòng.", "{n} without a room."),
    "speaker": ("{n} tham luận chưa có người trình bày.", "{n} papers without a speaker."),
    "paper": ("{n} mục còn chờ bài tham luận.", "{n} waiting for a paper."),
    "deadline": (
        "{n} mục có hạn nộp tham luận sau khi hội nghị kết thúc.",
        "{n} with the deadline of a paper after the conference.",
    ),
}


def lacks(conference: Conference, programme: Programme) -> list[Lack]:
    """Items without exact time, without a room where it could be one of several, papers nobody is to read, papers
    that were asked for and are not handed in, and their deadlines which a conference held earlier left behind. What is called off or in reserve lacks nothing."""
    coming = [entry for entry in programme.entries if entry.state == ItemState.PLANNED and not entry.reserve]
    missing = Paper.objects.filter(conference=conference, state__in=MISSING)
    due = list(missing.values_list("speaker__agenda_item_id", "due_at"))
    waiting = {item for item, _ in due}
    late = {item for item, due_at in due if ends_before(conference, due_at)}
    found = {
        "time": [entry for entry in coming if entry.starts_at is None],
        "room": list(_without_room(conference, programme, coming)),
        "speaker": [
            entry
            for entry in coming
            if entry.phase == Phase.PAPER and entry.kind == ItemKind.ITEM and not entry.speakers
        ],
        "paper": [entry for entry in coming if entry.id in waiting],
        "deadline": [entry for entry in coming if entry.id in late],
    }
    return [
        Lack(
            code=code,
            text={
                language: template.format(n=len(entries))
                for language, template in zip(("vi", "en"), _LACKS[code], strict=True)
            },
            entries=tuple(entry.id for entry in entries),
        )
        for code, entries in found.items()
        if entries
    ]


def _without_room(conference: Conference, programme: Programme, coming: Iterable[Entry]) -> Iterator[Entry]:
    """Without rooms of its own an item is in those of its session, or in the one hall of the conference."""
    if conference.sites.filter(room__isnull=False).values("room").distinct().count() == 1:
        return
    known = programme.by_id()
    for entry in coming:
        above: Entry | None = entry
        while above is not None and not above.places:
            above = known.get(above.parent) if above.parent else None
        if above is None and entry.kind != ItemKind.BREAK:
            yield entry
