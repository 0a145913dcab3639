"""Elections: who stands for what, round after round until the places are filled."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.conferences.models import AgendaItem, Conference
from backend.core.clock import now
from backend.core.errors import Conflict, Invalid
from backend.core.queries import locked
from backend.core.text import Text, localized, say
from backend.outbox.services import emit
from backend.resolutions import merkle, methods
from backend.resolutions.events import ElectionAbandoned, ElectionDecided
from backend.resolutions.models import Candidate, Election, Poll
from backend.resolutions.states import ELECTION_MOVES, ElectionState, PollState

#: What a further round takes over from the one before.
HELD_ALIKE = (
    "rule",
    "voting_categories",
    "voting_units",
    "weights",
    "splitting",
    "proxies",
    "channels",
    "members",
    "secrecy",
    "receipt",
)
UNDER_WAY = (PollState.OPEN, PollState.SEALED, PollState.COUNTED)


@transaction.atomic
def draft_election(
    *,
    conference: Conference,
    title: Text,
    places: int,
    candidates: Sequence[Mapping[str, Any]],
    office: Text | None = None,
    agenda_item: AgendaItem | None = None,
) -> Election:
    """Prepares an election with its candidates, in the order of the paper. Raises Invalid for too many of them, one who
    stands twice, or namesakes whom nothing beside their names tells apart."""
    _check_item(agenda_item, conference.pk)
    election = Election.objects.create(
        conference=conference, agenda_item=agenda_item, title=title, office=office or {}, places=places
    )
    _list(election, candidates)
    return election


@transaction.atomic
def edit_election(*, election_id: UUID, expected: int | None, **changes: Any) -> Election:
    """Changes a draft; `candidates` are the whole list anew. Raises Conflict once its first round was opened."""
    election = locked(Election, election_id, expected=expected)
    if election.state != ElectionState.DRAFT:
        raise Conflict(say(vi="Danh sách bầu cử đã chốt.", en="The election stands as it was opened."))
    candidates = changes.pop("candidates", None)
    _check_item(changes.get("agenda_item"), election.conference_id)
    for name, value in changes.items():
        setattr(election, name, value)
    election.save()
    if candidates is not None:
        election.candidates.all().delete()
        _list(election, candidates)
    return election


def _check_item(agenda_item: AgendaItem | None, conference_id: UUID) -> None:
    if agenda_item is not None and agenda_item.conference_id != conference_id:
        raise Invalid({"agenda_item": say(vi="Không thuộc hội nghị này.", en="It is another conference's.")})


def _list(election: Election, candidates: Sequence[Mapping[str, Any]]) -> None:
    if len(candidates) > methods.MOST_CANDIDATES:
        most = say(vi="Nhiều nhất {n} người.", en="At most {n} candidates.", n=methods.MOST_CANDIDATES)
        raise Invalid({"candidates": most})
    people = [each["person"].pk for each in candidates if each.get("person")]
    for place, each in enumerate(candidates):
        person = each.get("person")
        if person is None and not each.get("name"):
            raise Invalid({f"candidates.{place}.name": say(vi="Cần tên.", en="A name is needed.")})
        if person is not None and people.count(person.pk) > 1:
            raise Invalid({f"candidates.{place}.person": say(vi="Đã có trong danh sách.", en="Listed twice.")})
    listed = [
        Candidate(
            election=election,
            number=number,
            person=each.get("person"),
            name=each.get("name") or each["person"].full_name,
            about=each.get("about") or {},
        )
        for number, each in enumerate(candidates, start=1)
    ]
    _ensure_told_apart(listed)
    Candidate.objects.bulk_create(listed)


def _ensure_told_apart(listed: Sequence[Candidate]) -> None:
    """The paper shows name and `about`: in each language no two lines of it read the same."""
    for language, _ in settings.LANGUAGES:
        lines: dict[tuple[str, ...], int] = {}
        for candidate in listed:
            said = (candidate.name, localized(candidate.about, language))
            first = lines.setdefault(tuple(" ".join(each.split()).casefold() for each in said), candidate.number)
            if first != candidate.number:
                wrong = say(
                    vi="Trên phiếu không phân biệt được với người số {n}: ghi thêm năm sinh, đơn vị hoặc chức vụ.",
                    en="Reads like number {n} on the paper: add a year of birth, a unit or an office.",
                    n=first,
                )
                raise Invalid({f"candidates.{candidate.number - 1}.about": wrong})


@transaction.atomic
def withdraw_candidate(*, election_id: UUID, number: int, expected: int | None = None) -> Election:
    """Somebody no longer stands; the line stays on record. Raises Conflict while a round is under way, Invalid for who
    does not stand."""
    election = locked(Election, election_id, expected=expected)
    _ensure_no_round(election)
    candidate = standing(election).filter(number=number).first()
    if candidate is None or election.state in {ElectionState.DECIDED, ElectionState.ABANDONED}:
        raise Invalid({"number": say(vi="Không phải người đang ứng cử.", en="Nobody who stands.")})
    candidate.withdrawn_at = now()
    candidate.save()
    election.save()
    return election


def standing(election: Election) -> Any:
    """The candidates who may still be elected, in the order of the paper."""
    return election.candidates.filter(withdrawn_at=None, elected_in=None).order_by("number")


def places_left(election: Election) -> int:
    return election.places - election.candidates.filter(elected_in__isnull=False).count()


def among(poll: Poll) -> list[str] | None:
    """The ids of whom a further round is among; None where it is among all who stand."""
    if poll.follows is None:
        return None
    found: list[str] = ((poll.follows.verdict or {}).get("runoff") or {}).get("candidates", [])
    return found


def method_of(election: Election, asked: Mapping[str, Any], among: Sequence[str] | None = None) -> dict[str, Any]:
    """The method of a round as it stands now: the candidates (those `among` these ids) and the places left, with what
    was `asked` of the ballot; what was not asked is as usual: up to as many names as there are places. Raises Invalid
    naming each wrong member."""
    left = places_left(election)
    candidates = [
        {"id": str(each.number), "name": each.name, "about": each.about}
        for each in standing(election)
        if among is None or str(each.number) in among
    ]
    method: dict[str, Any] = {"kind": asked.get("kind", "approval"), "candidates": candidates, "places": left}
    if method["kind"] == "ranked":
        method["counting"] = asked.get("counting", "scottish_stv")
    else:
        most = asked.get("max")
        method |= {"min": asked.get("min", 0), "max": min(left, len(candidates)) if most is None else most}
    try:
        methods.of(method)
    except methods.InvalidMethod as error:
        raise Invalid({f"ballot.{path}": localized(reason) for path, reason in error.errors.items()}) from None
    return method


def put_to_election(election: Election, poll: Poll) -> str:
    """Freezes the paper of the round that opens: who stands, and for how many places. Returns the hash of what is voted
    on. Raises Conflict when nothing is left to elect or nobody to elect, and for a draft of a round that was held."""
    if election.state not in {ElectionState.DRAFT, ElectionState.OPEN}:
        raise Conflict(say(vi="Cuộc bầu cử đã kết thúc.", en="The election is over."))
    if election.polls.filter(round__gte=poll.round).exclude(state__in=[PollState.DRAFT, PollState.ANNULLED]).exists():
        raise Conflict(
            say(vi="Lần bầu {n} đã được tổ chức.", en="Round {n} was held already.", n=poll.round), reason="held"
        )
    asked = dict(poll.method)
    if "max" in asked:
        asked["max"] = min(asked["max"], max(standing(election).count(), 1))
    try:
        poll.method = method_of(election, asked, among(poll))
    except Invalid as error:
        raise Conflict(
            say(vi="Không còn ai hoặc không còn chỗ để bầu.", en="Nobody or no place is left to elect."),
            reason="candidates",
        ) from error
    if election.state == ElectionState.DRAFT:
        ELECTION_MOVES.move(election, "open")
        election.save()
    return merkle.digest([election.title, election.office, poll.method["candidates"], poll.method["places"]])


def conclude_round(election: Election, poll: Poll) -> None:
    """Writes down whom a round of a locked election elected when it is declared."""
    chosen = (poll.verdict or {}).get("elected", [])
    for candidate in election.candidates.filter(number__in=[int(each) for each in chosen]):
        candidate.elected_in = poll
        candidate.save()
    if election.state == ElectionState.OPEN and places_left(election) == 0:
        _decide(election)


def _decide(election: Election) -> None:
    ELECTION_MOVES.move(election, "decide")
    election.save()
    elected = election.places - places_left(election)
    emit(ElectionDecided(election_id=election.pk, conference_id=election.conference_id, elected=elected))


@transaction.atomic
def run_off(*, election_id: UUID, expected: int | None = None) -> Poll:
    """Drafts the next round for the places that are left, among those the last verdict names, as that round was held.
    Raises Conflict when no round left places, or the next one is drafted already."""
    election = locked(Election, election_id, expected=expected)
    _ensure_no_round(election)
    last = election.polls.filter(state=PollState.DECLARED).order_by("-round").first()
    runoff = (last.verdict or {}).get("runoff") if last else None
    if last is None or not runoff or election.state != ElectionState.OPEN:
        raise Conflict(say(vi="Không còn chỗ để bầu tiếp.", en="No place is left for another round."))
    if election.polls.filter(follows=last).exclude(state=PollState.ANNULLED).exists():
        raise Conflict(say(vi="Lần bầu tiếp theo đã được chuẩn bị.", en="The next round is drafted already."))
    asked = {name: last.method[name] for name in ("kind", "min", "counting") if name in last.method}
    method_of(election, asked, runoff["candidates"])
    question = {
        "vi": f"Bầu lần {last.round + 1}: {election.title['vi']}",
        **({"en": f"Round {last.round + 1}: {election.title['en']}"} if election.title.get("en") else {}),
    }
    return Poll.objects.create(
        election=election,
        conference_id=election.conference_id,
        round=last.round + 1,
        follows=last,
        question=question,
        method=asked,
        **{name: getattr(last, name) for name in HELD_ALIKE},
    )


@transaction.atomic
def close_election(*, election_id: UUID, why: Text, expected: int | None = None) -> Election:
    """Ends it with the places that are filled, though some are left. Raises Conflict while a round is under way or when
    nobody was elected."""
    election = locked(Election, election_id, expected=expected)
    _ensure_no_round(election)
    if places_left(election) == election.places:
        raise Conflict(say(vi="Chưa ai trúng cử.", en="Nobody has been elected."))
    election.ended_why = why
    _decide(election)
    return election


@transaction.atomic
def abandon_election(*, election_id: UUID, why: Text, expected: int | None = None) -> Election:
    """Gives it up before anybody was elected. Raises Conflict while a round is under way or once somebody was."""
    election = locked(Election, election_id, expected=expected)
    _ensure_no_round(election)
    if places_left(election) < election.places:
        raise Conflict(say(vi="Đã có người trúng cử.", en="Somebody has been elected."))
    ELECTION_MOVES.move(election, "abandon")
    election.ended_why = why
    election.save()
    emit(ElectionAbandoned(election_id=election.pk, conference_id=election.conference_id))
    return election


def _ensure_no_round(election: Election) -> None:
    if election.polls.filter(state__in=UNDER_WAY).exists():
        raise Conflict(say(vi="Đang có lần bầu diễn ra.", en="A round is under way."))
