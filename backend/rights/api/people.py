"""/api/v1/personal-exports, corrections and erasures."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.text import say
from backend.jobs.answers import BEGUN, accepted
from backend.people.models import Person
from backend.rights import queries, rules, serializers, services
from backend.rights.models import Correction, Erasure, PersonalExport


class OfPeople(HouseViewSet):
    """Rows about one person, and what is asked for about one."""

    scope = "rights"
    shows = ("person_id",)

    def about(self, person_id: UUID | None) -> Person:
        """The person named (none: the caller), whom the rule lets the caller ask about. Raises Invalid."""
        person = Person.objects.filter(pk=person_id or self.account.person_id).first()
        if person is None:
            raise Invalid({"person": say(vi="Không có người này.", en="There is no such person.")})
        self.check_object_permissions(self.request, person)
        return person


class PersonFilters(filters.FilterSet):
    person = filters.UUIDFilter("person_id")


class CorrectionFilters(PersonFilters):
    document = filters.UUIDFilter(method="noted_by", label="A document on file that names the person.")

    def noted_by(self, rows: QuerySet[Correction], name: str, value: UUID) -> QuerySet[Correction]:
        return rows.filter(documents__contains=[str(value)])


class PersonalExportViewSet(OfPeople):
    """Copies of everything held about one person: one's own, and for data officers those of their people."""

    rules = rules.EXPORTS
    own_refusals = {"file": (410,)}
    queryset = PersonalExport.objects.none()
    serializer_class = serializers.ExportSerializer
    filterset_class = PersonFilters

    def get_queryset(self) -> QuerySet[PersonalExport]:
        return queries.visible_exports(self.account)

    @extend_schema(request=serializers.ExportBody, responses=BEGUN)
    def create(self, request: Any) -> Response:
        """Begins to pack a copy: a ZIP with JSON for programs, a page in Vietnamese and one in English, and the files. The
        job's result names the `export`."""
        body = self.body(serializers.ExportBody)
        person = self.about(body.get("person"))
        _, job = services.export(person_id=person.pk, account_id=self.account.pk, request_id=body.get("request"))
        return accepted(job)

    @extend_schema(responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "The packed copy.")})
    @action(detail=True, methods=["get"])
    def file(self, request: Any, pk: str) -> HttpResponse:
        """The copy, until it is no longer kept."""
        export = self.get_object()
        content, name = services.fetch(export_id=export.pk)
        self.note_shown([export])
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(content, content_type="application/zip", headers=headers)


class CorrectionViewSet(OfPeople):
    """What was corrected about people at their request. `?document=` are the notes to a document on file."""

    rules = rules.CORRECTIONS
    blind_to_versions = frozenset({"create"})
    queryset = Correction.objects.none()
    serializer_class = serializers.CorrectionSerializer
    filterset_class = CorrectionFilters

    def get_queryset(self) -> QuerySet[Correction]:
        return queries.visible_corrections(self.account)

    @extend_schema(
        request=serializers.PersonCorrectionBody, responses={201: serializers.CorrectionSerializer(many=True)}
    )
    def create(self, request: Any) -> Response:
        """Corrects a name, honorific, address, number or office. Documents on file keep what they say."""
        body = self.body(serializers.PersonCorrectionBody)
        person = self.about(body["person"])
        made = services.correct(
            person_id=person.pk,
            changes={field: body[field] for field in services.FIELDS if field in body},
            position_id=body.get("position"),
            title=body.get("title"),
            request_id=body.get("request"),
        )
        return Response(serializers.CorrectionSerializer(made, many=True).data, status=201)


class ErasureViewSet(OfPeople):
    """Who was erased, and what of them stays: for data officers."""

    rules = rules.ERASURES
    queryset = Erasure.objects.none()
    serializer_class = serializers.ErasureSerializer
    filterset_class = PersonFilters

    def get_queryset(self) -> QuerySet[Erasure]:
        return queries.visible_erasures(self.account)

    @extend_schema(request=serializers.ErasureBody, responses=BEGUN)
    def create(self, request: Any) -> Response:
        """Begins to erase a person; there is no way back. 409 names in `hindrances` what has to be taken back first: an
        invitation to a conference to come, a seat, a part, a legal hold."""
        body = self.body(serializers.ErasureBody)
        person = self.about(body["person"])
        job = services.erase(person_id=person.pk, account_id=self.account.pk, request_id=body.get("request"))
        return accepted(job)
