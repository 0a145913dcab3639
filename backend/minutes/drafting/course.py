"""The agenda and what was said, in order, with what each speech found, proposed and concluded."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from backend.conferences.models import AgendaItem, Conference, Speech
from backend.conferences.queries import closed_in, name_then, phase_said, speeches_of
from backend.conferences.reading_order import Stands, numbers
from backend.conferences.states import Confidentiality, ItemKind, ItemState, SpeechKind
from backend.core.text import Text, both
from backend.core.vietnamese import fold
from backend.minutes.drafting import withheld, words
from backend.minutes.drafting.blocks import Block, block, compose, ended, joined, open_ended, same
from backend.minutes.models import Conclusion, Finding, Proposal
from backend.minutes.states import ConclusionKind, FindingKind, ProposalKind
from backend.resolutions.models import Resolution
from backend.resolutions.wording import LETTERS


def letter(index: int) -> str:
    return f"{LETTERS[index]})" if index < len(LETTERS) else f"{index + 1})"


def heading(name: str, vi: str, en: str, conference: Conference) -> Block:
    return block("heading", f"heading:{name}", {"vi": vi, "en": en}, f"conference:{conference.pk}")


def blocks(conference: Conference) -> list[Block]:
    """Agenda, proceedings, and what came up outside them. A restricted item is a line in each, with all it holds."""
    entries = Entries(conference)
    restricted = closed_in(conference.pk, Confidentiality.RESTRICTED)
    speeches = list(speeches_of(conference.pk).prefetch_related("organisation__former_names"))
    found = _agenda(conference, restricted, {speech.agenda_item_id for speech in speeches})
    if speeches:
        found.append(heading("course", "Diễn biến", "Proceedings", conference))
    for index, said in enumerate(dict.fromkeys(_passage(speech, restricted) for speech in speeches), 1):
        if isinstance(said, AgendaItem):
            found.append(withheld.line("withheld", said, f"{index}."))
        else:
            found += [*_speech(said, conference, f"{index}."), *entries.of(said.pk)]
    if rest := entries.of(None):
        found += [
            heading("record", "Đánh giá, đề xuất, kết luận", "Findings, proposals, conclusions", conference),
            *rest,
        ]
    return found


def _agenda(conference: Conference, restricted: set[UUID], spoken_to: set[UUID | None]) -> list[Block]:
    """The agenda as it was dealt with, numbered through its sessions: 1., 1.1.

    What was postponed or cancelled is on record as that, with the reason: the meeting had it before it. Breaks are no
    business of the meeting's, nor is an item in reserve nobody spoke to and nothing was decided on.
    """
    items = [
        item
        for item in conference.agenda.select_related("own_phase").order_by("order", "id")
        if not (item.pk in restricted and item.parent_id in restricted) and item.kind != ItemKind.BREAK
    ]
    dealt_with = spoken_to | set(
        Resolution.objects.filter(conference=conference).values_list("agenda_item_id", flat=True)
    )
    for item in reversed(items):
        if item.pk in dealt_with and item.parent_id is not None:
            dealt_with.add(item.parent_id)
    left_out = {item.pk for item in items if item.reserve and item.pk not in dealt_with}
    for item in items:
        if item.parent_id in left_out and item.pk not in dealt_with:
            left_out.add(item.pk)
    kept = [item for item in items if item.pk not in left_out]
    markers = numbers(Stands(item.pk, item.parent_id) for item in kept)
    found = [heading("agenda", "Chương trình", "Agenda", conference)] if kept else []
    for item in kept:
        marker, source = f"{markers[item.pk]}.", f"agenda_item:{item.pk}"
        if item.pk in restricted:
            found.append(withheld.line("agenda", item, marker))
        else:
            found.append(block("agenda", f"agenda:{item.pk}", _item(item), source, marker=marker))
    return found


def _passage(speech: Speech, restricted: set[UUID]) -> AgendaItem | Speech:
    """What is told as one: each speech by itself, those to one restricted item together."""
    item = speech.agenda_item
    return item if item is not None and item.pk in restricted else speech


def _item(item: AgendaItem) -> Text:
    """The item's title behind its phase, unless the title says the phase itself: Khai mạc: Chào cờ, but Tham luận của
    các khối. A session has a title of its own. What was called off is followed by that: Biểu quyết (huỷ: bão)."""
    phase, title = phase_said(item), dict(item.title)
    if item.state != ItemState.PLANNED:
        state = both(ItemState(item.state).label)
        why = compose("{state}: {reason}", "{state}: {reason}", state=state, reason=open_ended(dict(item.reason)))
        title = compose("{title} ({why})", "{title} ({why})", title=title, why=why if item.reason else state)
    if item.kind == ItemKind.SESSION:
        return title
    if any(fold(word) in fold(title.get("vi", "")) for word in phase["vi"].split(", ")):
        return title
    return compose("{phase}: {title}", "{phase}: {title}", phase=phase, title=title)


def _speech(speech: Speech, conference: Conference, marker: str) -> list[Block]:
    here = f"speech:{speech.pk}"
    told: Text = compose(
        "{who} {kind}",
        "{who} ({kind})",
        who=words.with_office(speech, words.held_on(conference)),
        kind=both(SpeechKind(speech.kind).label),
    )
    gist = dict(speech.gist)
    if gist:
        told = compose("{told}: {gist}", "{told}: {gist}", told=told, gist=ended(gist))
    else:
        told = ended(told, ":" if speech.points else ".")
    found = [block("speech", here, told, here, marker=marker)]
    for index, point in enumerate(speech.points):
        found.append(
            block(
                "point",
                f"point:{speech.pk}:{index}",
                ended(open_ended(dict(point)), ";" if index + 1 < len(speech.points) else "."),
                here,
                marker=letter(index),
            )
        )
    declared, known = speech.points_declared, len(speech.points)
    if declared and declared > known:
        text = compose(
            "Đã nêu {declared} nội dung; hồ sơ ghi được {known} nội dung.",
            "{declared} points were announced; {known} of them are on record.",
            declared=same(declared),
            known=same(known),
        )
        found.append(block("note", f"declared:{speech.pk}", text, here))
    for index, quote in enumerate(speech.quotes):
        found.append(
            block("quote", f"quote:{speech.pk}:{index}", compose("“{q}”", "“{q}”", q=dict(quote["text"])), here)
        )
    return found


class Entries:
    """The findings, proposals and conclusions of one conference, by the speech they came up in."""

    def __init__(self, conference: Conference) -> None:
        self.on = words.held_on(conference)
        rows = {"conference": conference}
        self.findings = list(Finding.objects.filter(**rows).order_by("order", "id"))
        self.proposals = list(Proposal.objects.filter(**rows).order_by("order", "id"))
        conclusions = Conclusion.objects.filter(**rows).select_related("subject").order_by("order", "id")
        self.conclusions = list(conclusions.prefetch_related("subject__former_names"))

    def of(self, speech_id: UUID | None) -> list[Block]:
        """What came up in that speech; what belongs to none, when None."""
        return [
            *_listed([finding(row) for row in self.findings if row.speech_id == speech_id]),
            *_listed([proposal(row) for row in self.proposals if row.speech_id == speech_id]),
            *_listed([conclusion(row, self.on) for row in self.conclusions if row.speech_id == speech_id]),
        ]


@dataclass(frozen=True)
class Told:
    """An entry as it reads: what it is (Hạn chế), what it says, and the lines that follow it."""

    row: Finding | Proposal | Conclusion
    lead: Text
    text: Text
    after: tuple[Block, ...] = ()

    @property
    def source(self) -> str:
        return f"{self.row._meta.model_name}:{self.row.pk}"


def _listed(entries: list[Told]) -> list[Block]:
    """One line each; neighbours that begin alike stand as points below their common beginning."""
    found = []
    for _, run in groupby(entries, key=lambda told: told.lead):
        alike = list(run)
        for index, told in enumerate(alike):
            kind, here = told.row._meta.model_name or "", told.source
            if len(alike) == 1:
                text = compose("{lead}: {text}", "{lead}: {text}", lead=told.lead, text=ended(told.text))
                found.append(block(kind, here, text, here))
            else:
                if index == 0:
                    found.append(block("lead", f"lead:{here}", ended(told.lead, ":"), *(one.source for one in alike)))
                text = ended(open_ended(told.text), ";" if index + 1 < len(alike) else ".")
                found.append(block(kind, here, text, here, marker=letter(index)))
            found += told.after
    return found


def finding(row: Finding) -> Told:
    text = dict(row.text)
    if row.scope:
        text = compose("{text} ({scope})", "{text} ({scope})", text=open_ended(text), scope=dict(row.scope))
    return Told(row, words.capital(both(FindingKind(row.kind).label)), text)


def proposal(row: Proposal) -> Told:
    lead = words.capital(both(ProposalKind(row.kind).label))
    if row.addressees:
        lead = compose("{lead} với {to}", "{lead} to {to}", lead=lead, to=joined([dict(one) for one in row.addressees]))
    if row.proposer:
        lead = compose("{lead} (của {by})", "{lead} (by {by})", lead=lead, by=dict(row.proposer))
    after = []
    if row.response:
        answer = compose("Trả lời: {answer}", "Response: {answer}", answer=ended(dict(row.response)))
        after.append(block("response", f"response:{row.pk}", answer, f"proposal:{row.pk}"))
    for index, one in enumerate(row.responses):
        who = one["addressee"]
        if one["on"]:
            who = compose("{who}, {day}", "{who}, {day}", who=who, day=words.day(dt.date.fromisoformat(one["on"])))
        text = compose("Trả lời của {who}: {said}", "Response of {who}: {said}", who=who, said=ended(one["text"]))
        after.append(block("response", f"response:{row.pk}:{index}", text, f"proposal:{row.pk}"))
    return Told(row, lead, dict(row.text), tuple(after))


def conclusion(row: Conclusion, on: Any) -> Told:
    here = f"conclusion:{row.pk}"
    lead = words.capital(both(ConclusionKind(row.kind).label))
    to = [dict(part) for part in (row.addressee, name_then(row.subject, on) if row.subject else {}) if part]
    if to:
        lead = compose("{lead} ({to})", "{lead} ({to})", lead=lead, to=joined(to))
    after = []
    if term := _term(row):
        after.append(block("deadline", f"deadline:{row.pk}", term, here))
    if row.accepted is not None:
        text = (
            {"vi": "Đã được tiếp thu.", "en": "Accepted."}
            if row.accepted
            else {"vi": "Không được tiếp thu.", "en": "Not accepted."}
        )
        after.append(block("response", f"accepted:{row.pk}", text, here))
    return Told(row, lead, dict(row.text), tuple(after))


def _term(row: Conclusion) -> Text:
    """The deadline as it was said, with the dates it is taken to mean beside it."""
    days = [words.day(day) for day in (row.due_from, row.due_to) if day]
    if row.due_from and row.due_to and row.due_from != row.due_to:
        meant = compose("từ {a} đến {b}", "from {a} to {b}", a=days[0], b=days[1])
    elif row.due_to or row.due_from:
        meant = days[-1] if row.due_to else compose("từ {a}", "from {a}", a=days[0])
    else:
        meant = {}
    if row.deadline_said and meant:
        return compose(
            "Thời hạn: {said} (hiểu là {meant}).",
            "Deadline: {said} (taken to mean {meant}).",
            said=dict(row.deadline_said),
            meant=meant,
        )
    if row.deadline_said:
        return compose("Thời hạn: {said}.", "Deadline: {said}.", said=dict(row.deadline_said))
    return compose("Thời hạn: {meant}.", "Deadline: {meant}.", meant=meant) if meant else {}
