"""/registrations, /seats, /admissions, /check-ins, /check-outs, /presences and /attendance."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.models import Conference
from backend.conferences.queries import visible_to as visible_conferences
from backend.conferences.rules import organises
from backend.core.api import HouseViewSet
from backend.core.clock import now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.text import say
from backend.core.vietnamese import fold
from backend.invitations.queries import LOOKS, conferences_of
from backend.invitations.states import Category
from backend.registration import queries, rules, services
from backend.registration.models import Admission, Presence, Registration, Seats
from backend.registration.serializers import (
    AdmissionBody,
    AdmissionSerializer,
    ApprovalBody,
    AttendanceQuery,
    AttendanceSerializer,
    CapacityBody,
    DoorBody,
    LimitBody,
    PresenceSerializer,
    QuorumSerializer,
    RefusalBody,
    RegistrationBody,
    RegistrationSerializer,
    SeatsSerializer,
)
from backend.registration.services.presence import Recorded
from backend.registration.states import Direction, PresenceSource, RegistrationState


class RegistrationFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")
    person = django_filters.UUIDFilter("person_id")
    organisation = django_filters.UUIDFilter("organisation_id")
    invitation = django_filters.UUIDFilter("invitation_id")
    site = django_filters.UUIDFilter("site_id")
    category = django_filters.ChoiceFilter(choices=Category.choices)
    state = django_filters.MultipleChoiceFilter(choices=RegistrationState.choices)

    class Meta:
        model = Registration
        fields: tuple[str, ...] = ()


class RegistrationViewSet(HouseViewSet):
    """Places at conferences: those the caller works for, and the caller's own."""

    queryset = Registration.objects.none()
    serializer_class = RegistrationSerializer
    rules = rules.REGISTRATIONS
    shows = ("person_id",)
    scope = "registration"
    filterset_class = RegistrationFilters
    own_refusals = {"accept": (410,)}
    search_fields = ("person__folded",)

    def get_queryset(self) -> QuerySet[Registration]:
        return queries.visible_to(self.account)

    def _answer(self, row: Registration, status: int = 200) -> Response:
        # Whoever may give a seat or take it back sees it: visibility need not be asked again.
        return self.answer(queries.with_names(Registration.objects.filter(pk=row.pk)).get(), status)

    @extend_schema(request=RegistrationBody, responses={201: RegistrationSerializer})
    def create(self, request: Any) -> Response:
        """Registers somebody without an invitation: a seat, or the next turn on the waiting list. Organisers register
        anybody at any time; everybody may register themselves where the conference is open, or ask to come where it
        approves who does. Who is registered already stays as they are."""
        said = self.body(RegistrationBody)
        conference = _conference(request, said["conference"])
        person = said.get("person", self.account.person_id)
        if person is None:
            raise Invalid({"person": say(vi="Hãy nói ai đăng ký.", en="Say who is to be registered.")})
        self.check_object_permissions(request, Registration(conference=conference, person_id=person))
        if organises.test(self.account, conference):
            made = services.register(
                conference_id=conference.id,
                person_id=person,
                category=said.get("category", Category.DELEGATE),
                site_id=said.get("site"),
                organisation_id=said.get("organisation"),
            )
        else:
            _refuse_to_choose(said)
            made = services.ask(conference_id=conference.id, person_id=person, site_id=said.get("site"))
        return self._answer(made, 201)

    @extend_schema(request=ApprovalBody, responses=RegistrationSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Any, pk: str) -> Response:
        """Lets in who asked to come: to a seat, or to the next turn on the waiting list."""
        row = self.get_object()
        said = self.body(ApprovalBody)
        return self._answer(
            services.approve(registration_id=row.id, category=said.get("category"), expected=self.expected_version())
        )

    @extend_schema(request=RefusalBody, responses=RegistrationSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Any, pk: str) -> Response:
        """Turns down who asked to come; the letter says why."""
        row = self.get_object()
        said = self.body(RefusalBody)
        return self._answer(
            services.refuse(registration_id=row.id, reason=said["reason"], expected=self.expected_version())
        )

    @extend_schema(request=None, responses=RegistrationSerializer, summary="Take the seat offered")
    @action(detail=True, methods=["post"])
    def accept(self, request: Any, pk: str) -> Response:
        """Takes the seat that was offered from the waiting list, while the offer lasts."""
        row = self.get_object()
        return self._answer(services.accept(registration_id=row.id, expected=self.expected_version()))

    @extend_schema(request=None, responses=RegistrationSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: str) -> Response:
        """Gives the seat up, which goes to who is next; or the turn, the offer or the request."""
        row = self.get_object()
        return self._answer(services.cancel(registration_id=row.id, expected=self.expected_version()))

    @extend_schema(request=None, responses=RegistrationSerializer, summary="Reissue a check-in code")
    @action(detail=True, methods=["post"])
    def reissue(self, request: Any, pk: str) -> Response:
        """Mails a new check-in code and voids the old one."""
        row = self.get_object()
        return self._answer(services.reissue_code(registration_id=row.id, expected=self.expected_version()))


class SeatsFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")

    class Meta:
        model = Seats
        fields: tuple[str, ...] = ()


class SeatsViewSet(HouseViewSet):
    """How many seats a conference has, how many are taken and how many people wait. The id is the conference's."""

    queryset = Seats.objects.none()
    serializer_class = SeatsSerializer
    rules = rules.SEATS
    scope = "registration"
    filterset_class = SeatsFilters

    def get_queryset(self) -> QuerySet[Seats]:
        return queries.visible_seats(self.account)

    @extend_schema(request=CapacityBody, responses=SeatsSerializer, summary="Set the number of seats")
    @action(detail=True, methods=["post"])
    def resize(self, request: Any, pk: str) -> Response:
        """Sets the number of seats (null: no limit). Added ones go to the waiting list at once; there cannot be fewer
        than are taken."""
        conference = self._organised(request, pk)
        said = self.body(CapacityBody)
        return self._answer(services.set_capacity(conference_id=conference.id, capacity=said["capacity"]))

    @extend_schema(request=LimitBody, responses=SeatsSerializer, summary="Limit the seats of a site or a unit")
    @action(detail=True, methods=["post"])
    def limit(self, request: Any, pk: str) -> Response:
        """Sets how many seats those of one site or of one unit may have (null: no limit of their own). Who does not
        fit waits, and stops nobody behind who does; there cannot be fewer than are taken or offered."""
        conference = self._organised(request, pk)
        said = self.body(LimitBody)
        return self._answer(
            services.set_limit(
                conference_id=conference.id,
                site_id=said.get("site"),
                organisation_id=said.get("organisation"),
                capacity=said["capacity"],
            )
        )

    def _organised(self, request: Any, pk: str) -> Conference:
        conference = visible_conferences(self.account).filter(pk=_uuid(pk)).first()
        if conference is None:
            raise NotFound()
        self.check_object_permissions(request, conference)
        return conference

    def _answer(self, seats: Seats) -> Response:
        return self.answer(queries.with_limits(Seats.objects.filter(pk=seats.pk)).get())


class AdmissionFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")

    class Meta:
        model = Admission
        fields: tuple[str, ...] = ()


class AdmissionViewSet(HouseViewSet):
    """How conferences take people: by invitation, open, or by approval. The id is the conference's."""

    queryset = Admission.objects.none()
    serializer_class = AdmissionSerializer
    rules = rules.ADMISSIONS
    scope = "registration"
    filterset_class = AdmissionFilters

    def get_queryset(self) -> QuerySet[Admission]:
        return queries.visible_admissions(self.account)

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What was decided for the conference; where nothing was, it is by invitation."""
        conference = visible_conferences(self.account).filter(pk=_uuid(kwargs["pk"])).first()
        if conference is None:
            raise NotFound()
        return self.answer(queries.admission(conference.pk))

    @extend_schema(
        request=AdmissionBody, responses={200: AdmissionSerializer}, summary="Decide how a conference takes people"
    )
    def create(self, request: Any) -> Response:
        """Decides it in place of what was decided before. Offers already made keep their end, and those who asked to
        come still wait for approval."""
        said = self.body(AdmissionBody)
        conference = _conference(request, said.pop("conference"))
        self.check_object_permissions(request, conference)
        return self.answer(services.set_admission(conference_id=conference.pk, **said))


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
        conference = _conference(request, said["conference"])
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


class CheckInViewSet(_Door):
    """The way in: by code, by registration or by name."""

    @extend_schema(
        request=DoorBody, responses={200: PresenceSerializer, 201: PresenceSerializer}, summary="Check somebody in"
    )
    def create(self, request: Any) -> Response:
        """Notes that somebody came in. A second scan answers 200 with the first time."""
        return self._note(
            request,
            lambda said, row, source: services.check_in(
                registration_id=row.id, site_id=said.get("site"), source=source
            ),
        )


class CheckOutViewSet(_Door):
    """The way out: by code, by registration or by name."""

    @extend_schema(
        request=DoorBody, responses={200: PresenceSerializer, 201: PresenceSerializer}, summary="Check somebody out"
    )
    def create(self, request: Any) -> Response:
        """Notes that somebody went out. A second scan answers 200 with the first time."""
        return self._note(request, lambda said, row, source: services.check_out(registration_id=row.id, source=source))


class PresenceFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")
    registration = django_filters.UUIDFilter("registration_id")
    site = django_filters.UUIDFilter("site_id")
    direction = django_filters.ChoiceFilter(choices=Direction.choices)
    since = django_filters.IsoDateTimeFilter("at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter("at", lookup_expr="lte")

    class Meta:
        model = Presence
        fields: tuple[str, ...] = ()


class PresenceViewSet(HouseViewSet):
    """The in/out log, newest first. It is only ever added to, by check-ins and check-outs."""

    queryset = Presence.objects.none()
    serializer_class = PresenceSerializer
    rules = rules.LOG
    shows = ("registration.person_id",)
    scope = "registration"
    filterset_class = PresenceFilters

    def get_queryset(self) -> QuerySet[Presence]:
        return queries.visible_presences(self.account)


class AttendanceViewSet(HouseViewSet):
    """Who is there at any instant, counted from the log."""

    queryset = Presence.objects.none()
    serializer_class = AttendanceSerializer
    rules = rules.ATTENDANCE
    scope = "registration"
    own_refusals = {"list": (404,)}
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        parameters=[
            OpenApiParameter("conference", UUID, required=True),
            OpenApiParameter("at", {"type": "string", "format": "date-time"}, description="Now, if not said."),
            OpenApiParameter("share", str, description="Ask for a quorum of this share of those summoned, as in 2/3."),
        ],
        responses=AttendanceSerializer,
        summary="Count who is there",
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked = AttendanceQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        conference = conferences_of(self.account, *LOOKS).filter(pk=said["conference"]).first()
        if conference is None:
            raise NotFound()
        moment = said.get("at") or now()
        answer = dict(AttendanceSerializer(queries.attendance(conference.id, moment)).data)
        if share := said.get("share"):
            wanted = Fraction(share)
            if wanted > 1:
                raise serializers.ValidationError({"share": [say(vi="Không quá 1.", en="At most 1.")]})
            answer["quorum"] = QuorumSerializer(queries.quorum(conference.id, wanted, moment)).data
        return Response(answer)


def _refuse_to_choose(said: dict[str, Any]) -> None:
    """Who comes of their own accord comes as a guest of their own unit: quorums and units' seats are not theirs to move."""
    sentence = say(vi="Chỉ ban tổ chức chọn được mục này.", en="Only organisers choose this.")
    if chosen := {name: sentence for name in ("category", "organisation") if said.get(name)}:
        raise Invalid(chosen)


def _conference(request: Any, conference_id: UUID) -> Conference:
    conference = Conference.objects.prefetch_related("organisers").filter(pk=conference_id).first()
    # Who organises it sees it; asking that first spares those who work the dearer question.
    if conference is None or not (
        organises.test(request.user, conference) or visible_conferences(request.user).filter(pk=conference_id).exists()
    ):
        raise Invalid({"conference": say(vi="Không tìm thấy hội nghị này.", en="There is no such conference.")})
    return conference


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotFound() from None


def _nobody() -> Registration:
    raise NotFound(say(vi="Không có đăng ký nào như vậy.", en="There is no such registration."))
