"""What tellers found: batch by batch, where two of them agree; and all of a poll's channels as one count."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.core.errors import Conflict
from backend.core.text import Text, both, say
from backend.resolutions import merkle, methods, queries
from backend.resolutions.methods import Count
from backend.resolutions.models import IssuedPaper, Poll, Sheet
from backend.resolutions.states import Channel, Choice, Secrecy

#: More than any roll has.
MOST = 1_000_000
_NAMES: dict[str, Any] = {
    "issued": say(vi="Số phiếu phát ra", en="Issued"),
    "returned": say(vi="Số phiếu thu về", en="Returned"),
    Choice.YES: say(vi="Tán thành", en="In favour"),
    Choice.NO: say(vi="Không tán thành", en="Against"),
    Choice.ABSTAIN: say(vi="Ý kiến khác", en="Abstaining"),
    "valid": say(vi="Phiếu hợp lệ", en="Valid"),
    "blank": say(vi="Phiếu trắng", en="Blank"),
    "invalid": say(vi="Phiếu không hợp lệ", en="Invalid"),
}


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A box of papers, or the hands of one room: each teller's last sheet of it, in the order they were entered."""

    channel: str
    name: str
    sheets: tuple[Sheet, ...]

    @property
    def agreed(self) -> Sheet | None:
        """What two tellers found alike; None while nobody else did, or others agree on something else."""
        same: dict[bytes, list[Sheet]] = defaultdict(list)
        for sheet in self.sheets:
            same[_found(sheet)].append(sheet)
        alike = [sheets[0] for sheets in same.values() if len(sheets) > 1]
        return alike[0] if len(alike) == 1 else None

    @property
    def state(self) -> str:
        return "agreed" if self.agreed else "differs" if len(self.sheets) > 1 else "waiting"

    def is_shown_to(self, person_id: UUID | None, poll: Poll) -> bool:
        """Nobody reads what a teller found before they have entered their own, or before the count is over."""
        return poll.is_counted or any(sheet.teller.person_id == person_id for sheet in self.sheets)


def batches(poll: Poll) -> list[Batch]:
    """By channel and name; none where tellers count nothing."""
    if not poll.by_tellers:
        return []
    last: dict[tuple[str, str], dict[UUID, Sheet]] = defaultdict(dict)
    for sheet in poll.sheets.select_related("teller__person").order_by("channel", "batch", "sequence", "entered_at"):
        last[sheet.channel, sheet.batch][sheet.teller_id] = sheet
    return [
        Batch(channel=channel, name=name, sheets=tuple(sheets.values())) for (channel, name), sheets in last.items()
    ]


def differences(batch: Batch, method: dict[str, Any]) -> list[Text]:
    """Number by number, where the tellers' sheets are not alike: "Tán thành: 41 và 42"."""
    said = [dict(_numbers(sheet, method)) for sheet in batch.sheets]
    paths = dict.fromkeys(path for numbers in said for path in numbers)
    found = []
    for path in paths:
        numbers = [str(each.get(path, 0)) for each in said]
        if len(set(numbers)) > 1:
            name = _name(path, method)
            found.append(
                {"vi": f"{name['vi']}: {' và '.join(numbers)}", "en": f"{name['en']}: {' and '.join(numbers)}"}
            )
    return found


def votes(poll: Poll) -> list[tuple[Text, int]]:
    """Of a counted poll, how many votes each choice or candidate got; nothing of rankings, which say so only in stages."""
    method = methods.of(poll.method)
    kept = poll.opened if poll.secrecy == Secrecy.SECRET else poll.ballots
    cast = method.counted(kept.values_list("choice", flat=True))
    total = method.added([cast, *(batch.agreed.count for batch in batches(poll) if batch.agreed)])
    got = [
        (path, number)
        for path, number in _flat(total, poll.method)
        if path in Choice.values or path.startswith("votes.")
    ]
    return [(_name(path, poll.method), number) for path, number in got]


def numbers_of(sheet: Sheet, poll: Poll) -> dict[str, int]:
    """How many votes are on a sheet, and of papers how many were issued."""
    returned = {"returned": methods.of(poll.method).returned(sheet.count)}
    return returned if sheet.issued is None else {"issued": sheet.issued, **returned}


def by_channel(poll: Poll) -> dict[str, dict[str, int]]:
    """How many votes came by each of a poll's channels, and of papers how many were issued; by what tellers agreed on."""
    found = {each: {"returned": 0} for each in poll.channels}
    if Channel.DEVICES in found:
        found[Channel.DEVICES]["returned"] = len(queries.leaves(poll.pk))
    if Channel.PAPER in found:
        found[Channel.PAPER] = {"issued": 0, "returned": 0}
    for batch in batches(poll):
        for name, number in numbers_of(batch.agreed, poll).items() if batch.agreed else ():
            found[batch.channel][name] += number
    return found


def reconciled(poll: Poll, cast: Count) -> Count:
    """What devices brought (`cast`) and what tellers found, as one count. Raises Conflict while two tellers do not agree
    on every batch, a channel has none, or the numbers cannot be of one vote."""
    method = methods.of(poll.method)
    if not poll.by_tellers:
        return cast
    found = batches(poll)
    for channel in poll.by_tellers:
        if not any(batch.channel == channel for batch in found):
            raise Conflict(
                say(vi="Chưa có bản kê: {channel}.", en="No sheet yet: {channel}.", channel=Channel(channel).label),
                reason="batches",
            )
    for batch in found:
        if batch.agreed is None:
            raise Conflict(_open(batch), reason="batches")
    _ensure_possible(poll, by_channel(poll))
    return method.added([cast, *(batch.agreed.count for batch in found if batch.agreed)])


def frozen(poll: Poll) -> dict[str, Any]:
    """The papers handed out and the sheets, as `sheets_hash` hashes them."""
    rows = poll.sheets.order_by("channel", "batch", "teller_id", "sequence")
    names = ("channel", "batch", "sequence", "issued", "returned", "count")
    return {
        "papers": list(poll.papers.order_by("number").values_list("number", flat=True)),
        "sheets": [{"teller": str(row.teller_id), **{name: getattr(row, name) for name in names}} for row in rows],
    }


def _ensure_possible(poll: Poll, by: dict[str, dict[str, int]]) -> None:
    assert poll.tally is not None  # a sealed poll has one: a constraint of the table
    issued = by.get(Channel.PAPER, {}).get("issued", 0)
    handed = IssuedPaper.objects.filter(poll_id=poll.pk).count()
    # Where paper is the only channel nobody can vote twice, and papers may be handed out without a list.
    if Channel.PAPER in by and issued != handed and (handed or len(by) > 1):
        raise Conflict(
            say(
                vi="Bản kê ghi phát ra {issued} phiếu giấy, danh sách ghi {handed}.",
                en="The sheets say that {issued} papers were issued, the roll says {handed}.",
                issued=issued,
                handed=handed,
            ),
            reason="sums",
        )
    used = issued + sum(each["returned"] for channel, each in by.items() if channel != Channel.PAPER)
    if used > poll.tally["attending"]:
        parts = ", ".join(
            f"{Channel(channel).label} {each.get('issued', each['returned'])}" for channel, each in by.items()
        )
        raise Conflict(
            say(
                vi="Tổng số {used} ({parts}) nhiều hơn {n} người dự biểu quyết.",
                en="{used} in all ({parts}) are more than the {n} attending the vote.",
                used=used,
                parts=parts,
                n=poll.tally["attending"],
            ),
            reason="sums",
        )


def _open(batch: Batch) -> Any:
    """Where, and no numbers: whoever wants to count may be no teller, and nothing is known before the count."""
    where = f"{Channel(batch.channel).label}{f', {batch.name}' if batch.name else ''}"
    if len(batch.sheets) < 2:
        return say(vi="Mới có một bản kê: {where}.", en="One sheet only: {where}.", where=where)
    return say(vi="Các bản kê chưa khớp: {where}.", en="The sheets differ: {where}.", where=where)


def _found(sheet: Sheet) -> bytes:
    return merkle.canonical([sheet.issued, sheet.returned, sheet.count])


def _numbers(sheet: Sheet, method: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """All numbers of a sheet by path, in the order they are read out."""
    for name in ("issued", "returned"):
        if (number := getattr(sheet, name)) is not None:
            yield name, number
    yield from _flat(sheet.count, method)


def _flat(count: Count, method: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Candidates in the order of the paper, then the papers; JSON of the database keeps no order."""
    if "votes" in count:
        yield from ((f"votes.{each['id']}", count["votes"][each["id"]]) for each in method["candidates"])
    yield from ((f"ballots.{' '.join(ranking)}", number) for ranking, number in count.get("ballots", []))
    yield from ((name, count[name]) for name in _NAMES if name in count)


def _name(path: str, method: dict[str, Any]) -> Text:
    kind, _, ids = path.partition(".")
    if not ids:
        return both(_NAMES[kind])
    people = {each["id"]: each["name"] for each in method["candidates"]}
    said = " › ".join(people[each] for each in ids.split())
    return {"vi": said, "en": said}
