"""Calendar links, what they are of, and what the public may have a feed of."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from backend.calendars.models import CalendarLink
from backend.calendars.queries.contents import Reader, open_to
from backend.calendars.queries.drafted_again import drafted_again
from backend.calendars.states import FeedKind
from backend.conferences.models import Conference, Organiser, Room, Series
from backend.conferences.queries import told_off, visible_series
from backend.conferences.states import Confidentiality
from backend.people.models import Account, Organisation
from backend.people.queries import token_digest


def links_of(account: Account) -> QuerySet[CalendarLink]:
    """The account's own links; each with the `name` of what it is of, null where the account may no longer see that."""
    named = [
        Subquery(_subjects(kind, account).filter(pk=OuterRef("subject")).values(name)[:1]) for kind, name in _NAMES
    ]
    told = drafted_again(account).filter(conference=OuterRef("subject")).values("title")[:1]
    off = told_off().filter(conference=OuterRef("subject"), conference__in=open_to(account)).exclude(title={})
    named = [Subquery(told), Subquery(off.values("title")[:1]), *named]
    return CalendarLink.objects.filter(account=account).annotate(name=Coalesce(*named))


_NAMES = (
    (FeedKind.CONFERENCE, "title"),
    (FeedKind.SERIES, "title"),
    (FeedKind.ROOM, "name"),
    (FeedKind.ORGANISATION, "name"),
)


def opened_by(secret: str) -> CalendarLink | None:
    """The live link of an active account whose address holds this secret."""
    rows = CalendarLink.objects.select_related("account__person")
    return rows.filter(digest=token_digest(secret), revoked_at=None, account__is_active=True).first()


def subject_of(kind: str, subject_id: UUID, reader: Reader) -> Any:
    """The row a feed of this kind is of; None for what the reader may not know of."""
    return _subjects(kind, reader).filter(pk=subject_id).first() if kind in _OPEN else None


def _subjects(kind: str, reader: Reader) -> QuerySet[Any]:
    return _OPEN[kind](reader)


def _conferences(reader: Reader) -> QuerySet[Conference]:
    """Those the reader may see, and those he reads as cancelled while they are drafts again."""
    open_now, told = open_to(reader).order_by(), drafted_again(reader).order_by()
    return Conference.objects.filter(Q(pk__in=open_now.values("pk")) | Q(pk__in=told.values("conference")))


def _series(reader: Reader) -> QuerySet[Series]:
    """Without an account: public series of which something was announced."""
    rows = Series.objects.select_related("outline", "organisation")
    if not isinstance(reader, AnonymousUser):
        return rows.filter(pk__in=visible_series(reader).values("pk"))
    announced = open_to(reader).order_by().filter(series=OuterRef("pk"))
    told = drafted_again(reader).filter(conference__series=OuterRef("pk"))
    return rows.filter(Exists(announced) | Exists(told), outline__confidentiality=Confidentiality.PUBLIC)


def _rooms(reader: Reader) -> QuerySet[Room]:
    return Room.objects.select_related("venue")


def _organisations(reader: Reader) -> QuerySet[Organisation]:
    """Without an account: those that hold or held something public."""
    if not isinstance(reader, AnonymousUser):
        return Organisation.objects.all()
    public = Organiser.objects.filter(
        organisation=OuterRef("pk"), conference__in=open_to(reader).order_by().values("pk")
    )
    told = drafted_again(reader).filter(organisers__contains=[OuterRef("pk")])
    return Organisation.objects.filter(Exists(public) | Exists(told))


_OPEN: dict[str, Callable[[Reader], QuerySet[Any]]] = {
    FeedKind.CONFERENCE: _conferences,
    FeedKind.SERIES: _series,
    FeedKind.ROOM: _rooms,
    FeedKind.ORGANISATION: _organisations,
}
