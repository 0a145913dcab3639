"""Who sees which conference."""

from collections.abc import Callable, Collection
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from backend.conferences.models import Conference, Duty, Organiser
from backend.conferences.states import ConferenceState, Confidentiality, OrganiserRole
from backend.people.models import Account, Role
from backend.people.queries import organisations_with

#: Roles that read everything of the organisations they are held in, drafts included.
READERS = (Role.ORGANISER, Role.SECRETARY, Role.EDITOR, Role.APPROVER, Role.AUDITOR)
#: Roles that may write a conference of the organisation they are held in.
WRITERS = (Role.ORGANISER, Role.SECRETARY)

Visibility = Callable[[Account], Q]
#: What floors above add to `visible_to`: each entry gives the announced conferences an account may see for a reason
#: of that floor (an invitation, a registration). Fill it with `also_visible`.
VISIBILITY: list[Visibility] = []

Row = TypeVar("Row", bound=Model)


def also_visible(reason: Visibility) -> Visibility:
    """Decorator for the queries of a floor above: `reason(account)` widens `visible_to` by the conferences its Q finds.

    The Q must not join (write Exists(…) or id__in=…), or lists would show a conference twice. It can open internal
    and restricted conferences, never drafts. Registering happens once, when the app's `ready` imports the module.
    """
    if reason not in VISIBILITY:
        VISIBILITY.append(reason)
    return reason


def _held_by(organisation_ids: set[UUID] | None, *roles: str) -> Q:
    """Conferences one of the organisations (None: any) holds in one of `roles` (none given: in any)."""
    organisers = Organiser.objects.filter(conference=OuterRef("pk"))
    if organisation_ids is not None:
        organisers = organisers.filter(organisation_id__in=organisation_ids)
    if roles:
        organisers = organisers.filter(role__in=roles)
    return Q(Exists(organisers))


def visible_to(account: Account | AnonymousUser) -> QuerySet[Conference]:
    """The conferences an account may know of; whatever else exists is answered 404.

    - everything, where it holds a reading role everywhere;
    - drafts, and conferences cancelled before they were announced: only readers of the lead organisation;
    - public ones: every signed-in account;
    - internal and restricted ones: readers of an organiser, people with a duty in it, and who VISIBILITY adds.
    """
    conferences = Conference.objects.all()
    if isinstance(account, AnonymousUser):
        return conferences.none()
    where = organisations_with(account, *READERS)
    if where is None:
        return conferences
    concerned = Q(confidentiality=Confidentiality.PUBLIC) | _held_by(where)
    if account.person_id is not None:
        concerned |= Q(Exists(Duty.objects.filter(conference=OuterRef("pk"), person_id=account.person_id)))
    for reason in VISIBILITY:
        concerned |= reason(account)
    known = ~Q(state=ConferenceState.DRAFT) & ~Q(state=ConferenceState.CANCELLED, announced_at=None)
    return conferences.filter(_held_by(where, OrganiserRole.LEAD) | (known & concerned))


def parts_visible_to(rows: QuerySet[Row], account: Account | AnonymousUser) -> QuerySet[Row]:
    """Of rows that belong to a conference (sites, agenda items, …) those whose conference the account may see."""
    return rows.filter(conference__in=visible_to(account))


def known_to(account: Account | AnonymousUser, conference_ids: Collection[UUID]) -> dict[UUID, Conference]:
    """Of these conferences those the account may see, by id."""
    return visible_to(account).in_bulk(conference_ids) if conference_ids else {}


def held_by(organisation_id: UUID) -> Q:
    """Conferences the organisation leads or co-organises."""
    return _held_by({organisation_id})


def led_by(organisation_id: UUID) -> Q:
    """Conferences the organisation answers for."""
    return _held_by({organisation_id}, OrganiserRole.LEAD)
