"""Who may see what of resolutions, elections and polls."""

from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from backend.conferences.models import Conference
from backend.conferences.queries import READERS, apart_from, hidden_items, leads, takes_part, without
from backend.conferences.queries import visible_to as visible_conferences
from backend.conferences.states import Category
from backend.invitations.queries import conferences_of
from backend.people.models import Account
from backend.registration.models import Registration
from backend.resolutions.models import (
    Amendment,
    Comment,
    Election,
    Entitlement,
    Envelope,
    NamedBallot,
    Poll,
    Procedure,
    Resolution,
    TakenBack,
    Teller,
)
from backend.resolutions.states import (
    AmendmentState,
    ElectionState,
    PollState,
    ResolutionState,
)


def prepared_by(account: Account) -> Q:
    """Of rows of a conference, those of conferences whose texts and polls the account may read before they are put
    forward: readers of an organiser, chairs and secretaries of the whole."""
    return Q(conference__in=conferences_of(account, *READERS)) | Q(conference__in=leads(account).values("conference"))


def _called_to_vote(account: Account) -> QuerySet[Entitlement]:
    """The account's places on rolls: whoever is to vote reads what the vote is on, however closed its agenda item is."""
    return Entitlement.objects.filter(caster_id=account.person_id) if account.person_id else Entitlement.objects.none()


def _voting_again(account: Account) -> QuerySet[TakenBack]:
    """What the account took back from proxies."""
    return TakenBack.objects.filter(person_id=account.person_id) if account.person_id else TakenBack.objects.none()


def _called_to_count(account: Account) -> QuerySet[Teller]:
    """The account's seats on counting committees."""
    return Teller.objects.filter(person_id=account.person_id) if account.person_id else Teller.objects.none()


def visible_resolutions(account: Account) -> QuerySet[Resolution]:
    """Resolutions of the conferences and agenda items the account may know of, and those it was called to vote on;
    drafts are for those who prepare them."""
    rows = Resolution.objects.select_related("conference", "chaired_by", "promulgation")
    rows = rows.filter(conference__in=visible_conferences(account))
    called = Q(pk__in=_called_to_vote(account).values("poll__resolution"))
    called |= Q(pk__in=_voting_again(account).values("poll__resolution"))
    rows = rows.filter(apart_from(hidden_items(account), Resolution) | called)
    shown = Q(shared_at__isnull=False) & _partaken_in(account)
    return rows.filter(~Q(state=ResolutionState.DRAFT) | prepared_by(account) | shown)


def _partaken_in(account: Account) -> Q:
    return Q(conference__in=Conference.objects.filter(takes_part(account)))


def visible_amendments(account: Account) -> QuerySet[Amendment]:
    """Amendments to the resolutions the account sees; those not put forward yet are for those who take part, who may
    support them, and those who prepare the texts."""
    rows = Amendment.objects.select_related("conference", "resolution__promulgation", "mover", "fell_to")
    rows = rows.filter(resolution__in=visible_resolutions(account).order_by())
    return rows.filter(~Q(state=AmendmentState.DRAFT) | prepared_by(account) | _partaken_in(account))


#: Guests are heard; they put nothing before the conference.
PARTAKING = (Category.DELEGATE, Category.STAFF)


def has_a_say(person_id: UUID, conference_id: UUID) -> bool:
    """Whether somebody may move and support: as a delegate or staff, with a seat."""
    return having_a_say(conference_id).filter(person_id=person_id).exists()


def having_a_say(conference_id: UUID) -> QuerySet[Registration]:
    return Registration.objects.filter(conference_id=conference_id, state="confirmed", category__in=PARTAKING)


def partakes(account: Account, conference_id: UUID) -> bool:
    return Conference.objects.filter(takes_part(account), pk=conference_id).exists()


def visible_procedures(account: Account) -> QuerySet[Procedure]:
    return Procedure.objects.filter(conference__in=visible_conferences(account)).select_related("conference")


def visible_comments(account: Account) -> QuerySet[Comment]:
    """Comments on the resolutions the account sees, for those who take part and those who prepare the texts."""
    rows = Comment.objects.select_related("conference", "resolution", "person")
    rows = rows.filter(resolution__in=visible_resolutions(account).order_by())
    return rows.filter(prepared_by(account) | _partaken_in(account))


def visible_polls(account: Account) -> QuerySet[Poll]:
    """Polls of the conferences and agenda items the account may know of, and those it was called to vote in or to count,
    with the turnout; drafts are for those who prepare or count them."""
    cast = Coalesce(_cast_in(NamedBallot), _cast_in(Envelope), 0)
    polls = Poll.objects.select_related("conference", "resolution", "election").annotate(turnout=cast)
    visible = polls.filter(conference__in=visible_conferences(account))
    counted = Q(pk__in=_called_to_count(account).values("poll"))
    called = (
        Q(pk__in=_called_to_vote(account).values("poll")) | Q(pk__in=_voting_again(account).values("poll")) | counted
    )
    hidden = hidden_items(account)
    on_open_items = Q(election=None) | Q(election__in=without(Election.objects.order_by(), hidden))
    visible = visible.filter(apart_from(hidden, Poll) & on_open_items | called)
    return visible.filter(~Q(state=PollState.DRAFT) | prepared_by(account) | counted)


def _cast_in(urn: type[NamedBallot] | type[Envelope]) -> Subquery:
    """How many ballots the poll has there, null for none."""
    of_poll = urn.objects.filter(poll=OuterRef("pk")).order_by().values("poll")
    return Subquery(of_poll.annotate(cast=Count("number")).values("cast"), output_field=IntegerField())


def visible_elections(account: Account) -> QuerySet[Election]:
    """Elections of the conferences and agenda items the account may know of, and those it was called to vote in; drafts
    are for those who prepare them."""
    rows = Election.objects.select_related("conference").prefetch_related("candidates")
    rows = rows.filter(conference__in=visible_conferences(account))
    called = Q(pk__in=_called_to_vote(account).values("poll__election"))
    rows = rows.filter(apart_from(hidden_items(account), Election) | called)
    return rows.filter(~Q(state=ElectionState.DRAFT) | prepared_by(account))


def is_teller(poll_id: UUID, person_id: UUID | None) -> bool:
    return person_id is not None and Teller.objects.filter(poll_id=poll_id, person_id=person_id).exists()
