"""Who sees which conference."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.conferences.models import Conference, Duty, Organiser, Speaker
from backend.conferences.states import ConferenceState, Confidentiality, DutyKind, OrganiserRole
from backend.people.models import Account, Role
from backend.people.queries import knows_who_is_asked, organisations_with

#: Roles that read everything of the organisations they are held in, drafts included.
READERS = (Role.ORGANISER, Role.SECRETARY, Role.EDITOR, Role.APPROVER, Role.AUDITOR)
#: Roles that may write a conference of the organisation they are held in.
WRITERS = (Role.ORGANISER, Role.SECRETARY)

Visibility = Callable[[Account], Q]
#: What floors above add to `visible_to`: each entry gives the announced conferences an account may see for a reason
#: of that floor (an invitation, a registration). Fill it with `also_visible`.
VISIBILITY: list[Visibility] = []


def also_visible(reason: Visibility) -> Visibility:
    """Decorator for the queries of a floor above: `reason(account)` widens `visible_to` by the conferences its Q finds.

    The Q must not join (write Exists(…) or id__in=…), or lists would show a conference twice. It can open internal
    and restricted conferences, never drafts. Registering happens once, when the app's `ready` imports the module.
    """
    if reason not in VISIBILITY:
        VISIBILITY.append(reason)
    return reason


def held_by_any(organisation_ids: Collection[UUID], *roles: str) -> Q:
    """Conferences one of the organisations holds in one of `roles` (none given: in any)."""
    organisers = Organiser.objects.filter(conference=OuterRef("pk"), organisation_id__in=organisation_ids)
    if roles:
        organisers = organisers.filter(role__in=roles)
    return Q(Exists(organisers))


def led_or_not(rows: QuerySet[Any], where: set[UUID]) -> tuple[Exists, Exists]:
    """Of rows that each name a person and a conference: whether a person (`OuterRef("pk")`) is named at a conference
    that one of the organisations leads, and whether at any other."""
    of_person = rows.filter(person=OuterRef("pk"))
    led = Conference.objects.filter(held_by_any(where, OrganiserRole.LEAD)).values("pk")
    return Exists(of_person.filter(conference__in=led)), Exists(of_person.exclude(conference__in=led))


def of_the_whole(*kinds: str) -> QuerySet[Duty]:
    """Duties of these kinds in whole conferences: the only ones that give rights over them, or name who signs for them.
    One in an agenda item is about that item alone."""
    return Duty.objects.filter(kind__in=kinds, agenda_item=None)


def leads(account: Account) -> QuerySet[Duty]:
    """The duties by which the account's person chairs whole conferences or keeps their record."""
    rows = of_the_whole(DutyKind.CHAIR, DutyKind.SECRETARY)
    return rows.filter(person_id=account.person_id) if account.person_id is not None else rows.none()


@knows_who_is_asked
def with_a_duty(where: set[UUID]) -> tuple[Exists, Exists]:
    return led_or_not(Duty.objects.all(), where)


@knows_who_is_asked
def speaking(where: set[UUID]) -> tuple[Exists, Exists]:
    return led_or_not(Speaker.objects.all(), where)


def takes_part(account: Account) -> Q:
    """Conferences in which the account's person has a duty or is planned to speak, and those VISIBILITY adds."""
    concerned = Q(pk__in=[])
    if account.person_id is not None:
        for part in (Duty, Speaker):
            concerned |= Q(Exists(part.objects.filter(conference=OuterRef("pk"), person_id=account.person_id)))
    for reason in VISIBILITY:
        concerned |= reason(account)
    return concerned


def visible_to(account: Account | AnonymousUser) -> QuerySet[Conference]:
    """The conferences an account may know of; whatever else exists is answered 404.

    - everything, where it holds a reading role everywhere;
    - drafts, and conferences cancelled before they were announced: only readers of the lead organisation;
    - public ones: every signed-in account;
    - internal ones: readers of an organiser, and who takes part: by a duty, as a planned speaker, or as VISIBILITY
      adds;
    - restricted ones: readers of the lead organisation, and who takes part. A co-organiser's people see them when they
      take part themselves.

    What is closed more strictly inside a conference is said in `confidential`.
    """
    conferences = Conference.objects.all()
    if isinstance(account, AnonymousUser):
        return conferences.none()
    where = organisations_with(account, *READERS)
    if where is None:
        return conferences
    known = ~Q(state=ConferenceState.DRAFT) & ~Q(state=ConferenceState.CANCELLED, announced_at=None)
    return conferences.filter(held_by_any(where, OrganiserRole.LEAD) | (known & _concerning(account, where)))


def drafts_kept_from(account: Account | AnonymousUser) -> QuerySet[Conference]:
    """Drafts that the account may not see, and would see once they were announced."""
    drafts = Conference.objects.filter(state=ConferenceState.DRAFT)
    if isinstance(account, AnonymousUser):
        return drafts.filter(confidentiality=Confidentiality.PUBLIC)
    where = organisations_with(account, *READERS)
    if where is None:
        return drafts.none()
    return drafts.filter(_concerning(account, where)).exclude(held_by_any(where, OrganiserRole.LEAD))


def _concerning(account: Account, where: Collection[UUID]) -> Q:
    """Conferences whose confidentiality is open to an account that reads the organisations `where`."""
    concerned = Q(confidentiality=Confidentiality.PUBLIC) | takes_part(account)
    return concerned | Q(confidentiality=Confidentiality.INTERNAL) & held_by_any(where)


def known_to(account: Account | AnonymousUser, conference_ids: Collection[UUID]) -> dict[UUID, Conference]:
    """Of these conferences those the account may see, by id."""
    return visible_to(account).in_bulk(conference_ids) if conference_ids else {}


def held_by(organisation_id: UUID) -> Q:
    """Conferences the organisation leads or co-organises."""
    return held_by_any({organisation_id})


def led_by(organisation_id: UUID) -> Q:
    """Conferences the organisation answers for."""
    return held_by_any({organisation_id}, OrganiserRole.LEAD)
