"""Time, place, who was there, who chaired and who wrote."""

from collections import defaultdict
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, prefetch_related_objects

from backend.conferences.models import Conference, Organiser, Site
from backend.conferences.queries import closed_in, duties, name_then
from backend.conferences.states import Confidentiality, DutyKind
from backend.core.text import Text, both
from backend.documents.form import BLANK, GAP
from backend.invitations.states import Category
from backend.minutes.drafting import words
from backend.minutes.drafting.blocks import Block, block, compose, joined, same
from backend.people.models import Organisation
from backend.registration.models import Presence, Registration
from backend.registration.states import Direction, RegistrationState


def blocks(conference: Conference) -> list[Block]:
    return [
        _start(conference),
        *_places(conference),
        *_organisers(conference),
        *_attendance(conference),
        *_guests(conference),
        *_people(conference, DutyKind.CONSULTANT, "consultant"),
        *(_people(conference, DutyKind.CHAIR, "chair") or [block("chair", "chair", {}, f"conference:{conference.pk}")]),
        *_people(conference, DutyKind.PANEL, "panel"),
        *(
            _people(conference, DutyKind.SECRETARY, "secretary")
            or [block("secretary", "secretary", {}, f"conference:{conference.pk}")]
        ),
        *_people(conference, DutyKind.TELLER, "teller"),
        _recipients(conference),
    ]


def _start(conference: Conference) -> Block:
    """When it was opened; else the hour it was called for, marked as such; else the day as known, the hour left blank."""
    if conference.opened_at:
        text = words.moment(conference.opened_at, conference.time_zone)
    elif conference.starts_at:
        planned = words.moment(conference.starts_at, conference.time_zone)
        text = compose("{planned} (theo chương trình)", "{planned} (as scheduled)", planned=planned)
    else:
        known = words.day_and_part(conference)
        text = compose(f"{GAP} giờ {GAP}, {{known}}", f"{GAP}, {{known}}", known=known) if known else {}
    return block("start", "start", text, f"conference:{conference.pk}")


def _site(site: Site) -> Text:
    parts = [site.room.name if site.room else {}, site.venue.name, site.venue.address]
    return joined([dict(part) for part in parts if part])


def _places(conference: Conference) -> list[Block]:
    """Each site with the count as it was said there; of several with an in/out log, with who came in at each. One that
    tells a count is locked."""
    sites = list(conference.sites.select_related("venue", "room").order_by("order", "id"))
    came = dict(
        Presence.objects.filter(site__in=sites if len(sites) > 1 else [], direction=Direction.IN)
        .order_by("site")
        .values_list("site")
        .annotate(people=Count("registration", distinct=True))
    )
    found = []
    for site in sites:
        place, attended = _site(site), words.count(site.attended)
        if attended:
            place = compose("{place} ({n})", "{place} ({n})", place=place, n=attended)
        elif site.pk in came:
            place = compose(
                "{place} ({n} người vào tại đây)", "{place} ({n} came in here)", place=place, n=same(came[site.pk])
            )
        counted = bool(attended) or site.pk in came
        found.append(block("place", f"place:{site.pk}", place, f"site:{site.pk}", locked=counted))
    return found or [block("place", "place", {}, f"conference:{conference.pk}")]


def _organisers(conference: Conference) -> list[Block]:
    on = words.held_on(conference)
    rows = _with_names(conference.organisers.order_by("order", "id"))
    return [
        block(
            "organiser",
            f"organiser:{row.pk}",
            compose(
                "Đơn vị chủ trì: {name}" if row.role == "lead" else "Đơn vị phối hợp: {name}",
                "Lead organiser: {name}" if row.role == "lead" else "Co-organiser: {name}",
                name=name_then(row.organisation, on),
            ),
            f"organiser:{row.pk}",
        )
        for row in sorted(rows, key=lambda row: (row.role != "lead", row.order))
    ]


def _people(conference: Conference, kind: str, name: str) -> list[Block]:
    """Who has a part of that kind, but in restricted items."""
    restricted = closed_in(conference.pk, Confidentiality.RESTRICTED)
    on = words.held_on(conference)
    rows = [duty for duty in duties(conference, kind) if duty.agenda_item_id not in restricted]
    prefetch_related_objects(rows, "organisation__former_names")
    return [block(name, f"duty:{duty.pk}", words.with_office(duty, on), f"duty:{duty.pk}") for duty in rows]


def _guests(conference: Conference) -> list[Block]:
    """Who was to come as a guest. Where an in/out log was kept, it says of everyone the log does not know that their
    presence is not on record."""
    found = _people(conference, DutyKind.GUEST, "guest")
    if not _is_logged(conference):
        return found
    came = conference.registrations.annotate(came=_CAME).filter(came=True)
    seen = {f"duty:{duty}" for duty in came.values_list("person__duties", flat=True)}
    for made in found:
        if made["id"] not in seen:
            made["text"] = compose("{who} (không ghi nhận có mặt)", "{who} (presence not on record)", who=made["text"])
            made["sources"].append(f"presence-log:{conference.pk}")
    return found


def _recipients(conference: Conference) -> Block:
    """Nơi nhận, a line each: those who held the conference together with the issuing organisation."""
    on = words.held_on(conference)
    rows = _with_names(conference.organisers.filter(role="co").order_by("order", "id"))
    return block(
        "recipients",
        "recipients",
        joined([name_then(row.organisation, on) for row in rows], "\n"),
        *([f"organiser:{row.pk}" for row in rows] or [f"conference:{conference.pk}"]),
    )


def _with_names(organisers: QuerySet[Organiser]) -> QuerySet[Organiser]:
    return organisers.select_related("organisation").prefetch_related("organisation__former_names")


_CAME = Exists(Presence.objects.filter(registration=OuterRef("pk"), direction=Direction.IN))


def _is_logged(conference: Conference) -> bool:
    return Presence.objects.filter(conference=conference, direction=Direction.IN).exists()


def _attendance(conference: Conference) -> list[Block]:
    """Numbers from the in/out log where there is one; else the count as it was said: both are locked. Else a visible
    blank, for the secretary to fill."""
    if _is_logged(conference):
        return _logged(conference)
    here = f"conference:{conference.pk}"
    came, expected = words.count(conference.attended), words.count(conference.expected)
    if came:
        text = compose("Số người dự: {n}", "Attendance: {n}", n=came)
        return [block("attendance", "attendance", text, here, locked=True)]
    if expected:
        text = compose(
            f"Số người dự kiến: {{n}}; số người có mặt: {BLANK}",
            f"Expected: {{n}}; present: {BLANK}",
            n=expected,
        )
        return [block("attendance", "attendance", text, here)]
    return [block("attendance", "attendance", {"vi": f"Số người dự: {BLANK}", "en": f"Attendance: {BLANK}"}, here)]


def _logged(conference: Conference) -> list[Block]:
    """Who came in at least once, of those with a seat: in all, by category, and by unit within it."""
    on = words.held_on(conference)
    units: dict[tuple[str, UUID | None], list[bool]] = defaultdict(list)
    bodies: dict[UUID, Organisation] = {}
    rows = conference.registrations.annotate(came=_CAME).select_related("organisation", "person__organisation")
    rows = rows.prefetch_related("organisation__former_names", "person__organisation__former_names")
    for row in rows.filter(Q(state=RegistrationState.CONFIRMED) | Q(came=True)):
        body = _unit(row)
        units[row.category, body.pk if body else None].append(row.came)
        if body:
            bodies[body.pk] = body

    def counted(seats: list[bool]) -> Text:
        return same(f"{sum(seats)}/{len(seats)}")

    log = f"presence-log:{conference.pk}"
    everybody = [seat for seats in units.values() for seat in seats]
    found = [
        block(
            "attendance",
            "attendance",
            compose(
                "Có mặt {n} người đã đăng ký, trong đó:",
                "Present: {n} of those registered, among them:",
                n=counted(everybody),
            ),
            log,
            locked=True,
        )
    ]
    for category in Category:
        seats = [seat for (kind, _), unit in units.items() if kind == category for seat in unit]
        if not seats:
            continue
        name = words.capital(both(category.label))
        text = compose("{name}: {n} người", "{name}: {n}", name=name, n=counted(seats))
        found.append(block("attendance", f"attendance:{category}", text, f"{log}/{category}", locked=True))
        inside = [(unit, seats) for (kind, unit), seats in units.items() if kind == category and unit is not None]
        for unit, seats in sorted(inside, key=lambda pair: bodies[pair[0]].sort_key):
            text = compose("{name}: {n} người", "{name}: {n}", name=name_then(bodies[unit], on), n=counted(seats))
            source = f"{log}/{category}/{unit}"
            found.append(block("unit", f"attendance:{category}:{unit}", text, source, locked=True))
    return found


def _unit(row: Registration) -> Organisation | None:
    return row.organisation or row.person.organisation
