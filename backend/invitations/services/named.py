"""Somebody who is named by people without an account: who it is on record, and that they are invited once."""

from typing import TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import Q

from backend.core.errors import Conflict
from backend.core.text import say
from backend.core.vietnamese import fold
from backend.invitations.models import Invitation
from backend.invitations.states import InvitationState
from backend.people import services as people
from backend.people.models import Person
from backend.people.telephones import same_telephone

#: One human being, named by two units at the same moment, is one after the other.
ONE_NAMING_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


class Named(TypedDict):
    """Somebody as a form says them; an address or a telephone number tells who it is."""

    full_name: str
    honorific: str
    office: str
    email: str
    phone: str


class InvitedAlready(Conflict):
    title = say(
        vi="Người này đã được mời dự hội nghị; mỗi người chỉ nhận một giấy mời.",
        en="This person is invited to the conference already; everybody gets one invitation.",
    )


def person_named(unit_id: UUID | None, named: Named, *, language: str) -> tuple[Person, bool]:
    """Who is on record in the unit under this name and address or number, as recorded; else somebody added to it, and
    True. A name alone tells nobody from a namesake, and a mailbox alone may be the whole office's."""
    namesakes = Person.objects.filter(organisation=unit_id, folded=fold(named["full_name"])).order_by("id")
    found = next((person for person in namesakes if _reached_so(person, named)), None)
    if found is not None:
        return found, False
    told = {field: named[field] for field in ("full_name", "honorific", "email", "phone")}
    return people.add_person(**told, language=language, organisation_id=unit_id), True


def _reached_so(person: Person, named: Named) -> bool:
    addresses = {person.email.lower(), person.alternate_email.lower()} - {""}
    return named["email"].lower() in addresses or same_telephone(named["phone"], person.phone)


def ensure_not_invited(conference_id: UUID, named: Named, *, but: Invitation | None = None) -> None:
    """Raises InvitedAlready when a human being of this name and address or number is invited to the conference, by
    whichever unit. Whoever names the same one meanwhile waits until this transaction ends."""
    reached = named["email"].lower() or named["phone"]
    with connection.cursor() as cursor:
        cursor.execute(ONE_NAMING_AT_A_TIME, [f"named:{conference_id}:{reached}"])
    same = Q(pk__in=[])
    if named["email"]:
        same |= Q(email__iexact=named["email"]) | Q(person__email__iexact=named["email"])
    if named["phone"]:
        same |= Q(person__phone=named["phone"])
    live = Invitation.objects.filter(same, conference=conference_id, person__folded=fold(named["full_name"]))
    live = live.exclude(state=InvitationState.WITHDRAWN)
    if but is not None:
        live = live.exclude(pk=but.pk)
    if live.exists():
        raise InvitedAlready()
