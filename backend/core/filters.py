"""Filtering of lists: declared fields, and search that ignores diacritics."""

from typing import Any

from django.db.models import Q, QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions

from backend.core.text import say
from backend.core.vietnamese import fold


class HouseFilters(DjangoFilterBackend):
    """`filterset_fields`/`filterset_class` as in django-filter, plus `?q=` over the view's folded `search_fields`.
    An unknown parameter is refused: a misspelt filter must not silently return everything."""

    ALWAYS = {"q", "cursor", "page_size"}

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset_class(view, queryset)
        known = self.ALWAYS | set(filterset.base_filters if filterset else ())
        if view.action == "list" and (unknown := set(request.query_params) - known):
            raise exceptions.ValidationError(
                {name: [say(vi="Không có bộ lọc này.", en="There is no such filter.")] for name in sorted(unknown)}
            )
        queryset = super().filter_queryset(request, queryset, view)
        wanted = fold(request.query_params.get("q", "")) if view.action == "list" else ""
        fields = getattr(view, "search_fields", ())
        if wanted and fields:
            for word in wanted.split()[:8]:
                either = Q()
                for field in fields:
                    either |= Q(**{f"{field}__contains": word})
                queryset = queryset.filter(either)
        return queryset
