"""What an occurrence has from its series, laid in the rows it already has: sites and rooms, agenda, duties."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Model, ProtectedError
from django.db.models.deletion import Collector

from backend.conferences.models import Conference, Duty, Series, Site
from backend.conferences.services import outlines, programme
from backend.conferences.services.booking import book_rooms
from backend.conferences.services.laying import lay_agenda
from backend.core.errors import Conflict


def nobody_refers_to(row: Model) -> bool:
    """True when deleting the row would take nothing with it but parts of conferences."""
    collector = Collector(using="default", origin=row)
    try:
        collector.collect([row])
    except ProtectedError:
        return False
    ours = row._meta.app_label
    touched = {model._meta.app_label for model in collector.data}
    touched |= {rows.model._meta.app_label for rows in collector.fast_deletes if rows.exists()}
    for (column, _), batches in collector.field_updates.items():
        touched |= {column.model._meta.app_label for batch in batches if list(batch)}  # type: ignore[call-overload]
    return touched == {ours}


def places(sites: Iterable[Site]) -> list[tuple[UUID, UUID | None]]:
    return [(site.venue_id, site.room_id) for site in sites]


def lay_sites(row: Conference, series: Series, there: Iterable[Site]) -> bool:
    """The series' standing sites, in the rows that are `there`: invitations and registrations may refer to them. True
    if anything was written."""
    left = {site.order: site for site in there}
    written = False
    for wanted in series.outline.sites.all():
        site = left.pop(wanted.order, None) or Site(conference=row, order=wanted.order)
        if (site.venue_id, site.room_id) != (wanted.venue_id, wanted.room_id):
            site.venue, site.room = wanted.venue, wanted.room
            site.save()
            written = True
    for site in left.values():
        if nobody_refers_to(site):
            site.delete()
            written = True
    return written


def lay_standing_agenda(row: Conference, series: Series) -> bool:
    changed, others = lay_agenda(row, outlines.agenda_of(series.outline))
    for item in reversed(others):
        if nobody_refers_to(item):
            item.delete()
            changed = True
    return changed


def lay_duties(row: Conference, series: Series) -> bool:
    Duty.objects.filter(conference=row).delete()
    programme.fill(row, sites=(), agenda=(), duties=outlines.duties_of(series.outline), standing=True)
    return True


def book_what_is_free(row: Conference) -> list[UUID]:
    """Books the occurrence's rooms; whichever is taken its site goes without. Returns those."""
    taken: list[UUID] = []
    while True:
        try:
            book_rooms(row)
        except Conflict as clash:
            refused = refused_room(clash, [site.room for site in row.sites.select_related("room")])
            if refused is None:
                raise
            for site in row.sites.filter(room=refused):
                site.room = None
                site.save()
            taken.append(refused.pk)
        else:
            return taken


def refused_room(clash: Conflict, rooms: Iterable[Any]) -> Any:
    return next((room for room in rooms if room is not None and str(room.pk) == clash.extra.get("room")), None)
