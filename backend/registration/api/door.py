"""/check-ins, /check-outs, /walk-ins, /scans and /door-lists."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.models import Conference
from backend.conferences.queries.notices import photo_notice
from backend.core.api import HouseViewSet
from backend.core.errors import Conflict, NotFound
from backend.core.problems import reasons
from backend.core.schema import BYTES_AT_HAND
from backend.core.text import both, say
from backend.core.vietnamese import fold
from backend.people.queries import has_role
from backend.registration import codes, queries, rules, services
from backend.registration.api.lookups import conference_of, tagged
from backend.registration.models import Presence, Registration, Scan
from backend.registration.serializers import CheckedInSerializer, DoorBody, PresenceSerializer
from backend.registration.serializers import door as said_at_the_door
from backend.registration.services.presence import NOBODY, Passage, Recorded
from backend.registration.services.scans import Answer, Noted
from backend.registration.states import LOGGED, Direction, PresenceSource, ScanOutcome

MALFORMED = say(vi="Không đọc được lượt quét này.", en="This scan cannot be read.")
REUSED = say(vi="Thiết bị đã dùng mã lượt quét này cho lượt khác.", en="The device has used this id for another scan.")
_NOTHING: dict[str, Any] = {
    "wrong": [],
    "new": False,
    "registration": None,
    "person_name": "",
    "at": None,
    "presence": None,
}
STILL = OpenApiResponse(description="Still what you have.")


class _Door(HouseViewSet):
    """Finds who stands at the door by code, by registration or by name."""

    queryset = Presence.objects.none()
    serializer_class = PresenceSerializer
    rules = rules.DOOR
    scope = "registration"

    def _note(self, request: Any, note: Callable[..., Recorded]) -> Response:
        said = self.body(DoorBody)
        row, source = self._who(request, said)
        self.check_object_permissions(request, row)
        recorded = note(said, row, source)
        return self.answer(recorded.presence, 201 if recorded.new else 200)

    def _who(self, request: Any, said: dict[str, Any]) -> tuple[Registration, str]:
        visible = queries.visible_to(self.account)
        if "code" in said:
            found = queries.by_code(said["code"])
            row = visible.filter(pk=found.pk).first()
            return row or _nobody(), PresenceSource.CODE
        if "registration" in said:
            return visible.filter(pk=said["registration"]).first() or _nobody(), PresenceSource.STAFF
        conference = conference_of(request, said["conference"])
        self.check_object_permissions(request, conference)
        rows = queries.named(conference, fold(said["name"]))
        if len(rows) > 1:
            raise Conflict(
                say(
                    vi="Có nhiều người trùng tên; hãy chọn theo mã đăng ký.",
                    en="Several people match; choose one by registration.",
                ),
                candidates=[{"registration": str(row.id), "name": row.person.full_name} for row in rows[:10]],
            )
        return rows[0] if rows else _nobody(), PresenceSource.NAME

    def _note_many(self, request: Any, direction: str) -> Response:
        said = self.body(said_at_the_door.ManyBody)
        conference = conference_of(request, said["conference"])
        self.check_object_permissions(request, conference)
        who = said.get("registrations") or queries.seated_of_unit(conference.pk, said["organisation"])
        passed = services.pass_many(
            conference_id=conference.pk, registrations=who, direction=direction, site_id=said.get("site")
        )
        people = [_told(one) for one in passed]
        outcomes = [each["outcome"] for each in people]
        counts = {outcome: outcomes.count(outcome) for outcome in ("recorded", "already", "refused")}
        shown = {**counts, "people": people, "photo_notice": None, "warnings": []}
        if direction == Direction.IN:
            came = [(one.recorded.presence.site_id, one.row.site_id) for one in passed if one.row and one.recorded]
            shown |= {"photo_notice": photo_notice(conference.pk).text or None, "warnings": _warned(conference, came)}
        return Response(said_at_the_door.ManySerializer(shown).data)


class CheckInViewSet(_Door):
    """The way in: by code, by registration, by name, or by a list."""

    serializer_class = CheckedInSerializer

    @extend_schema(
        request=DoorBody, responses={200: CheckedInSerializer, 201: CheckedInSerializer}, summary="Check somebody in"
    )
    def create(self, request: Any) -> Response:
        """Notes that somebody came in. A second scan answers 200 with the time before."""
        return self._note(
            request,
            lambda said, row, source: services.check_in(
                registration_id=row.id, site_id=said.get("site"), source=source
            ),
        )

    @extend_schema(
        request=said_at_the_door.ManyBody,
        responses=said_at_the_door.ManySerializer,
        summary="Check several people in",
    )
    @action(detail=False, methods=["post"])
    def many(self, request: Any) -> Response:
        """Checks in those named, or everybody of a unit who has a seat, and says of each how it went: who is refused
        stops nobody."""
        return self._note_many(request, Direction.IN)


class CheckOutViewSet(_Door):
    """The way out: by code, by registration, by name, by a list, or everybody."""

    @extend_schema(
        request=DoorBody, responses={200: PresenceSerializer, 201: PresenceSerializer}, summary="Check somebody out"
    )
    def create(self, request: Any) -> Response:
        """Notes that somebody went out. A second scan answers 200 with the time before. Of who has a seat it is noted
        even if nothing says that they came in: a device may still bring that."""
        return self._note(request, lambda said, row, source: services.check_out(registration_id=row.id, source=source))

    @extend_schema(
        request=said_at_the_door.ManyBody,
        responses=said_at_the_door.ManySerializer,
        summary="Check several people out",
    )
    @action(detail=False, methods=["post"])
    def many(self, request: Any) -> Response:
        """Checks out those named, or everybody of a unit who has a seat, and says of each how it went."""
        return self._note_many(request, Direction.OUT)

    @extend_schema(
        request=said_at_the_door.EveryoneBody,
        responses=said_at_the_door.EveryoneSerializer,
        summary="Check everybody out",
    )
    @action(detail=False, methods=["post"])
    def everyone(self, request: Any) -> Response:
        """Checks out whoever is still in, everywhere or at one site: at the end of the day, before the closing."""
        said = self.body(said_at_the_door.EveryoneBody)
        conference = conference_of(request, said["conference"])
        self.check_object_permissions(request, conference)
        out = services.everyone_out(conference_id=conference.pk, site_id=said.get("site"))
        return Response(said_at_the_door.EveryoneSerializer({"out": out}).data)


class WalkInViewSet(HouseViewSet):
    """Those who come without being registered."""

    queryset = Registration.objects.none()
    serializer_class = said_at_the_door.WalkInSerializer
    rules = rules.DOOR
    scope = "registration"

    @extend_schema(
        request=said_at_the_door.WalkInBody,
        responses={200: said_at_the_door.WalkInSerializer, 201: said_at_the_door.WalkInSerializer},
        summary="Register somebody at the door",
    )
    def create(self, request: Any) -> Response:
        """Gives a free seat to somebody who is not registered, and checks them in; both or neither. Who is
        on record already is taken for that person; who is in already is answered 200. Without `organisation` they come for
        no unit. 409 with the counts where no seat is free, and where it is unclear who they are with the candidates: people
        of that name at this conference, in the unit, or elsewhere on record where the account may see them."""
        said = self.body(said_at_the_door.WalkInBody)
        conference = conference_of(request, said["conference"])
        self.check_object_permissions(request, conference)
        who = said.get("person") or services.Stranger(
            full_name=said["full_name"],
            organisation_id=said.get("organisation"),
            home_id=_home(request.user, said.get("organisation")),
            honorific=said.get("honorific", ""),
            office=said.get("office"),
        )
        done = services.walk_in(
            conference_id=conference.pk,
            who=who,
            category=said["category"],
            site_id=said.get("site"),
            anew=said["anew"],
            elsewhere=queries.people_seen_by(self.account),
        )
        row = queries.with_names(Registration.objects.filter(pk=done.registration.pk)).get()
        shown = {"registration": row, "presence": done.presence, "added": done.added}
        return Response(said_at_the_door.WalkInSerializer(shown).data, status=201 if done.new else 200)


class ScanFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")
    device = django_filters.UUIDFilter("device")
    registration = django_filters.UUIDFilter("registration_id")
    outcome = django_filters.MultipleChoiceFilter(choices=ScanOutcome.choices)

    class Meta:
        model = Scan
        fields: tuple[str, ...] = ()


class ScanViewSet(HouseViewSet):
    """What devices at the door noted without a connection, and what became of it, newest first."""

    queryset = Scan.objects.none()
    serializer_class = said_at_the_door.ScanSerializer
    rules = rules.SCANS
    shows = ("registration.person_id",)
    scope = "registration"
    filterset_class = ScanFilters

    def get_queryset(self) -> QuerySet[Scan]:
        return queries.visible_scans(self.account)

    @extend_schema(
        request=said_at_the_door.ScansBody,
        responses={200: said_at_the_door.ScansAnswerSerializer},
        summary="Bring what a device noted",
    )
    def create(self, request: Any) -> Response:
        """Takes a batch of scans, answers each, and enters the good ones into the log at the time they happened. A batch
        may come again, in pieces or out of order: a scan that was answered gets the same answer."""
        said = self.body(said_at_the_door.ScansBody)
        conference = conference_of(request, said["conference"])
        self.check_object_permissions(request, conference)
        answers: dict[int, dict[str, Any]] = {}
        noted: dict[int, Noted] = {}
        reader = said_at_the_door.ScanBody()
        for number, each in enumerate(said["scans"], 1):
            try:
                noted[number] = _noted(reader.run_validation(each))
            except serializers.ValidationError as error:
                answers[number] = _malformed(number, each, error)
        taken = services.take_scans(
            conference_id=conference.pk, device=said["device"], clock=said["clock"], scans=list(noted.values())
        )
        for number, answer in zip(noted, taken.answers, strict=True):
            answers[number] = _answered(number, answer)
        recorded = sum(answer["outcome"] in LOGGED for answer in answers.values())
        shown = {
            "received_at": taken.received_at,
            "clock_behind_seconds": taken.behind.total_seconds(),
            "recorded": recorded,
            "refused": len(answers) - recorded,
            "scans": [answers[number] for number in sorted(answers)],
            "warnings": _warned(conference, _came([answer.row for answer in taken.answers if answer.same])),
        }
        return Response(said_at_the_door.ScansAnswerSerializer(shown).data)


class DoorListViewSet(HouseViewSet):
    """What a device needs to decide alone who may come in."""

    queryset = Registration.objects.none()
    serializer_class = said_at_the_door.DoorListSerializer
    rules = rules.DOOR_LISTS
    scope = "registration"
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        parameters=[OpenApiParameter("conference", UUID, required=True), BYTES_AT_HAND],
        responses={200: said_at_the_door.DoorListSerializer, 304: STILL},
        summary="Fetch who may come in",
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Everybody with a seat, with the digest of their check-in code: the device hashes the code it scans and looks
        it up. Fetch it again from time to time with the ETag at hand; a code that was replaced is in it no more."""
        asked = said_at_the_door.ConferenceQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        conference = conference_of(request, asked.validated_data["conference"])
        self.check_object_permissions(request, conference)
        people = [
            {
                "registration": row.pk,
                "digest": hashlib.sha256(codes.sign(row.pk, row.code_round).encode()).hexdigest(),
                "name": row.person.full_name,
                "category": row.category,
                "organisation": row.organisation_id,
                "site": row.site_id,
            }
            for row in queries.expected_at_door(conference.pk)
        ]
        shown = {"conference": conference.pk, "people": people}
        return tagged(request, said_at_the_door.DoorListSerializer(shown).data)


def _home(account: Any, organisation_id: UUID | None) -> UUID | None:
    """Nobody adds people to the records of a unit they do not work for, nor makes them the host's: they are in none."""
    works_there = organisation_id and has_role(account, "organiser", "secretary", organisation_id=organisation_id)
    return organisation_id if works_there else None


def _noted(said: dict[str, Any]) -> Noted:
    signed = codes.read(said["code"]) if "code" in said else (said["registration"], None)
    registration_id, code_round = signed or (None, None)
    return Noted(
        scan=said["id"],
        registration_id=registration_id,
        code_round=code_round,
        direction=said["direction"],
        site_id=said.get("site"),
        at=said["at"],
    )


def _malformed(number: int, scan: Any, error: serializers.ValidationError) -> dict[str, Any]:
    name = scan.get("id") if isinstance(scan, dict) else None
    return {
        **_NOTHING,
        "number": number,
        "id": name[:36] if isinstance(name, str) else "",
        "outcome": "malformed",
        "reason": both(MALFORMED),
        "wrong": reasons(error),
    }


def _answered(number: int, answer: Answer) -> dict[str, Any]:
    row = answer.row
    if not answer.same:
        return {**_NOTHING, "number": number, "id": str(row.scan), "outcome": "reused", "reason": both(REUSED)}
    return {
        "number": number,
        "id": str(row.scan),
        "outcome": row.outcome,
        "reason": both(ScanOutcome(row.outcome).label),
        "wrong": [],
        "new": answer.new,
        "registration": row.registration_id,
        "person_name": row.registration.person.full_name if row.registration else "",
        "at": row.at,
        "presence": row.presence_id,
    }


def _told(one: Passage) -> dict[str, Any]:
    entry = one.recorded.presence if one.recorded else None
    outcome = "refused" if one.recorded is None else "recorded" if one.recorded.new else "already"
    return {
        "registration": one.registration_id,
        "person_name": one.row.person.full_name if one.row else "",
        "outcome": outcome,
        "reason": both(one.refusal.sentence) if one.refusal else {},
        "presence": entry and entry.pk,
        "at": entry and entry.at,
    }


def _came(scans: list[Scan]) -> Iterator[tuple[UUID | None, UUID | None]]:
    """Who came in by these: where, and where their seat is."""
    for row in scans:
        if row.registration and row.outcome in LOGGED and row.direction == Direction.IN:
            yield row.site_id, row.registration.site_id


def _warned(conference: Conference, came: Iterable[tuple[UUID | None, UUID | None]]) -> list[dict[str, str]]:
    return [both(each) for each in queries.door_warnings(conference.pk, came)]


def _nobody() -> Registration:
    raise NotFound(NOBODY)
