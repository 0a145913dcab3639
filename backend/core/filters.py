"""Filtering of lists: declared fields, and search that ignores diacritics."""

from copy import deepcopy
from typing import Any

from django import forms
from django.db import models
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend, FilterSet, filters
from rest_framework import exceptions

from backend.core.text import say
from backend.core.vietnamese import fold


class _TrueOrFalse(forms.Field):
    WORDS = {"true": True, "1": True, "false": False, "0": False}

    def to_python(self, value: Any) -> bool | None:
        """None for what was left empty: no filter."""
        if value in self.empty_values:
            return None
        try:
            return self.WORDS[str(value).lower()]
        except KeyError:
            raise forms.ValidationError(say(vi="Phải là true hoặc false.", en="Must be true or false.")) from None


class TrueOrFalseFilter(filters.BooleanFilter):
    """`true` or `false`. Anything else is refused, where the framework's own filter would return everything."""

    field_class = _TrueOrFalse

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"widget": forms.TextInput, **kwargs})


class HouseFilterSet(FilterSet):
    """Filters that follow from the model's columns: yes or no is TrueOrFalseFilter."""

    FILTER_DEFAULTS = {**deepcopy(FilterSet.FILTER_DEFAULTS), models.BooleanField: {"filter_class": TrueOrFalseFilter}}


class HouseFilters(DjangoFilterBackend):
    """`filterset_fields`/`filterset_class` as in django-filter, plus `?q=` over the view's folded `search_fields`.
    An unknown parameter is refused, and so is `q` where nothing can be searched: a filter that is not there must not
    silently return everything."""

    ALWAYS = frozenset({"cursor", "page_size"})
    filterset_base = HouseFilterSet

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset_class(view, queryset)
        fields = getattr(view, "search_fields", ())
        known = self.ALWAYS | ({"q"} if fields else set()) | set(filterset.base_filters if filterset else ())
        if view.action == "list" and (unknown := set(request.query_params) - known):
            raise exceptions.ValidationError(
                {name: [say(vi="Không có bộ lọc này.", en="There is no such filter.")] for name in sorted(unknown)}
            )
        queryset = super().filter_queryset(request, queryset, view)
        wanted = fold(request.query_params.get("q", "")) if view.action == "list" else ""
        return view.searched(queryset, wanted.split()[:8]) if wanted and fields else queryset
