"""The agenda and what was said, in order, with what each speech found, proposed and concluded."""

from typing import Any
from uuid import UUID

from backend.conferences.models import Conference, Speech
from backend.conferences.queries import name_then, speeches_of
from backend.conferences.states import SpeechKind
from backend.core.text import Text, both
from backend.minutes.drafting import words
from backend.minutes.drafting.blocks import Block, block, compose, ended, joined, same
from backend.minutes.models import Conclusion, Finding, Proposal
from backend.minutes.states import ConclusionKind, FindingKind, ProposalKind

#: Points are lettered by the Vietnamese alphabet (decree 30/2020): đ after d, and no f, j, w or z.
LETTERS = "abcdđeghiklmnopqrstuvxy"


def letter(index: int) -> str:
    return f"{LETTERS[index]})" if index < len(LETTERS) else f"{index + 1})"


def heading(name: str, vi: str, en: str, conference: Conference) -> Block:
    return block("heading", f"heading:{name}", {"vi": vi, "en": en}, f"conference:{conference.pk}")


def blocks(conference: Conference) -> list[Block]:
    entries = Entries(conference)
    found: list[Block] = []
    agenda = list(conference.agenda.order_by("order", "id"))
    if agenda:
        found.append(heading("agenda", "Chương trình", "Agenda", conference))
        found += [
            block("agenda", f"agenda:{item.pk}", dict(item.title), f"agenda_item:{item.pk}", marker=f"{index}.")
            for index, item in enumerate(agenda, 1)
        ]
    speeches = list(speeches_of(conference.pk))
    if speeches:
        found.append(heading("course", "Diễn biến", "Proceedings", conference))
    for speech in speeches:
        found += [*_speech(speech, conference), *entries.of(speech.pk)]
    if rest := entries.of(None):
        found += [
            heading("record", "Đánh giá, đề xuất, kết luận", "Findings, proposals, conclusions", conference),
            *rest,
        ]
    return found


def _speech(speech: Speech, conference: Conference) -> list[Block]:
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
    found = [block("speech", here, told, here)]
    for index, point in enumerate(speech.points):
        found.append(
            block(
                "point",
                f"point:{speech.pk}:{index}",
                ended(dict(point), ";" if index + 1 < len(speech.points) else "."),
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
        self.conclusions = list(Conclusion.objects.filter(**rows).select_related("subject").order_by("order", "id"))

    def of(self, speech_id: UUID | None) -> list[Block]:
        """What came up in that speech; what belongs to none, when None."""
        mine: dict[str, list[Any]] = {
            name: [row for row in getattr(self, name) if row.speech_id == speech_id]
            for name in ("findings", "proposals", "conclusions")
        }
        return [
            *(finding(row) for row in mine["findings"]),
            *(made for row in mine["proposals"] for made in proposal(row)),
            *(made for row in mine["conclusions"] for made in conclusion(row, self.on)),
        ]


def finding(row: Finding) -> Block:
    kind = words.capital(both(FindingKind(row.kind).label))
    text = compose("{kind}: {text}", "{kind}: {text}", kind=kind, text=dict(row.text))
    if row.scope:
        text = compose("{text} ({scope})", "{text} ({scope})", text=text, scope=dict(row.scope))
    return block("finding", f"finding:{row.pk}", ended(text), f"finding:{row.pk}")


def proposal(row: Proposal) -> list[Block]:
    here = f"proposal:{row.pk}"
    told = words.capital(both(ProposalKind(row.kind).label))
    if row.addressees:
        told = compose("{told} với {to}", "{told} to {to}", told=told, to=joined([dict(one) for one in row.addressees]))
    if row.proposer:
        told = compose("{told} (của {by})", "{told} (by {by})", told=told, by=dict(row.proposer))
    text = compose("{told}: {text}", "{told}: {text}", told=told, text=ended(dict(row.text)))
    found = [block("proposal", here, text, here)]
    if row.response:
        answer = compose("Trả lời: {answer}", "Response: {answer}", answer=ended(dict(row.response)))
        found.append(block("response", f"response:{row.pk}", answer, here))
    return found


def conclusion(row: Conclusion, on: Any) -> list[Block]:
    here = f"conclusion:{row.pk}"
    told = words.capital(both(ConclusionKind(row.kind).label))
    to = [dict(part) for part in (row.addressee, name_then(row.subject, on) if row.subject else {}) if part]
    if to:
        told = compose("{told} ({to})", "{told} ({to})", told=told, to=joined(to))
    text = compose("{told}: {text}", "{told}: {text}", told=told, text=ended(dict(row.text)))
    found = [block("conclusion", here, text, here)]
    if term := _term(row):
        found.append(block("deadline", f"deadline:{row.pk}", term, here))
    if row.accepted is not None:
        text = (
            {"vi": "Đã được tiếp thu.", "en": "Accepted."}
            if row.accepted
            else {"vi": "Không được tiếp thu.", "en": "Not accepted."}
        )
        found.append(block("response", f"accepted:{row.pk}", text, here))
    return found


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
