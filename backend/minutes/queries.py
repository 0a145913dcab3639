"""Reading the record's entries and minutes, and who may."""

import hashlib
import json
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.conferences import queries as conferences
from backend.conferences.models import AgendaItem, Conference, Duty, Organiser, Site, Speech
from backend.conferences.states import Confidentiality, DutyKind, OrganiserRole
from backend.documents.queries import also_open_to
from backend.minutes.models import Conclusion, Entry, Finding, Minutes, Proposal
from backend.minutes.states import MinutesState
from backend.people.models import Account
from backend.people.queries import has_role, is_administrator, organisations_with
from backend.registration.models import Presence, Registration
from backend.registration.states import Direction, RegistrationState
from backend.resolutions.models import Election, Poll, Resolution

#: Roles of an organiser of the conference that read its minutes while they are being written.
READERS = ("organiser", "secretary", "editor", "approver", "auditor")
Kept = TypeVar("Kept", bound=Entry)


@also_open_to
def taken_part_in(account: Account) -> QuerySet[Any]:
    """The ids of conferences the account's person had a duty or a seat in."""
    if account.person_id is None:
        return Conference.objects.none().values("pk")
    duties = Duty.objects.filter(person_id=account.person_id).values("conference_id")
    seats = Registration.objects.filter(person_id=account.person_id, state=RegistrationState.CONFIRMED).values(
        "conference_id"
    )
    return Conference.objects.filter(Q(pk__in=duties) | Q(pk__in=seats)).values("pk")


@also_open_to
def co_organised_by(account: Account) -> QuerySet[Any]:
    """The ids of conferences that an organisation the account reads for leads or holds jointly, as far as it may know of
    them: what is issued for them is its own as well."""
    where = organisations_with(account, *READERS)
    held = Organiser.objects.all() if where is None else Organiser.objects.filter(organisation_id__in=where)
    return held.filter(conference__in=conferences.visible_to(account)).values("conference_id")


def entries_visible_to(rows: QuerySet[Kept], account: Account) -> QuerySet[Kept]:
    """Those of the conferences the account may know of: a reader of the organisers, or one who took part."""
    if not account.is_authenticated:
        return rows.none()
    visible = conferences.parts_visible_to(rows, account)
    where = organisations_with(account, *READERS)
    if where is None:
        return visible
    organised = Organiser.objects.filter(organisation_id__in=where).values("conference_id")
    return visible.filter(Q(conference_id__in=organised) | Q(conference_id__in=taken_part_in(account)))


def visible_to(account: Account) -> QuerySet[Minutes]:
    """All minutes of conferences the account may know of and its organisations hold, or its person chairs or writes; of
    those it only took part in, the approved ones."""
    minutes = Minutes.objects.select_related(
        "conference", "document__official_number__series__organisation", "supplements"
    )
    if not account.is_authenticated:
        return minutes.none()
    where = organisations_with(account, *READERS)
    if where is None:
        return minutes
    concerned = Q(conference_id__in=Organiser.objects.filter(organisation_id__in=where).values("conference_id"))
    if account.person_id is not None:
        concerned |= Q(conference_id__in=conferences.leads(account).values("conference_id"))
        concerned |= Q(state=MinutesState.APPROVED, conference_id__in=taken_part_in(account))
    return minutes.filter(concerned, conference__in=conferences.visible_to(account))


def keeps_record_of(account: Account, conference: Conference) -> bool:
    """Organisers and secretaries of the lead organisation, and whoever is the conference's secretary. Without a lead
    no role does: it would be held anywhere."""
    lead = conferences.lead_organisation_id(conference)
    by_role = is_administrator(account) or (
        lead is not None and has_role(account, "organiser", "secretary", organisation_id=lead)
    )
    return by_role or conferences.has_duty(account, conference, DutyKind.SECRETARY)


def chairs(account: Account, conference: Conference) -> bool:
    """True for the account of a person who chaired the conference; no role stands in for that."""
    return conferences.has_duty(account, conference, DutyKind.CHAIR)


def whole(conference_id: UUID) -> Conference:
    """The conference with what a draft reads of it."""
    return conferences.for_details(Conference.objects.all(), None).get(pk=conference_id)


def closed_sources(conference_id: UUID, at_least: Confidentiality) -> set[str]:
    """Rows of the conference that belong to items at least so closed, named as sources name them: speech:<id> …"""
    closed = conferences.closed_in(conference_id, at_least)
    if not closed:
        return set()
    return {
        f"{kind}:{row}"
        for kind, model in _ROWS.items()
        for row in conferences.belonging_to(model.objects.all(), closed).values_list("pk", flat=True)
    }


def content_hash(head: dict[str, Any], content: list[Any]) -> str:
    """SHA-256 over head and content in canonical JSON."""
    canonical = json.dumps(
        {"head": head, "content": content}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def issuer(conference: Conference) -> UUID | None:
    """The organisation whose series numbers the minutes."""
    return (
        Organiser.objects.filter(conference=conference, role=OrganiserRole.LEAD)
        .values_list("organisation_id", flat=True)
        .first()
    )


def provenance(minutes: Minutes) -> list[dict[str, Any]]:
    """For each block: where it comes from, and whether each of those rows still stands in the record.

    A presence log is told with the number of people in it.
    """
    named: dict[str, set[str]] = {}
    for block in minutes.content:
        for source in block["sources"]:
            kind, _, row = source.partition(":")
            named.setdefault(kind, set()).add(row)
    standing = {kind: _standing(kind, rows) for kind, rows in named.items()}
    return [
        {
            "block": block["id"],
            "kind": block["kind"],
            "edited": block["edited"],
            "sources": [_source(source, standing) for source in block["sources"]],
        }
        for block in minutes.content
    ]


def _source(source: str, standing: dict[str, dict[str, int]]) -> dict[str, Any]:
    kind, _, row = source.partition(":")
    rows = standing[kind].get(row, 0)
    found = rows > 0 or kind == "presence-log"  # nobody of a unit came: the log says so by saying nothing
    return {"reference": source, "kind": kind, "id": row.split("/")[0], "found": found, "rows": rows}


def _standing(kind: str, rows: set[str]) -> dict[str, int]:
    if kind == "presence-log":
        return {row: _logged(row) for row in rows}
    return {str(found): 1 for found in _ROWS[kind].objects.filter(pk__in=rows).values_list("pk", flat=True)}


def _logged(row: str) -> int:
    """People who came in: of the conference, of a category in it, or of a unit within that."""
    conference_id, *rest = row.split("/")
    came = Presence.objects.filter(conference_id=conference_id, direction=Direction.IN)
    if rest:
        came = came.filter(registration__category=rest[0])
    if len(rest) > 1:
        own = Q(registration__organisation_id=rest[1])
        came = came.filter(own | Q(registration__organisation=None, registration__person__organisation_id=rest[1]))
    return came.values("registration_id").distinct().count()


#: The tables that sources name.
_ROWS: dict[str, Any] = {
    "conference": Conference,
    "site": Site,
    "organiser": Organiser,
    "duty": Duty,
    "agenda_item": AgendaItem,
    "speech": Speech,
    "finding": Finding,
    "proposal": Proposal,
    "conclusion": Conclusion,
    "resolution": Resolution,
    "election": Election,
    "poll": Poll,
    "minutes": Minutes,
}
