"""Cursor pages: stable while rows are added, the same cost on the first page and the thousandth."""

from typing import Any

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """The view's `ordering`, always ended by the id so that the order is total."""
        wanted = getattr(view, "ordering", None) or self.ordering
        fields = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        return fields if fields[-1].lstrip("-") in {"id", "position"} else (*fields, "id")
