"""Who reads working programmes once a programme was released, or the conference called off."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from backend.conferences.models import Conference, Duty, Release, Site
from backend.conferences.queries.told import as_told, sites_as_told, told_off
from backend.conferences.queries.visibility import READERS, held_by_any, leads
from backend.conferences.states import CALLED_OFF, DutyKind, OrganiserRole
from backend.core.vietnamese import fold
from backend.people.models import Account
from backend.people.queries import organisations_with

Row = TypeVar("Row", bound=Model)
Reader = Account | AnonymousUser


def works_on(account: Reader, conference: Conference) -> bool:
    """Whether the account reads the conference's working programme however much was released: it holds a reading role
    in the lead organisation, or chairs the whole conference or keeps its record."""
    works = worked_on_by(account)
    return works is None or Conference.objects.filter(works, pk=conference.pk).exists()


def working_parts(rows: QuerySet[Row], account: Reader) -> QuerySet[Row]:
    """Of rows that make up working programmes (agenda items, their rooms and speakers, session chairs) those of
    conferences the account works on, or that never released a programme and are not called off: everybody else reads
    what was released, or how it stood. Sites are no part of a release; what is called off says itself where it was to be."""
    works = worked_on_by(account)
    if works is None:
        return rows
    if rows.model is Site:
        return rows.exclude(conference__in=Conference.objects.filter(read_as_told(account)))
    closed = Q(Exists(Release.objects.filter(conference=OuterRef("conference"))))
    closed |= Q(Exists(told_off().filter(conference=OuterRef("conference"))))
    closed &= ~Q(Exists(Conference.objects.filter(works, pk=OuterRef("conference"))))
    return rows.exclude(closed & Q(kind=DutyKind.PANEL)) if rows.model is Duty else rows.exclude(closed)


def show_as_told(rows: Iterable[Conference], account: Reader) -> None:
    """Makes those of the rows that are called off, and that the account does not work on, say what people were last told
    of them; sites are loaded."""
    off, works = {row.pk: row for row in rows if row.state in CALLED_OFF}, worked_on_by(account)
    if not off or works is None:
        return
    for pk in Conference.objects.filter(works, pk__in=off).values_list("pk", flat=True):
        del off[pk]
    told = as_told(off.values())
    for pk, sites in sites_as_told([(off[pk], row) for pk, row in told.items()]).items():
        off[pk]._prefetched_objects_cache["sites"] = sites  # type: ignore[attr-defined]


def read_as_told(account: Reader) -> Q:
    """The conferences that the account reads as they were last told of (`show_as_told`), not as they are."""
    works = worked_on_by(account)
    if works is None:
        return Q(pk__in=[])
    told = Exists(told_off().filter(conference=OuterRef("pk")))
    return Q(state__in=CALLED_OFF) & Q(told) & ~Q(Exists(Conference.objects.filter(works, pk=OuterRef("pk"))))


def found_by_day(account: Reader, **wanted: Any) -> Q:
    """The conferences on such a day (`day__gte=…`), as the account reads it."""
    told = Q(Exists(told_off().filter(conference=OuterRef("pk"), **wanted)))
    return Q(**wanted) & ~read_as_told(account) | told & read_as_told(account)


def found_by_matter(account: Reader, **wanted: Any) -> Q:
    """The conferences about such a matter (`topics__contains=[…]`), as the account reads it."""
    about = {f"about__{name}": value for name, value in wanted.items()}
    told = Q(Exists(told_off().filter(conference=OuterRef("pk"), **about)))
    return Q(**wanted) & ~read_as_told(account) | told & read_as_told(account)


def renamed_since(account: Reader) -> dict[UUID, str]:
    """What is searched of those conferences, as the account reads them and folded, that were given another name, other
    topics or standards while they were called off."""
    rows = Conference.objects.filter(read_as_told(account))
    told = told_off().filter(conference__in=rows).exclude(title={}).select_related("conference")
    found = {}
    for row in told:
        topics, standards = (row.about.get(name, getattr(row.conference, name)) for name in ("topics", "standards"))
        said = (row.title, topics, standards)
        if said != (row.conference.title, row.conference.topics, row.conference.standards):
            found[row.conference_id] = fold(" ".join([*row.title.values(), *topics, *standards]))
    return found


def worked_on_by(account: Reader) -> Q | None:
    """The conferences `works_on` is true of; None: all of them."""
    if isinstance(account, AnonymousUser):
        return Q(pk__in=[])
    where = organisations_with(account, *READERS)
    if where is None:
        return None
    works = held_by_any(where, OrganiserRole.LEAD)
    return works | Q(Exists(leads(account).filter(conference=OuterRef("pk"))))
