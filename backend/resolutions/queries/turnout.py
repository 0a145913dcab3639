"""Reading how many votes of a roll were there, and how many took part."""

import datetime as dt
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from backend.registration.models import Presence
from backend.registration.queries import LATEST_FIRST, present_at
from backend.registration.states import Direction
from backend.resolutions.models import (
    Entitlement,
    IssuedPaper,
    NamedBallot,
    Poll,
)
from backend.resolutions.queries.urns import urn_of


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


def voted_and_not_there(poll: Poll) -> dict[str, int]:
    """Of the votes that were cast, or handed out as a paper, whose holders were not in the room when the poll was sealed:
    how many holders had been there when they voted (`left_after_voting`), and how many had not (`voted_outside`): they
    never came, were represented, or had gone out before. `poll.sealed_at` must be set.

    The log of the door decides. An envelope has no time: whoever was there at any moment of a secret vote had been there.
    """
    assert poll.sealed_at is not None
    inside = present_at(poll.conference_id, poll.sealed_at).values("pk")
    gone = Entitlement.objects.filter(_voted(poll), poll_id=poll.pk).exclude(holder_id__in=inside)
    of_it = {"poll_id": poll.pk, "number": OuterRef("number")}
    voted_at = Coalesce(
        Subquery(IssuedPaper.objects.filter(**of_it).values("issued_at")),
        Subquery(NamedBallot.objects.filter(**of_it).values("cast_at")),
    )
    log = Presence.objects.filter(conference_id=poll.conference_id, registration=OuterRef("holder"))
    last = log.filter(at__lte=OuterRef("voted_at")).order_by(*LATEST_FIRST)
    came = log.filter(direction=Direction.IN, at__gt=poll.opened_at, at__lte=poll.sealed_at)
    there = Case(
        When(voted_at=None, then=Q(present_at_open=True) | Exists(came)),
        default=Q(last=Direction.IN),
        output_field=BooleanField(),
    )
    gone = gone.annotate(voted_at=voted_at, last=Subquery(last.values("direction")[:1])).annotate(there=there)
    had_been = list(gone.values_list("there", flat=True))  # None where the log says nothing of them
    return {"left_after_voting": had_been.count(True), "voted_outside": len(had_been) - had_been.count(True)}


def _voted(poll: Poll) -> Q:
    """Of the roll's entitlements: those used."""
    on_device = urn_of(poll.secrecy).objects.filter(poll_id=poll.pk)
    on_paper = IssuedPaper.objects.filter(poll_id=poll.pk)
    return Q(number__in=on_device.values("number")) | Q(number__in=on_paper.values("number"))


def present_registrations(conference_id: UUID, moment: dt.datetime) -> set[UUID]:
    return set(present_at(conference_id, moment).values_list("pk", flat=True))
