"""/authorisations."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from backend.conferences.serializers.papers import HandInBody, the_file
from backend.core.api import HouseViewSet
from backend.core.errors import Forbidden
from backend.core.schema import BYTES_AT_HAND
from backend.documents.answers import bytes_of
from backend.documents.queries import FILED_TYPES
from backend.documents.uploads import looked_at, with_form
from backend.registration.models import Registration
from backend.resolutions import queries, rules, services
from backend.resolutions.models import Authorisation
from backend.resolutions.serializers.rolls import AuthorisationBody, AuthorisationSerializer


class AuthorisationViewSet(HouseViewSet):
    """Who lets whom cast their votes. The holder gives it and takes it back; the conference's staff enters it from paper."""

    rules = rules.AUTHORISATIONS
    scope = "resolutions"
    shows = ("holder.person_id", "proxy_id")
    queryset = Authorisation.objects.none()
    serializer_class = AuthorisationSerializer
    filterset_fields = {"conference": ["exact"], "poll": ["exact"], "holder": ["exact"], "proxy": ["exact"]}
    blind_to_versions = frozenset({"take_back", "file_paper"})
    takes_bytes = {"file_paper": with_form}

    def get_queryset(self) -> QuerySet[Authorisation]:
        return queries.visible_authorisations(self.account)

    @extend_schema(request=AuthorisationBody, responses={201: AuthorisationSerializer})
    def create(self, request: Any) -> Response:
        """Has somebody with a seat cast the votes, in one poll that has not opened or in all of the conference. A proxy in
        a secret poll gets receipts and nothing else."""
        body = self.body(AuthorisationBody)
        conference, holder = body["conference"], body.pop("holder", None)
        self.check_object_permissions(request, conference)
        own = Registration.objects.filter(
            conference=conference, person=self.account.person_id, state="confirmed"
        ).first()
        if holder is not None and holder != own and not rules.staff.test(self.account, conference):
            raise Forbidden()
        holder = holder or own
        if holder is None:
            raise Forbidden()
        return self.answer_anew(services.authorise(holder_id=holder.pk, **body), 201)

    @extend_schema(request=None, responses=AuthorisationSerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Any, pk: str) -> Response:
        """Takes the votes back, in open polls as well, as long as the proxy has not cast there."""
        return self.answer_anew(services.take_back_votes(authorisation_id=self.get_object().pk))

    @extend_schema(
        summary="Read the signed paper",
        parameters=[BYTES_AT_HAND],
        responses={
            **{(200, media_type): OpenApiTypes.BINARY for media_type in FILED_TYPES.values()},
            304: OpenApiResponse(description="Still what you have."),
        },
    )
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None, parser_classes=[MultiPartParser])
    def paper(self, request: Any, pk: str) -> HttpResponse:
        """The file as it was handed in, for the two it names and the conference's staff."""
        given = self.get_object()
        self.note_shown([given])
        return bytes_of(given.paper and given.paper.files.first(), request)

    @extend_schema(
        summary="File the signed paper",
        request={"multipart/form-data": HandInBody},
        responses={201: AuthorisationSerializer},
    )
    @paper.mapping.post
    def file_paper(self, request: Any, pk: str) -> Response:
        """Keeps the paper with what was entered from it, once and for good."""
        given = self.get_object()
        name, content = the_file(self.body(HandInBody))
        upload = looked_at(filename=name, content=content)
        return self.answer_anew(services.file_paper(authorisation_id=given.pk, upload=upload), 201)
