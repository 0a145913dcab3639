"""Reading who may cast whose votes: what holders have said, and what that comes to when a poll opens."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Q, QuerySet

from backend.people.models import Account, Person
from backend.resolutions.models import Authorisation, Entitlement, Poll, Procedure
from backend.resolutions.queries.rolls import voters
from backend.resolutions.queries.sight import having_a_say, prepared_by
from backend.resolutions.states import PollState


def visible_authorisations(account: Account) -> QuerySet[Authorisation]:
    """Those the account gave or holds, and those of the conferences it prepares."""
    rows = Authorisation.objects.select_related("conference", "holder__person", "proxy", "paper")
    own = Q(holder__person=account.person_id) | Q(proxy=account.person_id) if account.person_id else Q(pk=None)
    return rows.filter(own | prepared_by(account))


def proxies_allowed(conference_id: UUID, poll: Poll | None) -> int:
    """How many anybody may stand for beside themselves, in the poll or at the conference."""
    if poll is not None and poll.proxies is not None:
        return poll.proxies
    procedure = Procedure.objects.filter(conference_id=conference_id).first() or Procedure()
    return procedure.proxies


def overlapping(conference_id: UUID, poll: Poll | None) -> QuerySet[Authorisation]:
    """What stands for that poll, or where it is None for any poll of the conference."""
    live = Authorisation.objects.filter(conference_id=conference_id, taken_back_at=None)
    return live if poll is None else live.filter(Q(poll=None) | Q(poll=poll))


def standing_for(poll: Poll) -> dict[UUID, UUID]:
    """Who would cast for whom if the poll opened now, by the holder's registration: by the authorisation for the poll
    before the one for the conference, and only proxies who have a seat and are no guests."""
    live = overlapping(poll.conference_id, poll).filter(
        holder__in=voters(poll).order_by(), proxy__in=having_a_say(poll.conference_id).values("person")
    )
    return dict(live.order_by(F("poll").asc(nulls_first=True)).values_list("holder_id", "proxy_id"))


def crowded(proxies: Iterable[UUID], *, most: int) -> list[str]:
    """The names of those who stand for more than `most`."""
    over = [person for person, count in Counter(proxies).items() if count > most]
    people = Person.objects.filter(pk__in=over).order_by("sort_key", "id")
    return list(people.values_list("full_name", flat=True))


def open_by(given: Authorisation) -> list[UUID]:
    """The open polls in which the proxy casts for the holder by this authorisation, in the order of their ids."""
    cast = Entitlement.objects.filter(
        holder=given.holder_id, caster=given.proxy_id, unit=1, poll__state=PollState.OPEN
    ).exclude(poll__taken_back__holder=given.holder_id)
    if given.poll_id is not None:
        cast = cast.filter(poll=given.poll_id)
    else:
        cast = cast.exclude(
            poll__in=Authorisation.objects.filter(holder=given.holder_id, taken_back_at=None).values("poll")
        )
    return list(cast.order_by("poll_id").values_list("poll_id", flat=True))
