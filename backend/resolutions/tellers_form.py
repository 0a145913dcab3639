"""The tellers' minutes of a counted poll as pages: every number from its tally, its verdict and the sheets."""

from collections.abc import Iterator, Mapping
from typing import Any

from backend.conferences.queries import chairs, lead_organisation, name_then, where_said
from backend.conferences.wording import clock_said
from backend.core.clock import local
from backend.core.text import Text, both, localized
from backend.documents.form import BLANK, Paragraph, TellersDocument, write_docx, write_pdf
from backend.invitations.wording import addressee
from backend.resolutions import batches, queries
from backend.resolutions.counting import election_proof
from backend.resolutions.models import Poll
from backend.resolutions.said import what_it_does
from backend.resolutions.states import Channel, PollState, Secrecy

_WRITERS = {"docx": write_docx, "pdf": write_pdf}
_LABELS: dict[str, Text] = {
    "conference": {"vi": "Hội nghị:", "en": "Conference:"},
    "opened": {"vi": "Bắt đầu biểu quyết:", "en": "Voting opened:"},
    "sealed": {"vi": "Kết thúc biểu quyết:", "en": "Voting closed:"},
    "place": {"vi": "Địa điểm:", "en": "Place:"},
    "question": {"vi": "Nội dung biểu quyết:", "en": "Voted on:"},
    "text": {"vi": "Văn bản:", "en": "Text:"},
    "amendment": {"vi": "Sửa đổi:", "en": "Amendment:"},
    "election": {"vi": "Bầu cử:", "en": "Election:"},
    "method": {"vi": "Hình thức:", "en": "How votes were taken:"},
    "committee": {"vi": "Ban kiểm phiếu:", "en": "The tellers:"},
    "roll": {"vi": "1. Danh sách cử tri", "en": "1. The roll"},
    "papers": {"vi": "2. Số phiếu", "en": "2. Ballots"},
    "result": {"vi": "3. Kết quả kiểm phiếu", "en": "3. Votes"},
    "verdict": {"vi": "4. Kết luận", "en": "4. Result"},
    "seal": {"vi": "5. Niêm phong và khoá", "en": "5. Seals and keys"},
}
_PEOPLE: dict[str, Text] = {
    "members": {"vi": "Tổng số thành viên: {n}.", "en": "Members in all: {n}."},
    "summoned": {"vi": "Số được triệu tập: {n}.", "en": "Summoned: {n}."},
    "entitled": {"vi": "Số có quyền biểu quyết: {n}.", "en": "Entitled to vote: {n}."},
    "present_at_open": {"vi": "Có mặt khi bắt đầu biểu quyết: {n}.", "en": "Present when voting opened: {n}."},
    "present_at_seal": {"vi": "Có mặt khi kết thúc biểu quyết: {n}.", "en": "Present when voting closed: {n}."},
    "attending": {"vi": "Số dự biểu quyết: {n}.", "en": "Attending the vote: {n}."},
}
#: Said where there are any.
_NOT_THERE: dict[str, Text] = {
    "left_after_voting": {
        "vi": "Đã biểu quyết, ra về trước khi kết thúc: {n}.",
        "en": "Voted and left before voting closed: {n}.",
    },
    "voted_outside": {
        "vi": "Biểu quyết khi không có mặt trong phòng (theo nhật ký ra vào) hoặc qua người được uỷ quyền: {n}.",
        "en": "Voted without being in the room (by the log of the door), or by proxy: {n}.",
    },
}
_SUMS: dict[str, Text] = {
    "returned": {"vi": "Tổng số phiếu thu về: {n}.", "en": "Ballots returned in all: {n}."},
    "valid": {"vi": "Số phiếu hợp lệ: {n}.", "en": "Valid ballots: {n}."},
    "invalid": {"vi": "Số phiếu không hợp lệ: {n}.", "en": "Invalid ballots: {n}."},
    "blank": {"vi": "Số phiếu trắng: {n}.", "en": "Blank ballots: {n}."},
}
_SAID: dict[str, Text] = {
    Secrecy.NAMED: {"vi": "biểu quyết công khai, {ways}", "en": "an open vote, {ways}"},
    Secrecy.SECRET: {"vi": "bỏ phiếu kín, {ways}", "en": "a secret ballot, {ways}"},
    "by itself": {
        "vi": "không lập; hệ thống cộng các phiếu ghi tên",
        "en": "none; named votes were added up by the system",
    },
    "version": {"vi": "{title} (bản số {n})", "en": "{title} (version {n})"},
    "change": {"vi": "số {n}, {does}", "en": "number {n}, {does}"},
    "places": {"vi": "{title}; số lượng cần bầu: {n}", "en": "{title}; places: {n}"},
    "office": {
        "vi": "{title}; chức danh: {office}; số lượng cần bầu: {n}",
        "en": "{title}; office: {office}; places: {n}",
    },
    "text": {"vi": "Mã băm nội dung biểu quyết: {hash}.", "en": "Hash of what was voted on: {hash}."},
    "config": {"vi": "Mã băm cấu hình cuộc biểu quyết: {hash}.", "en": "Hash of the poll's configuration: {hash}."},
    "issued": {
        "vi": "{where}: phát ra {issued}, thu về {returned}.",
        "en": "{where}: {issued} issued, {returned} returned.",
    },
    "hands": {"vi": "{where}: {returned}.", "en": "{where}: {returned}."},
    "urn": {"vi": "Mã niêm phong hòm phiếu: {hash}.", "en": "Seal of the urn: {hash}."},
    "sheets": {"vi": "Mã băm các bản kê kiểm phiếu: {hash}.", "en": "Hash of the tellers' sheets: {hash}."},
    "roll": {"vi": "Mã băm danh sách cử tri: {hash}.", "en": "Hash of the roll: {hash}."},
    "key": {
        "vi": "Khoá hòm phiếu được chia cho {n} thành viên ban kiểm phiếu, cần {k} người cùng mở; mọi thành viên đã thử khoá "
        "trước khi bắt đầu.",
        "en": "The key of the urn was divided among {n} tellers, {k} of whom open it together; each had tested the own key "
        "before voting opened.",
    },
    "destroyed": {"vi": "Khoá hòm phiếu được huỷ lúc {when}.", "en": "The key of the urn was destroyed at {when}."},
    "not destroyed": {"vi": "Khoá hòm phiếu chưa huỷ.", "en": "The key of the urn has not been destroyed."},
    "annulled": {
        "vi": "KẾT QUẢ ĐÃ BỊ HUỶ lúc {when}, người huỷ: {who}. Lý do: {why}",
        "en": "THIS RESULT WAS ANNULLED at {when} by {who}. Reason: {why}",
    },
    "declared": {"vi": "Kết quả được công bố lúc {when}.", "en": "The result was declared at {when}."},
}
#: So many stages of a count of preferences stand beside each other.
ACROSS = 5
_STAGES: dict[str, Text] = {
    "quota": {"vi": "Số phiếu đủ để trúng cử: {n}.", "en": "Votes that elect: {n}."},
    "who": {"vi": "Người ứng cử", "en": "Candidate"},
    "stage": {"vi": "Lượt {n}: {act}", "en": "Stage {n}: {act}"},
    "elected": {"vi": " (trúng cử)", "en": " (elected)"},
    "lost": {"vi": "Không chuyển được nữa", "en": "Not transferable"},
}


def document_of(poll: Poll, language: str) -> TellersDocument:
    """The pages of a counted poll; before the result is declared they are marked DỰ THẢO,
    and of a voided one they begin with who voided it and why."""
    conference = poll.conference
    assert poll.opened_at is not None  # whatever is counted was opened
    lead, day = lead_organisation(conference), local(poll.opened_at, conference.time_zone).date()
    parent = lead.parent if lead else None
    tellers = [seat.person for seat in poll.tellers.select_related("person")]
    return TellersDocument(
        language=language,
        parent=localized(name_then(parent, day), language) if parent else "",
        organisation=localized(name_then(lead, day), language) if lead else "",
        symbol=lead.symbol if lead else "",
        body=list(_body(poll, [addressee(person, {}, language) for person in tellers], language)),
        tellers=[person.full_name for person in tellers],
        chairs=[duty.person.full_name for duty in chairs(conference) if duty.person],
        draft=poll.state != PollState.DECLARED,
        made_at=poll.updated_at,
    )


def written(document: TellersDocument, format: str) -> bytes:
    return _WRITERS[format](document)


def _body(poll: Poll, tellers: list[str], language: str) -> Iterator[Paragraph]:
    def said(what: str, **values: Any) -> str:
        return _SAID[what][language].format(**values)

    def item(text: str) -> Paragraph:
        return Paragraph(label="-", text=text, style="item")

    def labelled(label: str, text: str) -> Paragraph:
        return Paragraph(label=_LABELS[label][language], text=text or BLANK)

    def heading(label: str) -> Paragraph:
        return Paragraph(text=_LABELS[label][language], style="heading")

    def moment(at: Any) -> str:
        return clock_said(at, poll.conference.time_zone, language, with_day=True) if at else BLANK

    assert poll.tally is not None  # a counted poll has both: constraints of the table
    assert poll.verdict is not None
    if poll.state == PollState.ANNULLED:
        who = poll.annulled_by.full_name if poll.annulled_by else BLANK
        why = localized(poll.annulled_reason, language)
        yield Paragraph(text=said("annulled", when=moment(poll.ended_at), who=who, why=why), style="heading")
    yield labelled("conference", localized(poll.conference.title, language))
    yield labelled("opened", moment(poll.opened_at))
    yield labelled("sealed", moment(poll.sealed_at))
    yield labelled("place", where_said(poll.conference, language))
    yield labelled("question", localized(poll.question, language))
    for label, what, values in _subject(poll, language):
        yield labelled(label, said(what, **values))
    ways = ", ".join(both(Channel(each).label)[language] for each in poll.channels)
    yield labelled("method", said(poll.secrecy, ways=ways))
    if tellers:
        yield Paragraph(label=_LABELS["committee"][language], text="")
        yield from (Paragraph(label=f"{n}.", text=name, style="item") for n, name in enumerate(tellers, start=1))
    else:
        yield labelled("committee", said("by itself"))
    yield heading("roll")
    for name, text in _PEOPLE.items():
        if (number := poll.tally.get(name)) is not None:
            yield item(text[language].format(n=number))
    for name, text in _NOT_THERE.items():
        if number := poll.tally.get(name):
            yield item(text[language].format(n=number))
    yield heading("papers")
    for where, numbers in _heaps(poll, language):
        yield item(said("issued" if "issued" in numbers else "hands", where=where, **numbers))
    for name, text in _SUMS.items():
        yield item(text[language].format(n=poll.tally[name]))
    yield heading("result")
    for whose, number in batches.votes(poll):
        yield item(f"{whose[language]}: {number}.")
    if poll.verdict.get("ranking"):
        yield from _stages(poll.verdict, language)
    yield heading("verdict")
    for sentence in poll.verdict["proof"]:
        yield Paragraph(text=localized(sentence, language))
    yield heading("seal")
    yield item(said("text", hash=_in_groups(poll.text_hash)))
    yield item(said("config", hash=_in_groups(poll.config_hash)))
    yield item(said("roll", hash=_in_groups(poll.roll_hash)))
    if Channel.DEVICES in poll.channels:
        yield item(said("urn", hash=_in_groups(poll.urn_root)))
    if poll.sheets_hash:
        yield item(said("sheets", hash=_in_groups(poll.sheets_hash)))
    if poll.has_urn_key:
        yield item(said("key", n=len(tellers), k=poll.threshold))
        gone = poll.key_destroyed_at
        yield item(said("destroyed", when=moment(gone)) if gone else said("not destroyed"))
    if poll.state != PollState.ANNULLED:
        yield Paragraph(text=said("declared", when=moment(poll.ended_at)))


def _subject(poll: Poll, language: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What it was on: the version of the text as it was voted on, and the change to it; or the office and its places."""
    election, amendment = poll.election, poll.amendment
    if election is not None:
        title, office = localized(election.title, language), localized(election.office, language)
        yield (
            "election",
            "office" if office else "places",
            {"title": title, "office": office, "n": poll.method["places"]},
        )
        return
    version = queries.version_voted_on(poll)
    if version is not None:
        yield "text", "version", {"title": localized(version.title, language), "n": version.number}
    if amendment is not None and version is not None:
        does = what_it_does(amendment, version.wording)[language]
        yield "amendment", "change", {"n": amendment.number, "does": does}


def _stages(verdict: Mapping[str, Any], language: str) -> Iterator[Paragraph]:
    """Of a count of preferences: what elects, and what every candidate had after each stage, some stages beside each
    other."""
    ranking, names = verdict["ranking"], {each["id"]: each["name"] for each in verdict["candidates"]}
    words = {name: text[language] for name, text in _STAGES.items()}
    if ranking["counting"] == "scottish_stv":
        yield Paragraph(label="-", text=words["quota"].format(n=ranking["quota"]), style="item")
    stages = list(enumerate(ranking["stages"], start=1))
    for some in (stages[first : first + ACROSS] for first in range(0, len(stages), ACROSS)):
        heads = (words["stage"].format(n=n, act=election_proof.done(stage, names)[language]) for n, stage in some)
        rows = [
            (
                name,
                *(
                    election_proof.decimal(stage["votes"][each])[language]
                    + (words["elected"] if each in stage["elected"] else "")
                    for _, stage in some
                ),
            )
            for each, name in names.items()
        ]
        lost = (election_proof.decimal(stage["not_transferable"])[language] for _, stage in some)
        yield Paragraph(style="table", cells=((words["who"], *heads), *rows, (words["lost"], *lost)))


def _heaps(poll: Poll, language: str) -> Iterator[tuple[str, dict[str, int]]]:
    """What came by devices, out of each box and from each room. On devices everybody could vote who was handed no paper,
    where hands do not make that unknown."""
    assert poll.tally is not None
    by = batches.by_channel(poll)
    if Channel.DEVICES in by:
        papers = by.get(Channel.PAPER, {}).get("issued", 0)
        on_devices = {} if Channel.HANDS in by else {"issued": poll.tally["entitled"] - papers}
        yield _capital(both(Channel.DEVICES.label)[language]), {**on_devices, **by[Channel.DEVICES]}
    for batch in batches.batches(poll):
        where = ", ".join(each for each in (_capital(both(Channel(batch.channel).label)[language]), batch.name) if each)
        if sheet := batch.agreed:
            yield where, batches.numbers_of(sheet, poll)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in_groups(digest: str) -> str:
    """Eight digits at a time: what eyes can compare, and lines can break at."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
