"""Reading resolutions, polls, and the people they concern."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from backend.conferences.models import Conference, Duty
from backend.conferences.queries import READERS, apart_from, hidden_items, takes_part, without
from backend.conferences.queries import visible_to as visible_conferences
from backend.conferences.states import Category, DutyKind
from backend.invitations.models import Invitation
from backend.invitations.queries import conferences_of
from backend.invitations.states import InvitationState
from backend.people.models import Account
from backend.people.queries import descendants
from backend.registration.models import Presence, Registration
from backend.registration.queries import present_at
from backend.registration.states import Direction
from backend.resolutions import weights
from backend.resolutions.models import (
    Amendment,
    Backing,
    Comment,
    Election,
    Entitlement,
    Envelope,
    IssuedPaper,
    NamedBallot,
    OpenedBallot,
    Poll,
    Procedure,
    Resolution,
    TakenBack,
    Teller,
)
from backend.resolutions.states import (
    CARRIED,
    AmendmentState,
    BackingRole,
    ElectionState,
    PollState,
    ResolutionState,
    Secrecy,
    SupportBy,
)
from backend.resolutions.wording.amending import Conflict, conflicts, order

NOT_SUMMONED = (InvitationState.DRAFT, InvitationState.WITHDRAWN)


def prepared_by(account: Account) -> Q:
    """Of rows of a conference, those of conferences whose texts and polls the account may read before they are put
    forward: readers of an organiser, chairs and secretaries."""
    read = Q(conference__in=conferences_of(account, *READERS))
    if account.person_id is None:
        return read
    on_duty = Duty.objects.filter(person_id=account.person_id, kind__in=[DutyKind.CHAIR, DutyKind.SECRETARY])
    return read | Q(conference__in=on_duty.values("conference"))


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


def unmerged(resolution: Resolution) -> QuerySet[Amendment]:
    """What was carried and is not part of the text yet."""
    return resolution.amendments.filter(state__in=CARRIED, merged_in=None)


@dataclass(frozen=True, kw_only=True)
class Support:
    """How many stand behind something, counted in people or organisations, and how many must."""

    by: str
    needed: int
    given: int

    @property
    def missing(self) -> int:
        return max(self.needed - self.given, 0)


def support_of(row: Resolution | Amendment) -> Support:
    """Sponsors and supporters alike count; whoever took it back does not."""
    procedure = Procedure.objects.filter(conference=row.conference_id).first() or Procedure()
    if isinstance(row, Resolution):
        live = Backing.objects.filter(resolution=row, taken_back_at=None)
        needed = procedure.resolution_support if row.support_needed is None else row.support_needed
    else:
        live, needed = Backing.objects.filter(amendment=row, taken_back_at=None), procedure.amendment_support
    counted = "organisation" if procedure.support_by == SupportBy.ORGANISATIONS else "person"
    given = live.exclude(**{counted: None}).values(counted).distinct().count()
    return Support(by=procedure.support_by, needed=needed, given=given)


def backings(row: Resolution | Amendment) -> QuerySet[Backing]:
    """Who stands behind it, sponsors first, with those who took it back."""
    of = {"resolution": row} if isinstance(row, Resolution) else {"amendment": row}
    rows = Backing.objects.filter(**of).select_related("person", "organisation")
    return rows.order_by("role", "given_at")


def amending(resolution: Resolution) -> tuple[list[Amendment], list[Conflict]]:
    """The pending amendments in the order they are voted on (the chair's, where there is one, before the norm's), and
    which of those pending or carried conflict."""
    live = resolution.amendments.filter(Q(state=AmendmentState.SUBMITTED) | Q(state__in=CARRIED, merged_in=None))
    rows = {row.number: row for row in live}
    wording = resolution.wording
    pending = [row.change for row in rows.values() if row.state == AmendmentState.SUBMITTED]
    by_norm = [rows[change.number] for change in order(wording, pending)]
    chairs_order: list[str] = resolution.voting_order.get("amendments", [])
    first = {each: place for place, each in enumerate(chairs_order)}
    in_order = sorted(by_norm, key=lambda row: first.get(str(row.pk), len(first)))
    return in_order, conflicts(wording, [row.change for row in rows.values()])


#: Guests are heard; they put nothing before the conference.
PARTAKING = (Category.DELEGATE, Category.STAFF)


def has_a_say(person_id: UUID, conference_id: UUID) -> bool:
    """Whether somebody may move and support: as a delegate or staff, with a seat."""
    return having_a_say(conference_id).filter(person_id=person_id).exists()


def having_a_say(conference_id: UUID) -> QuerySet[Registration]:
    return Registration.objects.filter(conference_id=conference_id, state="confirmed", category__in=PARTAKING)


def sponsors(person_id: UUID, resolution_id: UUID) -> bool:
    live = Backing.objects.filter(resolution=resolution_id, person=person_id, taken_back_at=None)
    return live.filter(role=BackingRole.SPONSOR).exists()


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


def summoned(poll: Poll) -> int:
    """How many votes were called to the vote: of invited people of the voting categories, and of whoever stands on the
    roll."""
    invited = Invitation.objects.filter(
        _of_units(poll),
        conference_id=poll.conference_id,
        category__in=poll.voting_categories,
        person__isnull=False,
    ).exclude(state__in=NOT_SUMMONED)
    scales = weights.scales(poll.weights)
    votes = {
        person: weights.held(scales, category=category, organisation=organisation)
        for person, category, organisation in invited.values_list("person_id", "category", "organisation_id")
    }
    rolled = Entitlement.objects.filter(poll_id=poll.pk).values("holder__person_id").annotate(votes=Count("number"))
    return sum({**votes, **{row["holder__person_id"]: row["votes"] for row in rolled}}.values())


def _of_units(poll: Poll) -> Q:
    return Q(organisation__in=descendants(poll.voting_units)) if poll.voting_units else Q()


def present_entitled(poll: Poll, moment: dt.datetime) -> int:
    """How many votes of the roll were in the room at `moment`."""
    inside = present_at(poll.conference_id, moment).values("pk")
    return Entitlement.objects.filter(poll_id=poll.pk, holder_id__in=inside).count()


def attending(poll: Poll) -> int:
    """How many votes of the roll took part: were in the room when it opened, came in until it was sealed, or were cast or
    handed out as a paper. `poll.sealed_at` must be set."""
    came = Presence.objects.filter(
        conference_id=poll.conference_id, direction=Direction.IN, at__gt=poll.opened_at, at__lte=poll.sealed_at
    )
    took_part = Q(present_at_open=True) | Q(holder__in=came.values("registration")) | _voted(poll)
    return Entitlement.objects.filter(took_part, poll_id=poll.pk).count()


def left_after_voting(poll: Poll) -> int:
    """How many votes of the roll were cast, or handed out as a paper, whose holders were not in the room when the poll was
    sealed. `poll.sealed_at` must be set."""
    assert poll.sealed_at is not None
    inside = present_at(poll.conference_id, poll.sealed_at).values("pk")
    return Entitlement.objects.filter(_voted(poll), poll_id=poll.pk).exclude(holder_id__in=inside).count()


def _voted(poll: Poll) -> Q:
    """Of the roll's entitlements: those used."""
    on_device = urn_of(poll.secrecy).objects.filter(poll_id=poll.pk)
    on_paper = IssuedPaper.objects.filter(poll_id=poll.pk)
    return Q(number__in=on_device.values("number")) | Q(number__in=on_paper.values("number"))


def present_registrations(conference_id: UUID, moment: dt.datetime) -> set[UUID]:
    return set(present_at(conference_id, moment).values_list("pk", flat=True))


def entitlements_of(poll_id: UUID, person_id: UUID) -> QuerySet[Entitlement]:
    """The ballots a person may cast in a poll: their own, and those of whom they stand for."""
    back = TakenBack.objects.filter(poll_id=poll_id)
    handed = Q(caster_id=person_id) & ~Q(holder__in=back.values("holder"))
    own_again = Q(holder__in=back.filter(person_id=person_id).values("holder"))
    return Entitlement.objects.filter(handed | own_again, poll_id=poll_id).order_by("number")


def taken_back(poll_id: UUID) -> list[int]:
    """The numbers of the roll whose holders cast them in person after all; no names."""
    rows = Entitlement.objects.filter(
        poll_id=poll_id, holder__in=TakenBack.objects.filter(poll_id=poll_id).values("holder")
    )
    return sorted(rows.values_list("number", flat=True))


def urn_of(secrecy: str) -> type[NamedBallot] | type[Envelope]:
    return Envelope if secrecy == Secrecy.SECRET else NamedBallot


def cast_numbers(poll: Poll, numbers: list[int] | None = None) -> set[int]:
    """Which entitlements (of `numbers`, or of all) have a ballot in the urn."""
    cast = urn_of(poll.secrecy).objects.filter(poll_id=poll.pk)
    return set((cast if numbers is None else cast.filter(number__in=numbers)).values_list("number", flat=True))


def leaves(poll_id: UUID) -> list[str]:
    """Of every ballot in the urn, sorted by value, so that a leaf's place says nothing about its time."""
    named = NamedBallot.objects.filter(poll_id=poll_id).values_list("leaf", flat=True)
    return sorted([*named, *Envelope.objects.filter(poll_id=poll_id).values_list("leaf", flat=True)])


def frozen_roll(poll_id: UUID) -> list[list[Any]]:
    """The roll as `roll_hash` hashes it: number, holder's registration, caster's person."""
    rows = (
        Entitlement.objects.filter(poll_id=poll_id).order_by("number").values_list("number", "holder_id", "caster_id")
    )
    return [[number, str(holder), str(caster)] for number, holder, caster in rows]


def facts_of(poll: Poll) -> dict[str, Any]:
    """Which poll an event tells of, and what it was on."""
    return {
        "poll_id": poll.pk,
        "resolution_id": poll.resolution_id,
        "election_id": poll.election_id,
        "conference_id": poll.conference_id,
    }


def contents(poll: Poll) -> list[Any]:
    """What stood on the ballots of a poll whose urn is open."""
    rows = OpenedBallot.objects if poll.secrecy == Secrecy.SECRET else NamedBallot.objects
    return list(rows.filter(poll_id=poll.pk).values_list("choice", flat=True))


def visible_elections(account: Account) -> QuerySet[Election]:
    """Elections of the conferences and agenda items the account may know of, and those it was called to vote in; drafts
    are for those who prepare them."""
    rows = Election.objects.select_related("conference").prefetch_related("candidates")
    rows = rows.filter(conference__in=visible_conferences(account))
    called = Q(pk__in=_called_to_vote(account).values("poll__election"))
    rows = rows.filter(apart_from(hidden_items(account), Election) | called)
    return rows.filter(~Q(state=ElectionState.DRAFT) | prepared_by(account))


def urn_statement(poll: Poll) -> dict[str, Any]:
    """What is signed when a poll is sealed."""
    assert poll.tally is not None  # a sealed poll has one: a constraint of the table
    return {
        "poll": str(poll.pk),
        "urn_root": poll.urn_root,
        "returned": poll.tally["returned"],
        "roll_hash": poll.roll_hash,
        "config_hash": poll.config_hash,
        "taken_back": taken_back(poll.pk),
    }


def count_statement(poll: Poll) -> dict[str, Any]:
    """What is signed when a poll is counted."""
    return {
        "poll": str(poll.pk),
        "urn_root": poll.urn_root,
        "opened_root": poll.opened_root,
        "sheets_hash": poll.sheets_hash,
        "tally": poll.tally,
    }


def is_teller(poll_id: UUID, person_id: UUID | None) -> bool:
    return person_id is not None and Teller.objects.filter(poll_id=poll_id, person_id=person_id).exists()


def roll(poll: Poll) -> list[dict[str, Any]]:
    """The named roll in order, each with whether a ballot was cast, and with the choice in an open vote."""
    choices = dict(NamedBallot.objects.filter(poll_id=poll.pk).values_list("number", "choice"))
    cast = cast_numbers(poll)
    rows = Entitlement.objects.filter(poll_id=poll.pk).select_related("holder__person", "caster").order_by("number")
    back = set(TakenBack.objects.filter(poll_id=poll.pk).values_list("holder_id", flat=True))
    return [
        {
            "number": row.number,
            "unit": row.unit,
            "name": row.holder.person.full_name,
            "person_id": row.holder.person_id,
            "proxy": row.caster.full_name if row.caster_id != row.holder.person_id else None,
            "proxy_id": row.caster_id if row.caster_id != row.holder.person_id else None,
            "taken_back": row.holder_id in back,
            "present_at_open": row.present_at_open,
            "cast": row.number in cast,
            "choice": choices.get(row.number),
        }
        for row in rows
    ]


def polling_list(poll: Poll) -> list[dict[str, Any]]:
    """The roll at the table where papers are handed out: who has voted on a device, and who was handed a paper, when."""
    cast, handed = cast_numbers(poll), dict(poll.papers.values_list("number", "issued_at"))
    rows = Entitlement.objects.filter(poll_id=poll.pk).select_related("holder__person").order_by("number")
    return [
        {
            "number": row.number,
            "name": row.holder.person.full_name,
            "person_id": row.holder.person_id,
            "cast": row.number in cast,
            "issued_at": handed.get(row.number),
        }
        for row in rows
    ]


def voters(poll: Poll) -> QuerySet[Registration]:
    """Who will stand on the roll: confirmed registrations of the voting categories and units, in the order of names."""
    return (
        Registration.objects.filter(
            _of_units(poll),
            conference_id=poll.conference_id,
            state="confirmed",
            category__in=poll.voting_categories,
        )
        .select_related("person")
        .order_by("person__sort_key", "id")
    )
