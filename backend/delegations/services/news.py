"""Focal points who were asked for names and may still give them: they hear when the conference is off, takes place after
all, or is at another time or place. Nobody hears twice: not for two delegations of one unit, nor who is invited themselves; but who is
still to name people hears of a move as a focal point in any case, with link and deadline. An office's mailbox is read by
several people: each gets their own letter."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from backend.conferences.models import Conference, TimeAndPlace
from backend.conferences.queries.told import (
    last_expected,
    reason_told,
    same_hours,
    same_place,
    same_time,
    told,
    told_to_everybody,
)
from backend.conferences.states import EXPECTED, ConferenceState
from backend.core.clock import now
from backend.core.text import localized
from backend.delegations import links, queries
from backend.delegations.models import Delegation
from backend.delegations.services.letters import delegation_facts
from backend.delegations.states import OPEN, DelegationState
from backend.invitations import wording
from backend.invitations.letters import of_conference, post
from backend.invitations.models import Invitation
from backend.invitations.queries import LIVE
from backend.invitations.services import calling_off, composing
from backend.people.identity import name_key

SUBJECTS = {
    "moved": {"vi": "Thay đổi: {title}", "en": "Changed: {title}"},
    **{kind: composing.SUBJECTS[kind] for kind in ("cancelled", "postponed", "resumed", "as_planned")},
}


@transaction.atomic
def tell_of_calling_off(*, conference_id: UUID, sequence: int) -> int:
    """Tells the focal points that nobody need be named, for now or at all; returns how many. Nothing where everybody
    knows, nor once it was announced again or called off otherwise."""
    conference = calling_off.called_off(conference_id, sequence)
    if conference is None or calling_off.known_to_be_off(conference):
        return 0
    postponed = conference.state == ConferenceState.POSTPONED
    known, reason = calling_off.known_time(conference), reason_told(conference)
    was_cancelled = calling_off.told_as_cancelled(conference) is not None
    rows = [row for row, invited in _to_tell(conference_id) if not invited]
    for row in rows:
        language = row.focal_language
        said = {
            "when": wording.when(known, language),
            "reason": localized(reason, language),
            "was_cancelled": was_cancelled,
        }
        _post(row, "postponed" if postponed else "cancelled", sequence=sequence, **said)
    return len(rows)


@transaction.atomic
def tell_of_move(*, conference_id: UUID, from_sequence: int, to_sequence: int) -> int:
    """Tells the focal points the time and place by now, where they knew another; returns how many. Once for each
    sequence: of what moves again meanwhile they hear with it."""
    expected = Conference.objects.filter(pk=conference_id, state__in=EXPECTED)
    kept = told(conference_id)
    before = kept.get(from_sequence)
    if from_sequence == to_sequence or before is None or not expected.exists():
        return 0
    _, present = composing.as_told(conference_id)
    rows = [
        row
        for row, invited in _to_tell(conference_id)
        if _concerns(row, before, present) and (not invited or (row.state == DelegationState.ASKED and _in_time(row)))
    ]
    kind, expected_then = "moved", last_expected(told_to_everybody(kept), from_sequence) or before
    if before.called_off:
        kind = "as_planned" if same_hours(expected_then, present) else "resumed"
    for row in rows:
        language, link = row.focal_language, links.address(row.pk, row.link_round) if _in_time(row) else ""
        said: dict[str, Any] = {"known": before, "link": link}
        if not same_hours(expected_then, present):
            said["when_before"] = wording.when(expected_then, language)
        if not same_place(before, present, row.site_id):
            said["where_before"] = wording.where_told(before, row.site_id, language)
        _post(row, kind, sequence=present.sequence, **said)
    return len(rows)


def _concerns(row: Delegation, before: TimeAndPlace, present: TimeAndPlace) -> bool:
    return not (same_time(before, present) and same_place(before, present, row.site_id))


def _in_time(row: Delegation) -> bool:
    return queries.due(row) > now()


#: A human being among those who read one mailbox: by name and address.
Reader = tuple[str, str]


def _to_tell(conference_id: UUID) -> list[tuple[Delegation, bool]]:
    """One delegation of each focal point and unit, the first, and whether they hear as an invitee."""
    rows = Delegation.objects.filter(conference=conference_id, state__in=OPEN).exclude(focal_email="")
    found: dict[tuple[Reader, UUID], Delegation] = {}
    for row in queries.counted(queries.with_letter_facts(rows)).order_by("pk"):
        found.setdefault((_reader(row.focal_name, row.focal_email), row.organisation_id), row)
    invited = _invited(conference_id, {address for (_, address), _ in found})
    return [(row, reader in invited) for (reader, _), row in found.items()]


def _reader(name: str, email: str) -> Reader:
    return name_key(name), email.lower()


def _invited(conference_id: UUID, addresses: Collection[str]) -> set[Reader]:
    """Who at these addresses hears of the conference as an invitee."""
    rows = Invitation.objects.annotate(address=Lower("email")).filter(
        Q(state__in=LIVE) | ~Q(called_off_from=""),
        conference=conference_id,
        address__in=addresses,
        sent_at__isnull=False,
        person__isnull=False,
    )
    return {_reader(name, email) for name, email in rows.values_list("person__full_name", "address")}


def _post(row: Delegation, kind: str, *, sequence: int, **said: Any) -> None:
    language = row.focal_language
    facts = {**delegation_facts(row, language), "kind": kind, "submitted": row.submitted_at is not None, **said}
    post(
        of_conference(row.conference, "letters/delegation_news", language, subjects=SUBJECTS[kind], facts=facts),
        purpose=f"delegation_{kind}",
        subject_id=row.pk,
        sequence=sequence,
        recipient=(row.focal_name, row.focal_email),
        conference=row.conference,
    )
