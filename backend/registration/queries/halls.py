"""What the door has to know of a hall that fills up."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from backend.conferences.models import Site
from backend.core.clock import database_now
from backend.core.text import localized, say
from backend.registration.models import Presence, Registration
from backend.registration.queries.attendance import inside, site_capacities
from backend.registration.states import RegistrationState


@dataclass(frozen=True, kw_only=True)
class Hall:
    """`coming` have a seat there and are in nowhere yet."""

    name: Any
    capacity: int
    present: int
    coming: int

    def warning(self, *, strangers: bool) -> Any:
        """What the door has to know; None while there is room. More are in than there are seats; or, where `strangers`
        came in whose seats are elsewhere, not all who have one there and may yet come will find it free."""
        said = {"hall": self.name, "capacity": self.capacity, "present": self.present, "coming": self.coming}
        if self.present > self.capacity:
            return say(
                vi="{hall} quá sức chứa: {present} người đang ở trong, chỉ có {capacity} chỗ.",
                en="{hall} is over capacity: {present} people are in, and there are {capacity} seats.",
                **said,
            )
        if strangers and self.present + self.coming > self.capacity:
            return say(
                vi="{hall} không còn chỗ cho người có chỗ ở nơi khác: {capacity} chỗ, {present} người đang ở trong, "
                "{coming} người có chỗ chưa đến.",
                en="{hall} has no room for people whose seats are elsewhere: of {capacity} seats, {present} people are in, "
                "and {coming} who have one are yet to come.",
                **said,
            )
        return None


def door_warnings(conference_id: UUID, came: Iterable[tuple[UUID | None, UUID | None]]) -> list[Any]:
    """What the door has to know of the sites people came in at, each with the site where their seat is."""
    strangers: dict[UUID, bool] = {}
    for site_id, seat_id in came:
        if site_id:
            strangers[site_id] = strangers.get(site_id, False) or site_id != seat_id
    halls = _halls(conference_id, strangers)
    said = [hall.warning(strangers=strangers[site_id]) for site_id, hall in halls.items()]
    return [each for each in said if each is not None]


def _halls(conference_id: UUID, sites: Iterable[UUID]) -> dict[UUID, Hall]:
    """These sites as they are at this moment, of those that say how many they take."""
    wanted = set(sites)
    bounded = {key: n for key, n in site_capacities(conference_id).items() if key in wanted} if wanted else {}
    if not bounded:
        return {}
    log = inside(conference_id, database_now())
    seated = Registration.objects.filter(conference_id=conference_id, state=RegistrationState.CONFIRMED)
    present = _by_site(log.filter(site__in=bounded))
    coming = _by_site(seated.filter(site__in=bounded).exclude(pk__in=log.values("registration_id")))
    rows = Site.objects.select_related("venue", "room").filter(pk__in=bounded)
    return {
        row.pk: Hall(
            name=_name(row), capacity=bounded[row.pk], present=present.get(row.pk, 0), coming=coming.get(row.pk, 0)
        )
        for row in rows
    }


def _by_site(rows: QuerySet[Registration] | QuerySet[Presence]) -> dict[UUID, int]:
    return dict(rows.order_by().values_list("site_id").annotate(n=Count("pk")))


def _name(site: Site) -> Any:
    """Room and house."""
    parts = [site.room.name, site.venue.name] if site.room else [site.venue.name]
    return say(**{language: ", ".join(localized(part, language) for part in parts) for language in ("vi", "en")})
