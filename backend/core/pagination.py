"""Cursor pages: stable while rows are added, the same cost on the first page and the thousandth.

A cursor names the last row that was seen by everything the list is sorted by, so rows that sort alike are neither
skipped nor repeated, however many there are.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from backend.core.parsers import read_json, written_json
from backend.core.text import say


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A place between two rows: just after (backwards: just before) the row with these sorting values."""

    values: list[Any]
    backwards: bool = False


class CursorPages(BasePagination):
    """Sorted by the view's `ordering` (names of columns, "-" for falling), else the newest first."""

    page_size = 50
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        self.request, self.keys = request, self._keys(queryset.model, getattr(view, "ordering", None))
        self.fields: list[Field[Any, Any]] = [queryset.model._meta.get_field(key.lstrip("-")) for key in self.keys]
        size, cursor = self._size(), self._cursor()
        backwards = cursor is not None and cursor.backwards
        if cursor is not None:
            queryset = queryset.filter(self._beyond(cursor))
        turned = [key.removeprefix("-") if key.startswith("-") else f"-{key}" for key in self.keys]
        found = list(queryset.order_by(*(turned if backwards else self.keys))[: size + 1])
        rows, more = found[:size], len(found) > size
        if backwards:
            rows.reverse()
        self.next = self._link(rows[-1], backwards=False) if rows and (more or backwards) else None
        self.previous = self._link(rows[0], backwards=True) if rows and (more if backwards else cursor) else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "previous": self.previous, "results": data})

    @staticmethod
    def _keys(model: type[Model], wanted: str | tuple[str, ...] | None) -> list[str]:
        """What to sort by, always ended by a unique column so that the order is total."""
        primary = model._meta.pk.attname
        keys = [wanted] if isinstance(wanted, str) else list(wanted or (f"-{primary}",))
        last: Any = model._meta.get_field(keys[-1].lstrip("-"))
        return keys if last.unique else [*keys, primary]

    def _size(self) -> int:
        asked = self.request.query_params.get("page_size")
        if asked is None:
            return self.page_size
        if not (asked.isascii() and asked.isdecimal() and len(asked) < 9 and 1 <= int(asked) <= self.max_page_size):
            limit = self.max_page_size
            reason = say(vi="Phải là số từ 1 đến {limit}.", en="Must be a number from 1 to {limit}.", limit=limit)
            raise exceptions.ValidationError({"page_size": [reason]})
        return int(asked)

    def _cursor(self) -> Cursor | None:
        asked = self.request.query_params.get("cursor")
        if asked is None:
            return None
        try:
            backwards, texts = read_json(base64.urlsafe_b64decode(asked.encode("ascii")))
            values = [field.to_python(text) for field, text in zip(self.fields, texts, strict=True)]
            if not isinstance(backwards, bool) or None in values or not all(isinstance(text, str) for text in texts):
                raise ValueError
        except (ValueError, TypeError, binascii.Error, ValidationError, exceptions.ParseError):
            reason = say(
                vi="Không phải con trỏ của danh sách này; hãy bắt đầu lại từ trang đầu.",
                en="Not a cursor of this list; start again from the first page.",
            )
            raise exceptions.ValidationError({"cursor": [reason]}) from None
        return Cursor(values=values, backwards=backwards)

    def _beyond(self, cursor: Cursor) -> Q:
        """The rows on the far side of the cursor: later by the first key, or equal by it and later by the second …"""
        bound, beyond, equal = Q(), Q(), Q()
        for key, value in zip(self.keys, cursor.values, strict=True):
            name = key.lstrip("-")
            step = "lt" if key.startswith("-") != cursor.backwards else "gt"
            if not equal:
                bound = Q(**{f"{name}__{step}e": value})  # says nothing new, but lets PostgreSQL enter an index here
            beyond |= equal & Q(**{f"{name}__{step}": value})
            equal &= Q(**{name: value})
        return bound & beyond

    def _link(self, row: Any, *, backwards: bool) -> str:
        place = [backwards, [str(getattr(row, field.attname)) for field in self.fields]]
        token = base64.urlsafe_b64encode(written_json(place)).decode("ascii")
        return replace_query_param(self.request.build_absolute_uri(), "cursor", token)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [
            {
                "name": "cursor",
                "in": "query",
                "schema": {"type": "string"},
                "description": "Taken from `next` or `previous`; not to be made up.",
            },
            {"name": "page_size", "in": "query", "schema": size, "description": "How many rows a page holds."},
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": dict(link), "results": schema},
        }
