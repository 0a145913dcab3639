"""Who may write conferences: the lead organisation's organisers and secretaries, and chairs at the gavel."""

from typing import Any
from uuid import UUID

from backend.conferences.models import Conference, ConferenceTemplate, Paper, Room
from backend.conferences.queries import WRITERS, has_duty, lead_organisation_id
from backend.conferences.states import DutyKind
from backend.core.permissions import Rules, predicate, signed_in
from backend.people.models import Organisation
from backend.people.queries import has_role, is_administrator


def _conference_of(row: Any) -> Conference | None:
    found = row if isinstance(row, Conference) else getattr(row, "conference", None)
    return found if isinstance(found, Conference) else None


def _answerable(row: Any) -> UUID | None:
    """The organisation that answers for the row: the lead organiser, or the owner of a venue, room or series."""
    if isinstance(row, Organisation):
        return row.pk
    if (conference := _conference_of(row)) is not None:
        return lead_organisation_id(conference)
    owner: UUID | None = (row.venue if isinstance(row, Room) else row).organisation_id
    return owner


@predicate
def organises(account: Any, row: Any) -> bool:
    """Organiser or secretary of the organisation that answers for the row. Where none does (a hired venue), anywhere;
    a conference without a lead is for administrators."""
    if row is None:
        return has_role(account, *WRITERS)
    organisation_id = _answerable(row)
    if organisation_id is None and _conference_of(row) is not None:
        return is_administrator(account)
    return has_role(account, *WRITERS, organisation_id=organisation_id)


@predicate
def drafts_from(account: Any, row: Any) -> bool:
    """Organiser or secretary anywhere may draft from a conference or template they see; of the organisation that is to
    lead the draft they must be one."""
    if isinstance(row, (Conference, ConferenceTemplate)):
        return has_role(account, *WRITERS)
    return bool(organises.test(account, row))


@predicate
def chairs(account: Any, row: Any) -> bool:
    """Chair of this conference, by the person the account belongs to."""
    return _on_duty(account, row, DutyKind.CHAIR)


@predicate
def keeps_the_record(account: Any, row: Any) -> bool:
    """Secretary of this conference, by the person the account belongs to."""
    return _on_duty(account, row, DutyKind.SECRETARY)


def _on_duty(account: Any, row: Any, kind: str) -> bool:
    if not account.is_authenticated or account.person_id is None:
        return False
    conference = _conference_of(row)
    return row is None or (conference is not None and has_duty(account, conference, kind))


@predicate
def is_to_write_it(account: Any, row: Any) -> bool:
    """The speaker a paper was asked of, by the person the account belongs to."""
    if not account.is_authenticated or account.person_id is None:
        return False
    return row is None or (isinstance(row, Paper) and row.speaker.person_id == account.person_id)


CONFERENCES: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": organises,
    "partial_update": organises,
    "announce": organises,
    "start": organises | chairs,
    "close": organises | chairs,
    "archive": organises,
    "postpone": organises,
    "cancel": organises,
    "reopen": organises,
    "clone": drafts_from,
    "arrange": organises,
    "shift": organises,
    "agenda_warnings": signed_in,
    "clashes": organises | chairs | keeps_the_record,
    "programme": signed_in,
    "programme_changes": signed_in,
    "release": organises,
    "print": signed_in,
    "photo_notice": signed_in,
    "set_photo_notice": organises,
    "print_photo_notice": signed_in,
}
RELEASES: Rules = {"list": signed_in, "retrieve": signed_in}
#: Sites, agenda items and their rooms, duties; venues and series.
PARTS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "create": organises,
    "partial_update": organises,
    "destroy": organises,
}
AGENDA: Rules = {**PARTS, "postpone": organises, "cancel": organises, "reopen": organises}
ROOMS: Rules = {**PARTS, "free": signed_in, "day": signed_in, "equipment": signed_in, "swap": organises}
SERIES: Rules = {**PARTS, "split": organises, "end": organises, "report": organises}
TEMPLATES: Rules = {**PARTS, "draft": drafts_from}
SPEAKERS: Rules = {**PARTS, "reorder": organises}
#: Whoever sees a paper may read it; those who handle papers may also hand in on a speaker's behalf.
handles_papers = organises | keeps_the_record
PAPERS: Rules = {
    "list": signed_in,
    "retrieve": signed_in,
    "content": signed_in,
    "create": handles_papers,
    "request_many": handles_papers,
    "partial_update": handles_papers,
    "extend": handles_papers,
    "versions": handles_papers | is_to_write_it,
    "accept": handles_papers,
    "send_back": handles_papers,
    "withdraw": handles_papers,
    "overview": handles_papers | chairs,
}
SPEECHES: Rules = {
    **PARTS,
    "create": organises | keeps_the_record,
    "partial_update": organises | keeps_the_record,
}
