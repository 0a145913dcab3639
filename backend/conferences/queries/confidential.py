"""Who sees what inside a conference: items closed more strictly than the conference, and all that belongs to them.

- A *public* item is seen by whoever sees the conference.
- An *internal* item: by who holds a reading role in any of its organisers, and who takes part (a duty, a planned
  speech, an invitation, a seat). Merely to be signed in is not enough.
- A *restricted* item: by who holds a reading role in the lead organisation, by chairs and secretaries of the whole
  conference, and by who speaks to that very item or has a duty in it. Invited people do not see it.
- An item that says nothing of its own is as closed as the session that holds it, or as the conference; it is never
  looser than either. In a restricted conference such an item is seen by whoever sees the conference.
- Agenda rooms, duties, speeches, speakers, papers and whatever is kept of a speech are seen with their item.

Everything that shows a part of a conference goes through `parts_visible_to`, `items_visible_to` or `cut_for`; what is
written for everybody (articles, pages, public feeds) asks for AnonymousUser.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Exists, F, ForeignKey, Func, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from backend.conferences.models import AgendaItem, Conference, Duty, OutlineDuty, OutlineItem, Speaker, Speech
from backend.conferences.programme import Entry, Programme
from backend.conferences.queries.public import public_conferences
from backend.conferences.queries.visibility import READERS, held_by_any, leads, takes_part, visible_to
from backend.conferences.states import Confidentiality, DutyKind, OrganiserRole
from backend.people.models import Account
from backend.people.queries import organisations_with

Row = TypeVar("Row", bound=Model)
Reader = Account | AnonymousUser

_STRICTNESS = {level: strictness for strictness, level in enumerate(Confidentiality.values)}


def effective(own: str, conferences: str) -> str:
    """How closed an item is: the stricter of its own level ("" says nothing) and the conference's."""
    return max(own or conferences, conferences, key=_STRICTNESS.__getitem__)


def looser(own: str, conferences: str) -> bool:
    """Whether the item's own level would open what the conference closes."""
    return effective(own, conferences) != (own or conferences)


def items_visible_to(account: Reader) -> QuerySet[AgendaItem]:
    """The agenda items an account may know of. For AnonymousUser: those of public, announced conferences that may be
    told to everybody."""
    return parts_visible_to(AgendaItem.objects.all(), account)


def parts_visible_to(rows: QuerySet[Row], account: Reader) -> QuerySet[Row]:
    """Of rows that belong to a conference those the account may know of: it sees the conference and, where a row
    belongs to an agenda item, that item.

    An item is found by the row's `agenda_item`, or that of its `speaker`, `speech`, `resolution` or `agenda_room`.
    """
    return with_items_visible_to(rows.filter(conference__in=_open_to(account)), account)


def with_items_visible_to(rows: QuerySet[Row], account: Reader) -> QuerySet[Row]:
    """Of rows whose conference is known to be visible those that belong to no agenda item hidden from the account."""
    return without(rows, hidden_items(account))


def without(rows: QuerySet[Row], hidden: "Hidden | Collection[UUID] | None") -> QuerySet[Row]:
    """The rows but those that belong to one of these items; None for no item."""
    return rows.filter(apart_from(hidden, rows.model))


def apart_from(hidden: "Hidden | Collection[UUID] | None", model: type[Model]) -> Q:
    """The same, as a condition on rows of the model that can be joined to others."""
    path = _way_to_item(model)
    return ~Q(pk__in=[]) if hidden is None or path is None else ~_belongs(path, hidden)


def belonging_to(rows: QuerySet[Row], items: "Hidden | Collection[UUID]") -> QuerySet[Row]:
    """The rows that belong to one of these items."""
    path = _way_to_item(rows.model)
    return rows.none() if path is None else rows.filter(_belongs(path, items))


def _belongs(path: str, items: "Hidden | Collection[UUID]") -> Q:
    return items.holds(path) if isinstance(items, Hidden) else Q(**{f"{path}__in": items})


def hidden_items(account: Reader) -> "Hidden | None":
    """The agenda items the account may not see even where it sees the conference; None: it sees every item. To
    AnonymousUser all are hidden that may not be told to everybody."""
    if isinstance(account, AnonymousUser):
        return Hidden(_closed(Confidentiality.INTERNAL))
    where = organisations_with(account, *READERS)
    if where is None:
        return None
    whole, inside = _circles(account, where)
    restricted = Q(confidentiality=Confidentiality.RESTRICTED) & ~_own(account) & ~Q(_held_in(whole))
    internal = Q(confidentiality=Confidentiality.INTERNAL) & ~Q(_held_in(inside))
    return Hidden(AgendaItem.objects.filter(restricted | internal), but=_own_ids(account))


def _held_in(circle: Q) -> Exists:
    return Exists(Conference.objects.filter(circle, pk=OuterRef("conference")))


def hidden_in(conference: Conference, account: Reader) -> set[UUID]:
    """Which agenda items of the conference the account may not know of."""
    hidden = hidden_items(account)
    items = AgendaItem.objects.filter(conference=conference)
    return set() if hidden is None else set(_ids(belonging_to(items, hidden)))


def hidden_standing_items(account: Account) -> "Hidden | None":
    """The same of the standing items of series and templates, which are closed alike: their organisation's
    readers see all of them; standing chairs and secretaries too, and who has another standing duty, the internal ones."""
    where = organisations_with(account, *READERS)
    if where is None:
        return None
    items = OutlineItem.objects.exclude(
        Q(outline__series__organisation_id__in=where) | Q(outline__template__organisation_id__in=where)
    )
    restricted = Q(confidentiality=Confidentiality.RESTRICTED)
    internal = Q(confidentiality=Confidentiality.INTERNAL)
    if account.person_id is not None:
        duties = OutlineDuty.objects.filter(outline=OuterRef("outline"), person_id=account.person_id)
        restricted &= ~Q(Exists(duties.filter(kind__in=(DutyKind.CHAIR, DutyKind.SECRETARY))))
        internal &= ~Q(Exists(duties))
    return Hidden(items.filter(restricted | internal))


def hidden_among(account: Reader, item_ids: Collection[UUID | None]) -> set[UUID]:
    """Which of these agenda items the account may not know of."""
    asked = {each for each in item_ids if each is not None}
    hidden = hidden_items(account) if asked else None
    return set() if hidden is None else set(_ids(belonging_to(AgendaItem.objects.filter(pk__in=asked), hidden)))


def closed_in(conference_id: UUID, at_least: Confidentiality = Confidentiality.INTERNAL) -> set[UUID]:
    """Which items of the conference are closed at least so, by their own level or that of a session around them."""
    items = AgendaItem.objects.filter(conference_id=conference_id)
    return set(_ids(belonging_to(items, Hidden(_closed(at_least)))))


def _closed(at_least: Confidentiality) -> QuerySet[AgendaItem]:
    levels = [level for level in _STRICTNESS if _STRICTNESS[level] >= _STRICTNESS[at_least]]
    return AgendaItem.objects.filter(confidentiality__in=levels)


def acting_for(person_id: UUID | None) -> Account:
    """Somebody who sees what this person sees by taking part, without any role: for letters and feeds of people."""
    nobody = Account(person_id=person_id)
    nobody.roles = frozenset()
    return nobody


def cut_for(programme: Programme, account: Reader, conference: Conference) -> Programme:
    """The programme as the account may see it: hidden entries are gone with everything they hold.

    A session whose entries are gone stays; an entry the account itself speaks to moves up to the next session it may
    see. An entry is shown when both the programme and the record as it stands today allow it: what was closed after a
    release is hidden in that release too, and what was opened is not shown under the words it had while it was closed.

    Whether the account may see the conference is asked by the caller; to AnonymousUser only a public one shows
    anything.
    """
    reads = _Reading.of(account, conference)
    if reads is None:
        return programme
    gone: set[UUID] = set()
    kept: list[Entry] = []
    stands_in: dict[UUID, UUID | None] = {}
    for entry in programme.entries:
        above = entry.parent
        while above in gone:
            above = stands_in[above]
        stands_in[entry.id] = above
        if reads.hides(entry) or (entry.parent in gone and not reads.speaks_to(entry)):
            gone.add(entry.id)
        else:
            kept.append(entry if above == entry.parent else replace(entry, parent=above))
    return replace(programme, entries=tuple(kept)) if gone else programme


class _Reading:
    """What one account may read of one conference's programme."""

    def __init__(self, account: Reader, conference: Conference) -> None:
        self.person_id = None if isinstance(account, AnonymousUser) else account.person_id
        self.hidden_today, self.own_today = _today(account, conference)
        where = set() if isinstance(account, AnonymousUser) else organisations_with(account, *READERS) or set()
        whole, inside = _circles(account, where)
        this = Conference.objects.filter(pk=conference.pk)
        self.inside = this.filter(inside).exists()
        self.whole = self.inside and this.filter(whole).exists()
        self.shut_out = isinstance(account, AnonymousUser) and conference.confidentiality != Confidentiality.PUBLIC

    @classmethod
    def of(cls, account: Reader, conference: Conference) -> "_Reading | None":
        """None for who reads everything."""
        everywhere = not isinstance(account, AnonymousUser) and organisations_with(account, *READERS) is None
        return None if everywhere else cls(account, conference)

    def speaks_to(self, entry: Entry) -> bool:
        return self.person_id is not None and (entry.id in self.own_today or self.person_id in entry.people())

    def hides(self, entry: Entry) -> bool:
        if self.shut_out or entry.id in self.hidden_today:
            return True
        if entry.own_confidentiality == Confidentiality.RESTRICTED:
            return not (self.whole or self.speaks_to(entry))
        return entry.own_confidentiality == Confidentiality.INTERNAL and not self.inside


def _today(account: Reader, conference: Conference) -> tuple[set[UUID], set[UUID]]:
    """The conference's items hidden from the account, and those it speaks to or has a duty in."""
    items = AgendaItem.objects.filter(conference=conference)
    own = set() if isinstance(account, AnonymousUser) else set(_ids(items.filter(_own(account))))
    return hidden_in(conference, account), own


def _ids(items: QuerySet[AgendaItem]) -> Iterable[UUID]:
    return items.order_by().values_list("pk", flat=True)


def _open_to(account: Reader) -> QuerySet[Conference]:
    if not isinstance(account, AnonymousUser):
        return visible_to(account)
    return public_conferences().order_by()


_BY_WAY_OF = ("speaker", "speech", "resolution", "agenda_room")


def _way_to_item(model: type[Model]) -> str | None:
    """How rows of the model lead to the agenda item they belong to; None where they belong to none."""
    if model is AgendaItem:
        return "pk"
    fields = {field.name for field in model._meta.get_fields() if isinstance(field, ForeignKey)}
    if "agenda_item" in fields:
        return "agenda_item"
    return next((f"{name}__agenda_item" for name in _BY_WAY_OF if name in fields), None)


def _circles(account: Reader, where: set[UUID]) -> tuple[Q, Q]:
    """The conferences all of whose restricted items the account sees, and those whose internal ones, when it reads for
    these organisations."""
    if isinstance(account, AnonymousUser):
        return Q(pk__in=[]), Q(pk__in=[])
    whole = held_by_any(where, OrganiserRole.LEAD) | Q(Exists(leads(account).filter(conference=OuterRef("pk"))))
    return whole, held_by_any(where) | takes_part(account)


def _own(account: Account) -> Q:
    """Agenda items the account's person speaks or spoke to, or has a duty in."""
    own = Q(pk__in=[])
    if account.person_id is not None:
        for part in (Speaker, Duty, Speech):
            own |= Q(Exists(part.objects.filter(agenda_item=OuterRef("pk"), person_id=account.person_id)))
    return own


def _own_ids(account: Account) -> QuerySet[Any] | None:
    if account.person_id is None:
        return None
    speaks, leads, spoke = (
        part.objects.filter(person_id=account.person_id, agenda_item__isnull=False).order_by().values("agenda_item_id")
        for part in (Speaker, Duty, Speech)
    )
    return speaks.union(leads, spoke)


class Hidden:
    """Items and, to any depth, what they hold; but not what is found in `but`, nor what that holds.

    It is asked row by row, upwards from the row's item: a page costs what its rows cost, however many items there are.
    """

    def __init__(self, items: QuerySet[Any], but: QuerySet[Any] | None = None) -> None:
        self.items, self.but = items, but

    def holds(self, path: str = "pk") -> Q:
        """Of rows whose item is found by `path`: those whose item is one of these."""
        # No EXISTS: PostgreSQL would join it, and so work out all closed items first.
        above = _IsAtOrAbove(F("pk"), OuterRef(path), items=self.items.model, but=self.but)
        found = self.items.filter(above).order_by().values(found=Value(True))[:1]
        return Q(Coalesce(Subquery(found), False))


class _IsAtOrAbove(Func):
    """Whether the one is the other or a session around it, no further than to the first one found in `but`."""

    output_field = BooleanField()

    def __init__(self, one: Any, other: Any, *, items: type[Model], but: QuerySet[Any] | None) -> None:
        super().__init__(one, other)
        self.table, self.but = items._meta.db_table, but

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:  # type: ignore[override]
        (one, of_one), (other, of_other) = map(compiler.compile, self.get_source_expressions())
        but, but_values = ("", ()) if self.but is None else self.but.query.sql_with_params()
        # An array, not a subquery: it would be joined, and all items be read to find those that are closed.
        sql = f"""{one} = ANY(ARRAY(
            WITH RECURSIVE up(id, parent_id) AS (
                SELECT own.id, own.parent_id FROM {self.table} own WHERE own.id = {other}
                UNION ALL
                SELECT holder.id, holder.parent_id FROM up JOIN {self.table} holder ON holder.id = up.parent_id
                WHERE {"true" if self.but is None else f"up.id NOT IN ({but})"}
            )
            SELECT id FROM up
        ))"""  # noqa: S608  # composed of what Django wrote, with the values apart
        return sql, (*of_one, *of_other, *but_values)
