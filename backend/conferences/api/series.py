"""/series: meetings that recur, planned ahead; /conference-templates: what conferences are drafted from."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences import queries, rules, services
from backend.conferences.api.arranging import asks_for_preview
from backend.conferences.api.shelf import Shelf, described
from backend.conferences.models import Conference, ConferenceTemplate, Series
from backend.conferences.queries import series as series_queries
from backend.conferences.serializers.conferences import ConferenceSerializer
from backend.conferences.serializers.series import (
    OUTLINE_FIELDS,
    DraftedBody,
    EndBody,
    PreviewSerializer,
    SeriesBody,
    SeriesReportSerializer,
    SeriesSerializer,
    SplitBody,
    TemplateBody,
    TemplateSerializer,
)
from backend.conferences.states import Kind
from backend.core.errors import NotFound
from backend.core.shown import RECORD

_PREVIEW = OpenApiParameter(
    "preview",
    bool,
    description="Tell what would change, occurrence by occurrence, and write nothing; If-Match may then be left out.",
)


def _or_preview(name: str, shown: Any) -> Any:
    return PolymorphicProxySerializer(
        component_name=name, serializers=[shown, PreviewSerializer], resource_type_field_name=None
    )


def outline_apart(fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A body's own columns, and those of the outline."""
    outline = {name: fields.pop(name) for name in OUTLINE_FIELDS if name in fields}
    return fields, outline


class SeriesFilters(django_filters.FilterSet):
    organisation = django_filters.UUIDFilter("organisation_id")
    kind = django_filters.ChoiceFilter("outline__kind", choices=Kind.choices)


@extend_schema_view(
    partial_update=extend_schema(
        request=SeriesBody, responses=_or_preview("SeriesEdited", SeriesSerializer), parameters=[_PREVIEW]
    )
)
@described(SeriesBody, SeriesSerializer)
class SeriesViewSet(Shelf):
    """Conferences that come again, such as a monthly study day. Its occurrences are conferences, created ahead; each
    may be edited, moved or cancelled by itself (/conferences?series=…)."""

    queryset = Series.objects.none()
    serializer_class = SeriesSerializer
    rules = rules.SERIES
    shows = RECORD
    needs_if_match = frozenset({"split", "end"})
    filterset_class = SeriesFilters
    body_class, noun, parent = SeriesBody, "series", "organisation"
    remove = services.remove_series

    def get_queryset(self) -> QuerySet[Series]:
        return series_queries.with_outline(series_queries.visible_series(self.account), self.account).select_related(
            "continued_by"
        )

    def _add(self, request: Any, fields: dict[str, Any]) -> Series:
        self.check_object_permissions(request, fields["organisation"])
        own, outline = outline_apart(fields)
        return services.add_series(fields=own, outline=outline)  # type: ignore[arg-type]

    def partial_update(self, request: Any, pk: str) -> Response:
        """Edits the whole series: what is still to come follows, except in what was written there by hand."""
        row = self.get_object()
        own, outline = outline_apart(self.body(SeriesBody, partial=True))
        if "organisation" in own:
            self.check_object_permissions(request, own["organisation"])
        return self._edited(services.edit_series, series_id=row.pk, fields=own, outline=outline)

    @extend_schema(
        summary="Split a series in two",
        request=SplitBody,
        responses={201: SeriesSerializer, 200: PreviewSerializer},
        parameters=[_PREVIEW],
    )
    @action(detail=True, methods=["post"])
    def split(self, request: Any, pk: str) -> Response:
        """Edits one occurrence and all that follow: they become a series of their own, which continues this one."""
        row = self.get_object()
        own, outline = outline_apart(self.body(SplitBody))
        since = own.pop("since")
        return self._edited(
            services.split_series, status=201, series_id=row.pk, since=since, fields=own, outline=outline
        )

    @extend_schema(
        summary="End a series",
        request=EndBody,
        responses=_or_preview("SeriesEnded", SeriesSerializer),
        parameters=[_PREVIEW],
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Any, pk: str) -> Response:
        """Plans nothing after a day; what was announced for later is called off for the reason given."""
        return self._edited(services.end_series, series_id=self.get_object().pk, **self.body(EndBody))

    @extend_schema(responses=SeriesReportSerializer)
    @action(detail=True, methods=["get"])
    def report(self, request: Any, pk: str) -> Response:
        """Lists the occurrences whose standing room was taken, and those that do not exist yet."""
        series = self.get_object()
        report = {
            "planned": len(series_queries.planned_slots(series)),
            "shortfalls": series_queries.shortfalls(series),
        }
        return Response(SeriesReportSerializer(report, context={"time_zone": series.time_zone}).data)

    def _edited(self, verb: Any, *, status: int = 200, **given: Any) -> Response:
        preview = asks_for_preview(self.request)
        expected = None if preview and "If-Match" not in self.request.headers else self.expected_version()
        series, changes = verb(**given, expected=expected, preview=preview)
        if not preview:
            return self.answer_anew(series, status)
        return Response(PreviewSerializer({"changes": changes}, context={"time_zone": series.time_zone}).data)


class TemplateFilters(django_filters.FilterSet):
    organisation = django_filters.UUIDFilter("organisation_id")
    kind = django_filters.ChoiceFilter("outline__kind", choices=Kind.choices)


@described(TemplateBody, TemplateSerializer)
class TemplateViewSet(Shelf):
    """What conferences of one kind are drafted from: standing sites, agenda and duties."""

    queryset = ConferenceTemplate.objects.none()
    serializer_class = TemplateSerializer
    rules = rules.TEMPLATES
    shows = RECORD
    blind_to_versions = frozenset({"draft"})
    filterset_class = TemplateFilters
    body_class, noun, parent = TemplateBody, "template", "organisation"
    remove = services.remove_template

    def get_queryset(self) -> QuerySet[ConferenceTemplate]:
        return series_queries.with_outline(series_queries.visible_templates(self.account), self.account)

    def _add(self, request: Any, fields: dict[str, Any]) -> ConferenceTemplate:
        conference, parts = fields.pop("conference", None), fields.pop("parts", [])
        own, outline = outline_apart(fields)
        if conference is None:
            self.check_object_permissions(request, own["organisation"])
            return services.add_template(fields=own, outline=outline)  # type: ignore[arg-type]
        if not queries.visible_to(self.account).filter(pk=conference.pk).exists():
            raise NotFound()
        if "organisation" in own:
            self.check_object_permissions(request, own["organisation"])
        else:
            self.check_object_permissions(request, conference)
        return services.add_template_from(
            conference_id=conference.pk,
            parts=parts,
            fields=own,  # type: ignore[arg-type]
            outline=outline,  # type: ignore[arg-type]
            besides=queries.hidden_in(conference, self.account) | queries.unreleased_in(conference, self.account),
        )

    def partial_update(self, request: Any, pk: str) -> Response:
        row = self.get_object()
        own, outline = outline_apart(self.body(TemplateBody, partial=True))
        if "organisation" in own:
            self.check_object_permissions(request, own["organisation"])
        return self.answer_anew(services.edit_template(**self._target(row), fields=own, outline=outline))  # type: ignore[arg-type]

    @extend_schema(
        summary="Draft a conference from a template", request=DraftedBody, responses={201: ConferenceSerializer}
    )
    @action(detail=True, methods=["post"])
    def draft(self, request: Any, pk: str) -> Response:
        """Adds a conference as the template has it, led by the template's organisation or by `lead`."""
        template = self.get_object()
        fields = self.body(DraftedBody)
        lead = fields.pop("lead", None)
        self.check_object_permissions(request, lead or template.organisation)
        besides = series_queries.standing_items_hidden_in(template, self.account)
        made = services.draft_from_template(template_id=template.pk, fields=fields, lead=lead, besides=besides)  # type: ignore[arg-type]
        shown = queries.for_details(Conference.objects.filter(pk=made.pk), self.account).get()
        return self.answer(shown, 201, ConferenceSerializer)
