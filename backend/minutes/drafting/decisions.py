"""Resolutions and elections: the text or who stood, and the verdict in the very sentences the count left behind. Nothing is
counted again, and what was put to the vote and what came of it is locked."""

from backend.conferences.models import Conference
from backend.conferences.queries import closed_in
from backend.conferences.states import Confidentiality
from backend.core.text import Text, both
from backend.documents.form import BLANK
from backend.minutes.drafting import withheld
from backend.minutes.drafting.blocks import Block, block, compose, ended, same
from backend.minutes.drafting.course import heading
from backend.resolutions import said
from backend.resolutions.models import Election, Poll, Resolution
from backend.resolutions.states import AmendmentState, Channel, ElectionState, PollState, ResolutionState
from backend.resolutions.wording import marker


def blocks(conference: Conference) -> list[Block]:
    """A resolution or election on a restricted item is a line; only what it is on is known to it."""
    restricted = closed_in(conference.pk, Confidentiality.RESTRICTED)
    resolutions = (
        Resolution.objects.filter(conference=conference)
        .select_related("agenda_item", "chaired_by")
        .exclude(state=ResolutionState.DRAFT)
        .prefetch_related("polls", "amendments", "versions")
        .order_by("created_at", "id")
    )
    elections = (
        Election.objects.filter(conference=conference)
        .select_related("agenda_item")
        .exclude(state=ElectionState.DRAFT)
        .prefetch_related("polls", "candidates")
        .order_by("created_at", "id")
    )
    found: list[Block] = []
    rows: list[Resolution | Election] = [*resolutions, *elections]
    for row in rows:
        item = row.agenda_item
        if item is None or item.pk not in restricted:
            found += _election(row) if isinstance(row, Election) else _resolution(row)
        elif (line := withheld.line("withheld:decision", item)) not in found:
            found.append(line)
    if not found:
        return []
    called = (
        ("Nghị quyết, bầu cử và biểu quyết", "Resolutions, elections and votes")
        if elections
        else ("Nghị quyết và biểu quyết", "Resolutions and votes")
    )
    return [heading("decisions", *called, conference), *found]


def _resolution(resolution: Resolution) -> list[Block]:
    here = f"resolution:{resolution.pk}"
    title = ended(compose("{t}", "{t}", t=dict(resolution.title)), ":")
    found = [block("resolution", here, title, here, locked=True)]
    for place in resolution.wording.places():
        text, mark = dict(place.clause.text), marker(place)
        if place.level == "article":  # it is called in words: Điều 1., Article 1.
            text, mark = compose("{n} {t}", "{n} {t}", n=mark, t=text), {}
        found.append(
            block(
                "clause",
                f"clause:{resolution.pk}:{place.clause.id}",
                ended(text, ";" if place.level == "basis" else "."),
                here,
                marker=mark.get("vi", ""),
                locked=True,
            )
        )
    if not resolution.clauses:
        text = {"vi": f"Nội dung nghị quyết: {BLANK}", "en": f"Text of the resolution: {BLANK}"}
        found.append(block("note", f"text:{resolution.pk}", text, here))
    polls = sorted(resolution.polls.all(), key=lambda poll: poll.opened_at or poll.created_at)
    found += _amendments(resolution, polls)
    told = [made for poll in polls if poll.amendment_id is None for made in _poll(poll)]
    found += told
    for name, text in (
        ("consensus", said.consensus(resolution)),
        ("referred", said.referral(resolution)),
        ("decided", dict(resolution.decided_how)),
    ):
        if text:
            found.append(block("verdict", f"{name}:{resolution.pk}", ended(text), here, locked=True))
    if not told and not resolution.by_consensus and not resolution.referred_to:
        found.append(block("verdict", f"outcome:{resolution.pk}", _uncounted(resolution), here, locked=True))
    return found


def _election(election: Election) -> list[Block]:
    """Who stood, and round by round whom it elected; why it ended, where places stayed empty."""
    here = f"election:{election.pk}"
    names = ", ".join(each.name for each in sorted(election.candidates.all(), key=lambda each: each.number))
    stood = compose("{t}: {n} chỗ; người ứng cử: {names}", "{t}: {n} places; candidates: {names}",
                    t=dict(election.title), n=same(election.places), names=same(names))  # fmt: skip
    found = [block("election", here, ended(stood), here, locked=True)]
    for poll in sorted(election.polls.all(), key=lambda poll: poll.opened_at or poll.created_at):
        found += _poll(poll)
    if election.ended_why:
        found.append(block("verdict", f"ended:{election.pk}", ended(dict(election.ended_why)), here, locked=True))
    return found


def _amendments(resolution: Resolution, polls: list[Poll]) -> list[Block]:
    """What was put forward, by the numbers of the text it was put forward to, and what became of it."""
    texts = {version.number: version.wording for version in resolution.versions.all()}
    found: list[Block] = []
    for row in sorted(resolution.amendments.all(), key=lambda row: row.number):
        if row.state == AmendmentState.DRAFT:
            continue
        wording = texts.get(row.merged_in - 1 if row.merged_in else 0, resolution.wording)
        here = f"resolution:{resolution.pk}"
        found.append(block("amendment", f"amendment:{row.pk}", said.amendment_said(row, wording), here, locked=True))
        found += [made for poll in polls if poll.amendment_id == row.pk for made in _poll(poll)]
        if row.decided_how:
            text = ended(dict(row.decided_how))
            found.append(block("verdict", f"amendment-decided:{row.pk}", text, here, locked=True))
    return found


def _poll(poll: Poll) -> list[Block]:
    here = f"poll:{poll.pk}"
    if poll.state == PollState.ANNULLED:
        told = [
            block("verdict", f"verdict:{poll.pk}:{index}", dict(sentence), here, locked=True)
            for index, sentence in enumerate((poll.verdict or {}).get("proof", []))
        ]
        whose = ("Kết quả biểu quyết", "The result of vote") if told else ("Cuộc biểu quyết", "Vote")
        text = compose(f"{whose[0]} lần {{n}} đã bị huỷ", f"{whose[1]} {{n}} was annulled", n=same(poll.round))
        if poll.annulled_reason:
            text = compose("{text}: {why}", "{text}: {why}", text=text, why=dict(poll.annulled_reason))
        return [*told, block("verdict", f"annulled:{poll.pk}", ended(text), here, locked=True)]
    if poll.state != PollState.DECLARED or not poll.verdict:
        return []
    told = [
        block("verdict", f"verdict:{poll.pk}:{index}", dict(sentence), here, locked=True)
        for index, sentence in enumerate(poll.verdict["proof"])
    ]
    # Printed, it is known where nobody who works on the database can change it.
    seal = compose("Mã niêm phong hòm phiếu: {root}", "Seal of the urn: {root}", root=same(_in_groups(poll.urn_root)))
    has_urn = poll.urn_root and Channel.DEVICES in poll.channels
    return [*told, block("verdict", f"seal:{poll.pk}", seal, here, locked=True)] if has_urn else told


def _in_groups(root: str) -> str:
    """Eight digits at a time: what eyes can compare, and lines can break at."""
    return " ".join(root[start : start + 8] for start in range(0, len(root), 8))


def _uncounted(resolution: Resolution) -> Text:
    """Where no count is on record the outcome stands alone and the numbers stay a visible blank."""
    state = both(ResolutionState(resolution.state).label)
    return compose(
        f"Kết quả: {{state}}. Số phiếu tán thành: {BLANK}; không tán thành: {BLANK}; ý kiến khác: {BLANK}.",
        f"Result: {{state}}. For: {BLANK}; against: {BLANK}; other: {BLANK}.",
        state=state,
    )
