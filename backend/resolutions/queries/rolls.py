"""Reading rolls: who was called to a vote, whose each of its votes is, and who cast them."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from backend.people.queries import descendants
from backend.registration.models import Registration
from backend.registration.queries import called
from backend.resolutions import weights
from backend.resolutions.models import (
    Entitlement,
    NamedBallot,
    Poll,
    TakenBack,
)
from backend.resolutions.queries.urns import cast_numbers


def summoned(poll: Poll) -> int:
    """How many votes were called to the vote: of whoever of the voting categories and units was called to the conference,
    and of whoever stands on the roll."""
    units = set(descendants(poll.voting_units)) if poll.voting_units else None
    scales = weights.scales(poll.weights)
    votes = {
        person: weights.held(scales, category=category, organisation=organisation)
        for person, (category, organisation) in called(poll.conference_id, poll.voting_categories, units).items()
    }
    rolled = Entitlement.objects.filter(poll_id=poll.pk).values("holder__person_id").annotate(votes=Count("number"))
    return sum({**votes, **{row["holder__person_id"]: row["votes"] for row in rolled}}.values())


def _of_units(poll: Poll) -> Q:
    return Q(organisation__in=descendants(poll.voting_units)) if poll.voting_units else Q()


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


def frozen_roll(poll_id: UUID) -> list[list[Any]]:
    """The roll as `roll_hash` hashes it: number, holder's registration, caster's person."""
    rows = (
        Entitlement.objects.filter(poll_id=poll_id).order_by("number").values_list("number", "holder_id", "caster_id")
    )
    return [[number, str(holder), str(caster)] for number, holder, caster in rows]


def roll(poll: Poll) -> list[dict[str, Any]]:
    """The named roll in order, each with whether a ballot was cast, and with the choice in an open vote that was counted."""
    named = NamedBallot.objects.filter(poll_id=poll.pk) if poll.was_counted else NamedBallot.objects.none()
    choices = dict(named.values_list("number", "choice"))
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
