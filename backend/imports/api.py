"""/imports and /import-rows."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.filters import TrueOrFalseFilter
from backend.core.shown import Address
from backend.core.text import current_language, say
from backend.documents.queries import disposition
from backend.imports import queries, rules, services
from backend.imports.form import MEDIA_TYPE, empty_form, filename
from backend.imports.models import Import, ImportRow
from backend.imports.serializers import ImportBody, ImportRowSerializer, ImportSerializer, MeantBody
from backend.imports.states import ImportState, Outcome
from backend.imports.uploads import looked_at, with_form
from backend.invitations.queries import visible_lists
from backend.jobs.answers import BEGUN, accepted
from backend.people.models import Organisation


class ImportFilters(django_filters.FilterSet):
    organisation = django_filters.UUIDFilter("organisation_id")
    list = django_filters.UUIDFilter("list_id")
    state = django_filters.ChoiceFilter(choices=ImportState.choices)

    class Meta:
        model = Import
        fields: tuple[str, ...] = ()


class ImportViewSet(HouseViewSet):
    """Lists of people, as .xlsx or .csv. A list is read in the background and previewed row by row; nobody is added
    until it is committed, and the same file never adds anybody twice."""

    queryset = Import.objects.none()
    serializer_class = ImportSerializer
    rules = rules.IMPORTS
    scope = "imports"
    edited_by_two = True
    needs_if_match = frozenset({"commit"})
    filterset_class = ImportFilters
    takes_bytes = {"create": with_form}

    def get_queryset(self) -> QuerySet[Import]:
        return queries.visible_to(self.account)

    def get_parsers(self) -> list[Any]:
        """A list comes in a form, everything else as JSON; asked before the framework has named the action."""
        action = getattr(self, "action", None) or self.action_map.get((self.request.method or "").lower())
        return [MultiPartParser()] if action == "create" else super().get_parsers()

    @extend_schema(summary="Hand in a list of people", request={"multipart/form-data": ImportBody}, responses=BEGUN)
    def create(self, request: Any) -> Response:
        """Takes the file, at most 5 MB unless the house says otherwise, and begins to read it. The job's `subject_id` is
        the import; its rows are at /import-rows. The same file for the same list is the same import, read afresh."""
        body = self.body(ImportBody)
        organisation = Organisation.objects.filter(pk=body["organisation"]).first()
        if organisation is None:
            raise Invalid({"organisation": say(vi="Không có đơn vị này.", en="There is no such organisation.")})
        self.check_object_permissions(request, organisation)
        if body.get("list"):
            invitations = visible_lists(self.account).filter(pk=body["list"]).first()
            if invitations is None:
                raise Invalid({"list": say(vi="Không có danh sách này.", en="There is no such list.")})
            if not rules.fills_the_list.test(self.account, invitations):
                self.permission_denied(request)
        job = services.receive(
            organisation_id=organisation.pk,
            list_id=body.get("list"),
            sheet=looked_at(filename=body["file"].name, content=body["file"].read()),
            account_id=self.account.pk,
        )
        return accepted(job)

    @extend_schema(request=None, responses=BEGUN)
    @action(detail=True, methods=["post"])
    def commit(self, request: Any, pk: str) -> Response:
        """Makes people of the rows that are new, fills in what is not yet known of those that are known, and puts all of
        them on the list. Rows with errors, duplicates and rows nobody decided on are left out."""
        imported = self.get_object()
        return accepted(
            services.commit(import_id=imported.pk, account_id=self.account.pk, expected=self.expected_version())
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: str) -> Response:
        """Removes the file and its rows. Who became of a committed one stays on record, and the same file stays refused."""
        services.remove(import_id=self.get_object().pk, expected=self.expected_version())
        return Response(status=204)

    @extend_schema(summary="Fetch an empty list", responses={(200, MEDIA_TYPE): OpenApiTypes.BINARY}, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def form(self, request: Any) -> HttpResponse:
        """An empty workbook with the columns that are understood. Others may stay; nothing is taken from them."""
        return HttpResponse(
            empty_form(current_language()),
            content_type=MEDIA_TYPE,
            headers={"Content-Disposition": disposition(filename())},
        )


class ImportRowFilters(django_filters.FilterSet):
    imported = django_filters.UUIDFilter("imported_id")
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices)
    committed = TrueOrFalseFilter("committed_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = ImportRow
        fields: tuple[str, ...] = ()


class ImportRowViewSet(HouseViewSet):
    """What each row of a list says, what is wrong with it, and what it would do."""

    queryset = ImportRow.objects.none()
    serializer_class = ImportRowSerializer
    rules = rules.ROWS
    shows = ("person_id", "candidates", Address("entry.email"), Address("entry.alternate_email"))
    scope = "imports"
    filterset_class = ImportRowFilters
    ordering = ("imported_id", "place", "id")

    def get_queryset(self) -> QuerySet[ImportRow]:
        return queries.visible_rows(self.account)

    @extend_schema(request=MeantBody, responses=ImportRowSerializer, summary="Say whom a row means")
    @action(detail=True, methods=["post"])
    def decide(self, request: Any, pk: str) -> Response:
        """Where several people on record may be meant: one of the `candidates`, or null for somebody new."""
        row = self.get_object()
        services.decide(row_id=row.pk, person_id=self.body(MeantBody)["person"])
        return self.answer_anew(row)
