"""Units are given places, asked for names, given more time; what they do not use goes back."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.conferences.models import Conference
from backend.core.clock import database_now
from backend.core.errors import Conflict, Invalid
from backend.core.text import Text, localized, say
from backend.delegations import queries, schedule
from backend.delegations.events import (
    DelegationAsked,
    DelegationBroughtForward,
    DelegationClosed,
    DelegationExtended,
    DelegationReminded,
)
from backend.delegations.models import Delegation
from backend.delegations.services.places import inviting_conference, locked_delegation
from backend.delegations.states import MOVES, DelegationState
from backend.invitations.models import Invitation
from backend.invitations.services import create_list
from backend.invitations.states import Category, Substitutes
from backend.outbox.services import emit
from backend.people.models import Organisation

_LIST_TITLE = {"vi": "Đại biểu do {unit} cử", "en": "Delegates named by {unit}"}


@transaction.atomic
def create_delegation(
    *,
    conference_id: UUID,
    organisation_id: UUID,
    quota: int,
    due_at: dt.datetime,
    focal_name: str,
    focal_email: str,
    focal_language: str = "vi",
    category: str = Category.DELEGATE,
    site_id: UUID | None = None,
    substitutes: str = Substitutes.APPROVED,
) -> Delegation:
    """Gives a unit places, with an invitation list of its own. Nobody hears of it until it is asked.

    Raises Invalid for a unit that does not exist, a deadline that has passed or lies after the conference, and
    Conflict for a second delegation of the unit in the same category and site, or a conference that invites nobody.
    """
    conference = Conference.objects.select_for_update(no_key=True).get(pk=conference_id)
    unit = Organisation.objects.filter(pk=organisation_id).first()
    if unit is None:
        raise Invalid({"organisation": say(vi="Không có đơn vị này.", en="There is no such organisation.")})
    ensure_in_time(conference, due_at)
    # The conference is locked: of two organisers who add the unit at once, the second one sees the first one's.
    there = Delegation.objects.filter(conference=conference, organisation=unit, site=site_id, category=category)
    if there.exists():
        raise Conflict(
            say(
                vi="Đơn vị này đã có chỉ tiêu cho địa điểm và thành phần này.",
                en="This unit already has places for this site and category.",
            )
        )
    title: Text = {code: text.format(unit=localized(unit.name, code)) for code, text in _LIST_TITLE.items()}
    made = create_list(
        conference_id=conference.pk,
        title=title,
        category=category,
        organisation_id=unit.pk,
        site_id=site_id,
        substitutes=substitutes,
    )
    return Delegation.objects.create(
        conference=conference,
        organisation=unit,
        site_id=site_id,
        category=category,
        list=made,
        quota=quota,
        due_at=due_at,
        focal_name=focal_name,
        focal_email=focal_email,
        focal_language=focal_language,
    )


def ensure_in_time(conference: Conference, due_at: dt.datetime) -> None:
    """Raises Invalid for a deadline that has passed, or lies after the conference begins."""
    if due_at <= database_now():
        raise Invalid({"due_at": say(vi="Thời hạn phải ở tương lai.", en="The deadline must be in the future.")})
    if conference.starts_at is not None and due_at > conference.starts_at:
        raise Invalid({"due_at": say(vi="Phải trước khi hội nghị khai mạc.", en="Must be before the conference.")})


@transaction.atomic
def change_delegation(*, delegation_id: UUID, changes: Mapping[str, Any], expected: int | None = None) -> Delegation:
    """Corrects quota or focal point. Another focal point who has been asked already gets a letter with a new link, and
    the older link is void.

    Raises Conflict for fewer places than are filled or gone back, Invalid for another deadline once the unit was asked:
    that is `extend` and `bring_forward`.
    """
    row = locked_delegation(delegation_id, expected=expected)
    if "due_at" in changes:
        if row.state != DelegationState.DRAFT:
            raise Invalid(
                {"due_at": say(vi="Hãy gia hạn, hoặc rút ngắn thời hạn.", en="Extend it or bring it forward instead.")}
            )
        ensure_in_time(row.conference, changes["due_at"])
    another = any(changes.get(name, getattr(row, name)) != getattr(row, name) for name in ("focal_name", "focal_email"))
    for name, value in changes.items():
        setattr(row, name, value)
    if row.quota < row.taken + row.returned:
        raise Conflict(
            say(vi="Đã dùng {n} chỉ tiêu.", en="{n} places are used already.", n=row.taken + row.returned),
            named=row.taken,
            returned=row.returned,
        )
    if another and row.asked_at is not None:
        row.link_round += 1
        emit(DelegationAsked(delegation_id=row.pk, conference_id=row.conference_id, link_round=row.link_round))
    row.save()
    return row


@transaction.atomic
def drop_delegation(*, delegation_id: UUID, expected: int | None = None) -> None:
    """Takes back places nobody was asked to fill, with their list. Raises Conflict once somebody was, or is on it."""
    row = locked_delegation(delegation_id, expected=expected)
    if row.state != DelegationState.DRAFT or Invitation.objects.filter(list=row.list_id).exists():
        raise Conflict(say(vi="Đã hỏi đơn vị; chỉ khoá được.", en="The unit was asked already; it can only be closed."))
    invitations = row.list
    row.delete()
    invitations.delete()


@transaction.atomic
def ask(*, delegation_id: UUID, expected: int | None = None) -> Delegation:
    """Has the focal point written to, with a link that needs no account. Raises IllegalMove, and Conflict unless the
    conference invites; Invalid when the deadline has passed."""
    row = locked_delegation(delegation_id, expected=expected)
    MOVES.move(row, "ask")
    inviting_conference(row)
    ensure_in_time(row.conference, row.due_at)
    at = database_now()
    row.asked_at, row.link_round, row.reminders = at, row.link_round + 1, schedule.stage_of(queries.due(row), at)
    row.save()
    emit(DelegationAsked(delegation_id=row.pk, conference_id=row.conference_id, link_round=row.link_round))
    return row


@transaction.atomic
def remind(*, delegation_id: UUID, expected: int | None = None) -> Delegation:
    """Has the focal point reminded now; twice within a minute is one letter."""
    row = locked_delegation(delegation_id, expected=expected)
    MOVES.check(row, "remind")
    inviting_conference(row)
    row.reminded_at = database_now()
    row.save()
    sequence = schedule.reminder_sequence(row.reminded_at, schedule.BY_HAND)
    due = schedule.minutes_of(queries.due(row))
    emit(DelegationReminded(delegation_id=row.pk, conference_id=row.conference_id, due=due, sequence=sequence))
    return row


@transaction.atomic
def extend(*, delegation_id: UUID, due_at: dt.datetime, expected: int | None = None) -> Delegation:
    """Gives more time, also after the deadline; the focal point is told, reminded anew and, if silent, escalated anew.
    Raises Invalid unless it is later than before."""
    row = locked_delegation(delegation_id, expected=expected)
    MOVES.check(row, "extend")
    if due_at <= row.due_at:
        raise Invalid({"due_at": say(vi="Phải sau thời hạn cũ.", en="Must be later than the present deadline.")})
    return _until(row, due_at, DelegationExtended)


@transaction.atomic
def bring_forward(*, delegation_id: UUID, due_at: dt.datetime, expected: int | None = None) -> Delegation:
    """Gives less time; the focal point is told, and reminded as the new deadline comes. Raises Invalid unless it is
    ahead, and earlier than the one that applies."""
    row = locked_delegation(delegation_id, expected=expected)
    MOVES.check(row, "bring_forward")
    if due_at >= queries.due(row):
        raise Invalid({"due_at": say(vi="Phải trước thời hạn cũ.", en="Must be earlier than the present deadline.")})
    return _until(row, due_at, DelegationBroughtForward)


@transaction.atomic
def reopen(*, delegation_id: UUID, due_at: dt.datetime, expected: int | None = None) -> Delegation:
    """Lets the unit name people again until `due_at`, with the places that went back; the focal point is told."""
    row = locked_delegation(delegation_id, expected=expected)
    MOVES.move(row, "reopen")
    row.returned, row.submitted_at, row.closed_at = 0, None, None
    return _until(row, due_at, DelegationExtended)


def _until(
    row: Delegation, due_at: dt.datetime, news: type[DelegationExtended] | type[DelegationBroughtForward]
) -> Delegation:
    inviting_conference(row)
    ensure_in_time(row.conference, due_at)
    row.due_at, row.reminders, row.escalated_at = due_at, schedule.stage_of(due_at, database_now()), None
    row.save()
    due = schedule.minutes_of(due_at)
    emit(news(delegation_id=row.pk, conference_id=row.conference_id, due=due, version=row.version))
    return row


@transaction.atomic
def close(*, delegation_id: UUID, expected: int | None = None) -> Delegation:
    """Takes no more names; the places nobody fills go back to the organisers."""
    row = locked_delegation(delegation_id, expected=expected)
    close_locked(row)
    return row


def close_locked(row: Delegation) -> None:
    MOVES.move(row, "close")
    row.closed_at, row.returned = database_now(), row.quota - row.taken
    row.save()
    emit(
        DelegationClosed(delegation_id=row.pk, conference_id=row.conference_id, named=row.taken, returned=row.returned)
    )
