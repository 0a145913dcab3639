"""Somebody who is named by people without an account: who it is on record, and that they are invited once."""

from collections.abc import Iterable
from typing import NotRequired, TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import Q

from backend.core.errors import Conflict
from backend.core.text import say
from backend.core.vietnamese import fold
from backend.invitations.models import Invitation
from backend.invitations.states import InvitationState
from backend.people import identity
from backend.people import services as people
from backend.people.identity import Likeness, Told
from backend.people.models import Person

#: One human being, named by two units at the same moment, is one after the other.
ONE_NAMING_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(%s::text[]) key"


class Named(TypedDict):
    """Somebody as a form or a row of a file says them; an address or a telephone number tells who it is."""

    full_name: str
    honorific: str
    office: str
    email: str
    phone: str
    degree: NotRequired[str]
    alternate_email: NotRequired[str]


class InvitedAlready(Conflict):
    title = say(
        vi="Người này đã được mời dự hội nghị; mỗi người chỉ nhận một giấy mời.",
        en="This person is invited to the conference already; everybody gets one invitation.",
    )


def told(named: Named, *, unit: UUID | None = None) -> Told:
    """In the form in which people are compared."""
    return identity.told(
        full_name=named["full_name"],
        emails=(named["email"], named.get("alternate_email", "")),
        phone=named["phone"],
        unit=unit,
    )


def person_named(unit_id: UUID | None, named: Named, *, language: str) -> tuple[Person, bool]:
    """Who is on record in the unit and the same by `people.identity`, as recorded; else somebody added to it, and True.
    Where that is unclear there is nobody to ask, and it is somebody new."""
    wanted = told(named, unit=unit_id)
    names = {wanted.name, fold(named["full_name"])}
    here = Person.objects.filter(organisation=unit_id, folded__in=names).order_by("id")
    alike = [person for person in here if identity.likeness(wanted, identity.on_record(person)) == Likeness.SAME]
    # Of namesakes nothing else tells apart, one whom the address or number reaches; without one, it is none of them.
    reached = [person for person in alike if _reaches(wanted, identity.on_record(person))]
    if reached or len(alike) == 1:
        return (reached or alike)[0], False
    told_of = {field: said for field, said in named.items() if field != "office"}
    return people.add_person(**told_of, language=language, organisation_id=unit_id), True  # type: ignore[arg-type]


def _reaches(one: Told, other: Told) -> bool:
    return bool(one.emails & other.emails) or bool(one.phone and one.phone == other.phone)


def wait_for_others_who_name(conference_id: UUID, people: Iterable[Named]) -> None:
    """Whoever names one of these human beings to the conference waits until this transaction ends. Many are named at
    once: by address, so that nobody waits in a circle."""
    keys = sorted({f"named:{conference_id}:{named['email'].lower() or named['phone']}" for named in people})
    with connection.cursor() as cursor:
        cursor.execute(ONE_NAMING_AT_A_TIME, [keys])


def ensure_not_invited(conference_id: UUID, named: Named, *, but: Invitation | None = None) -> None:
    """Raises InvitedAlready when a human being of this name and address or number is invited to the conference, by
    whichever unit: also when it is unclear whether it is the same one. Whoever names the same one meanwhile waits until
    this transaction ends."""
    wait_for_others_who_name(conference_id, [named])
    if invited_already(conference_id, named, but=but):
        raise InvitedAlready()


def invited_already(conference_id: UUID, named: Named, *, but: Invitation | None = None) -> bool:
    """Whether somebody of this name and address or number is, or may be."""
    wanted = told(named)
    live = Invitation.objects.filter(conference=conference_id).exclude(state=InvitationState.WITHDRAWN)
    if but is not None:
        live = live.exclude(pk=but.pk)
    written_to = Q(pk__in=[])
    for email in wanted.emails:
        written_to |= Q(email__iexact=email)
    on_record = identity.reached_by(live, emails=wanted.emails, phones=[wanted.phone], person="person__")
    rows = live.filter(person__isnull=False).filter(written_to | Q(pk__in=on_record.values("pk")))
    for row in rows.select_related("person"):
        assert row.person is not None
        theirs = identity.told(
            full_name=row.person.full_name,
            emails=(row.email, row.person.email, row.person.alternate_email),
            phone=row.person.phone,
        )
        if identity.likeness(wanted, theirs) != Likeness.OTHER:
            return True
    return False
