"""The roll: who holds which votes in a poll, and who casts them; frozen when the poll opens."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from backend.core.errors import Conflict, Invalid
from backend.core.text import say
from backend.people.models import Organisation
from backend.registration.models import Registration
from backend.resolutions import queries, weights
from backend.resolutions.models import Entitlement, Poll
from backend.resolutions.services import proxies
from backend.resolutions.states import Secrecy

#: So many rows go to PostgreSQL at once.
BATCH = 5_000
#: A refusal names so many people.
NAMED = 10
#: Somebody, and how many votes they hold.
Votes = tuple[Registration, int]


def weights_from(
    said: Sequence[dict[str, Any]], *, conference_id: UUID, secrecy: str, splitting: bool
) -> list[dict[str, Any]]:
    """Weights as they are kept. Raises Invalid for one named twice, for somebody of another conference, and in a secret
    poll that does not let votes be split: whether sealed votes of one holder are alike nobody can see."""
    if said and secrecy == Secrecy.SECRET and not splitting:
        wrong = say(
            vi="Bỏ phiếu kín thì không ai biết các phiếu của một người có giống nhau không: phải cho phép chia phiếu.",
            en="In a secret poll nobody can see whether somebody's votes are alike: they must be allowed to split them.",
        )
        raise Invalid({"splitting": wrong})
    scopes = [weights.scope_of(each) for each in said]
    if len(set(scopes)) < len(scopes):
        raise Invalid({"weights": say(vi="Mỗi đối tượng chỉ nêu một lần.", en="Each is named once.")})
    seats, units = ({value for name, value in scopes if name == scope} for scope in ("registration", "organisation"))
    here = Registration.objects.filter(pk__in=seats, conference=conference_id).count()
    if here < len(seats) or Organisation.objects.filter(pk__in=units).count() < len(units):
        wrong = say(
            vi="Có người hoặc đơn vị không thuộc hội nghị này.", en="Somebody or a unit is not of this conference."
        )
        raise Invalid({"weights": wrong})
    return weights.in_order(said)


def freeze(poll: Poll, moment: dt.datetime) -> list[Entitlement]:
    """Writes the roll of a locked poll that opens: everybody with a seat who votes, in the order of names, with as many
    rows as they hold votes, each with who casts it. Raises Conflict when it is empty or too long, when the weights of a
    secret poll would tell how somebody voted, or when a proxy stands for too many."""
    voters = _voters(poll)
    if not voters:
        raise Conflict(say(vi="Không có ai được quyền biểu quyết.", en="Nobody is entitled to vote."))
    if sum(votes for _, votes in voters) > weights.MOST_IN_ALL:
        n = weights.MOST_IN_ALL
        raise Conflict(say(vi="Danh sách có quá {n} phiếu.", en="The roll has more than {n} votes.", n=n))
    if poll.secrecy == Secrecy.SECRET:
        _ensure_unmasks_nobody(voters)
    inside, casters = queries.present_registrations(poll.conference_id, moment), proxies.casters(poll)
    rows = [
        Entitlement(
            poll=poll,
            number=number,
            unit=unit,
            holder=voter,
            caster_id=casters.get(voter.pk, voter.person_id),
            present_at_open=voter.pk in inside,
        )
        for number, (voter, unit) in enumerate(_units(voters), start=1)
    ]
    return Entitlement.objects.bulk_create(rows, batch_size=BATCH)


def _voters(poll: Poll) -> list[Votes]:
    scales = weights.scales(poll.weights)
    return [
        (
            voter,
            weights.held(scales, category=voter.category, organisation=voter.organisation_id, registration=voter.pk),
        )
        for voter in queries.voters(poll)
    ]


def _units(voters: Iterable[Votes]) -> Iterator[tuple[Registration, int]]:
    for voter, votes in voters:
        yield from ((voter, unit) for unit in range(1, votes + 1))


def _ensure_unmasks_nobody(voters: list[Votes]) -> None:
    rare = weights.rare(votes for _, votes in voters)
    protected = [(voter, votes) for voter, votes in voters if votes in rare]
    if not protected:
        return
    names = [f"{voter.person.full_name} ({votes})" for voter, votes in protected[:NAMED]]
    raise Conflict(
        say(
            vi="Bỏ phiếu kín như vậy có thể làm lộ lựa chọn của {n} người: {names}. Mỗi mức số phiếu cần ít nhất {least} người.",
            en="A secret poll like this could reveal how {n} people voted: {names}. At least {least} must hold each number of votes.",
            n=len(protected),
            names=", ".join([*names, *(["…"] if len(protected) > NAMED else [])]),
            least=weights.ALIKE,
        ),
        reason="unmasks",
    )
