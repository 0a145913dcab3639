"""Preparing a poll, and correcting it until it opens: from then on what voters rely on stands."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import Text, localized, say
from backend.people.models import Organisation
from backend.resolutions import methods, queries
from backend.resolutions.counting import FOR_ELECTIONS, PRESETS, InvalidRule, Rule
from backend.resolutions.models import Amendment, Election, Poll, Resolution
from backend.resolutions.services import elections, rolls
from backend.resolutions.states import Channel, PollState, ReceiptKind, Secrecy

#: What is kept as it is said.
PLAIN = ("question", "splitting", "proxies", "members", "closes_at", "secrecy", "receipt")
#: What is wrong with a poll: the member's path and the sentence.
Wrong = tuple[str, Any]


def rule_from(said: str | dict[str, Any], *, elects: bool = False) -> Rule:
    """A preset by name, or a rule as data; raises Invalid naming each wrong member. What a preset is for it is not used
    beside: a body that elects by the rule of its decisions says so as data."""
    if isinstance(said, str):
        suitable = [name for name in PRESETS if (name in FOR_ELECTIONS) == elects]
        if said not in suitable:
            names = ", ".join(suitable)
            sentence = (
                say(vi="Quy tắc có sẵn cho bầu cử: {names}.", en="Known rules of elections: {names}.", names=names)
                if elects
                else say(
                    vi="Quy tắc có sẵn cho biểu quyết văn bản: {names}.",
                    en="Known rules of votes on texts: {names}.",
                    names=names,
                )
            )
            raise Invalid({"rule": sentence})
        return PRESETS[said]
    try:
        return Rule.from_json(said)
    except InvalidRule as error:
        raise Invalid({f"rule.{field}": localized(reason) for field, reason in error.errors.items()}) from None


@transaction.atomic
def draft_poll(
    *,
    resolution: Resolution | None = None,
    election: Election | None = None,
    ballot: dict[str, Any] | None = None,
    question: Text,
    rule: str | dict[str, Any],
    voting_categories: list[str],
    voting_units: Collection[Organisation] = (),
    weights: Sequence[dict[str, Any]] = (),
    splitting: bool = False,
    proxies: int | None = None,
    members: int | None = None,
    closes_at: Any = None,
    replaces: Poll | None = None,
    amendment: Amendment | None = None,
    secrecy: str = Secrecy.NAMED,
    receipt: str = ReceiptKind.INCLUSION,
    channels: Collection[str] = (Channel.DEVICES,),
) -> Poll:
    """Prepares a vote on a resolution or an `amendment` to it, or a round of an election, whose paper `ballot` says (see
    `elections.method_of`). `replaces` names the poll whose result is void: a re-vote is a new round. A secret one, and one
    with papers or hands, needs tellers (`appoint`) before it opens. With `weights` some hold several votes, and everything
    is counted in votes; `members` says then how many votes there are. `proxies` is how many anybody may stand for beside
    themselves; None as the conference's procedure says when the poll opens.

    Raises Invalid for what no poll can be (`_faults`), wrong weights or a wrong paper, Conflict when the replaced poll was
    not annulled, or is replaced already.
    """
    if (resolution is None) == (election is None) or (amendment is not None and resolution is None):
        either = say(vi="Biểu quyết về một nghị quyết hoặc một cuộc bầu cử.", en="On a resolution, or on an election.")
        raise Invalid({"resolution": either})
    if amendment is not None and resolution is not None and amendment.resolution_id != resolution.pk:
        raise Invalid({"amendment": say(vi="Không thuộc nghị quyết này.", en="It is to another resolution.")})
    subject: Resolution | Election
    if election is not None:
        subject = election = locked(Election, election.pk)
    else:
        assert resolution is not None  # exactly one of them
        subject = resolution = locked(Resolution, resolution.pk)
    if replaces is not None:
        _ensure_void(replaces, subject)
    poll = Poll(
        resolution=resolution,
        election=election,
        amendment=amendment,
        conference_id=subject.conference_id,
        round=replaces.round + 1 if replaces else 1,
        replaces=replaces,
        follows=replaces.follows if replaces else None,
    )
    _configure(
        poll,
        {
            "question": question,
            "rule": rule,
            "voting_categories": voting_categories,
            "voting_units": voting_units,
            "weights": weights,
            "splitting": splitting,
            "proxies": proxies,
            "members": members,
            "closes_at": closes_at,
            "secrecy": secrecy,
            "receipt": receipt,
            "channels": channels,
            **({"ballot": ballot or {"kind": methods.Approval.kind}} if election is not None else {}),
        },
    )
    poll.save()
    return poll


@transaction.atomic
def edit_poll(*, poll_id: UUID, expected: int | None, **changes: Any) -> Poll:
    """Corrects a draft: anything `draft_poll` is told but what the poll is on. Tellers who have nothing to count any more
    are none, and keys to envelopes that will not be there are void.

    Raises Conflict once it was opened, Invalid as `draft_poll` does: for what the poll would be then.
    """
    poll = locked(Poll, poll_id, expected=expected)
    if poll.state != PollState.DRAFT:
        raise Conflict(say(vi="Cuộc biểu quyết đứng như khi mở.", en="The poll stands as it was opened."))
    _configure(poll, changes)
    poll.save()
    if not poll.has_urn_key and not poll.by_tellers:
        poll.tellers.all().delete()
    elif not poll.has_urn_key:
        poll.tellers.update(public_key="", tested_at=None)
    return poll


def _ensure_void(replaced: Poll, subject: Resolution | Election) -> None:
    """Raises Conflict for a poll that a new one on the locked subject cannot replace."""
    same = subject.pk in {replaced.resolution_id, replaced.election_id}
    if replaced.state != PollState.ANNULLED or not same:
        raise Conflict(
            say(vi="Chỉ biểu quyết lại khi lần trước đã bị huỷ.", en="Only an annulled poll can be replaced.")
        )
    by = Poll.objects.filter(replaces=replaced).values_list("round", flat=True).first()
    if by is not None:
        raise Conflict(
            say(
                vi="Lần {n} đã có lần {by} biểu quyết lại.",
                en="Round {n} is replaced by round {by} already.",
                n=replaced.round,
                by=by,
            ),
            reason="replaced",
        )


def _configure(poll: Poll, said: Mapping[str, Any]) -> None:
    """Puts into a draft what was said of it, as it is kept. Raises Invalid when it is no poll then."""
    for name in PLAIN:
        if name in said:
            setattr(poll, name, said[name])
    poll.weights = rolls.weights_from(
        said.get("weights", poll.weights),
        conference_id=poll.conference_id,
        secrecy=poll.secrecy,
        splitting=poll.splitting,
    )
    if "rule" in said:
        poll.rule = rule_from(said["rule"], elects=poll.election is not None).to_json()
    if "ballot" in said:
        if poll.election is None:
            only = say(vi="Chỉ bầu cử mới có phiếu bầu.", en="Only elections have ballot papers.")
            raise Invalid({"ballot": only})
        poll.method = dict(said["ballot"])
        elections.method_of(poll.election, poll.method, elections.among(poll))
    if "voting_categories" in said:
        poll.voting_categories = sorted(set(said["voting_categories"]))
    if "voting_units" in said:
        poll.voting_units = sorted({str(unit.pk) for unit in said["voting_units"]})
    if "channels" in said:
        poll.channels = [each.value for each in Channel if each in said["channels"]]
    if wrong := dict(_faults(poll)):
        raise Invalid(wrong)


def _faults(poll: Poll) -> Iterator[Wrong]:
    """Why there can be no such poll, whatever the roll and the day are."""
    rule, hands = Rule.from_json(poll.rule), Channel.HANDS in poll.channels
    if poll.members is None and "members" in rule.bases():
        yield "members", say(vi="Quy tắc cần tổng số thành viên.", en="The rule needs the number of all members.")
    if poll.proxies and "present_at_open" in rule.bases():
        yield (
            "proxies",
            say(vi="Chỉ người có mặt khi mở mới được biểu quyết.", en="Only those present at the opening vote."),
        )
    if not set(poll.voting_categories) <= set(queries.PARTAKING):
        yield "voting_categories", say(vi="Khách mời không biểu quyết.", en="Guests do not vote.")
    if poll.receipt == ReceiptKind.TRACKER and poll.secrecy != Secrecy.SECRET:
        yield "receipt", say(vi="Mã dò phiếu chỉ dùng khi bỏ phiếu kín.", en="Trackers are for secret polls.")
    if hands and poll.secrecy == Secrecy.SECRET:
        yield "channels", say(vi="Bỏ phiếu kín không giơ tay.", en="Hands are not raised in secret.")
    if hands and poll.weights:
        yield "channels", say(vi="Mỗi cánh tay là một phiếu.", en="A hand is one vote.")
    if hands and poll.proxies:
        yield "proxies", say(vi="Không giơ tay thay người khác.", en="Nobody raises a hand for another.")
    if hands and poll.method["kind"] == methods.Ranked.kind:
        yield "channels", say(vi="Giơ tay không xếp hạng được.", en="Hands cannot rank.")
    yield from _unsuitable(rule, poll.method["kind"])


def _unsuitable(rule: Rule, kind: str) -> Iterator[Wrong]:
    """A vote for or against, and on candidates, needs thresholds; a count of preferences decides by itself."""
    if kind == methods.Ranked.kind and rule.all_of:
        yield (
            "rule",
            say(
                vi="Kiểm phiếu xếp hạng tự quyết định ai trúng cử: quy tắc không có ngưỡng.",
                en="A count of preferences decides by itself: its rule has no thresholds.",
            ),
        )
    elif kind != methods.Ranked.kind and not rule.all_of:
        yield "rule", say(vi="Quy tắc cần ít nhất một ngưỡng.", en="The rule needs a threshold.")
    elif kind != methods.YesNo.kind and (rule.tie == "chair" or "yes_no" in rule.bases()):
        yield (
            "rule",
            say(
                vi="Trong bầu cử không có phiếu tán thành hay không tán thành, và chủ tọa không có lá phiếu quyết định.",
                en="An election knows neither votes for and against nor a casting vote.",
            ),
        )
