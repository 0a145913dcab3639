"""The viewset every room of the house is built on: it parses, asks, calls and answers."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backend.core import idempotency, shown
from backend.core.errors import Invalid, PreconditionRequired, StaleWrite
from backend.core.permissions import Rules
from backend.core.text import say

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def etag(row: Any) -> str:
    return f'"{row.version}"'


class HouseViewSet(GenericViewSet[Any]):
    """Subclasses set `rules`, `scope`, `queryset`/`get_queryset`, `serializer_class`, and call services.

    - `rules`: action → predicate; a missing entry means refusal.
    - `edited_by_two`: changes of the row, and the actions in `needs_if_match`, need If-Match (428 without, 412 stale).
    - `blind_to_versions`: actions on one row that do not ask which version of it the caller has.
    - `own_refusals`: action → statuses the description cannot know of by itself.
    - `shows`: where a row it shows names people, or why it shows nobody's data (backend.core.shown).
    - `honours_idempotency_key`: off only where an answer must not be kept, or a failure must leave its trace.
    - `followed_by_mail`: actions that go on in somebody's mailbox: their 202 has no Location.
    """

    rules: Rules = {}
    scope = ""
    edited_by_two = False
    needs_if_match: frozenset[str] = frozenset()
    blind_to_versions: frozenset[str] = frozenset()
    own_refusals: dict[str, tuple[int, ...]] = {}
    shows: shown.Paths | None = None
    honours_idempotency_key = True
    followed_by_mail: frozenset[str] = frozenset()
    search_fields: tuple[str, ...] = ()
    # Any segment but "/" and ".": a badly formed id is answered 404 by get_object, not by the router.
    lookup_value_regex = r"[^/.]+"

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = request.method.lower()
        if self.honours_idempotency_key and request.method in UNSAFE and hasattr(self, method):
            setattr(self, method, partial(self._written_once, getattr(self, method)))

    @staticmethod
    def _written_once(handler: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
        return idempotency.once(request, handler, *args, **kwargs)

    @property
    def account(self) -> Any:
        """Whoever asks: an account of `people`, or Django's AnonymousUser where a rule lets that in."""
        return self.request.user

    def searched(self, rows: QuerySet[Any], words: Sequence[str]) -> QuerySet[Any]:
        """Those with each of the folded words in one of the `search_fields`."""
        for word in words:
            either = Q()
            for field in self.search_fields:
                either |= Q(**{f"{field}__contains": word})
            rows = rows.filter(either)
        return rows

    def expected_version(self) -> int | None:
        """The version the caller read, from If-Match; None for `*` or (on rows not edited by two) no header."""
        header = self.request.headers.get("If-Match", "").strip()
        if header == "*":
            return None
        if not header:
            changes = self.request.method in {"PATCH", "PUT", "DELETE"} or self.action in self.needs_if_match
            if self.edited_by_two and changes:
                raise PreconditionRequired()
            return None
        version = header.removeprefix("W/").strip('"')
        if not (version.isascii() and version.isdecimal()) or len(version) > 9:
            raise StaleWrite()
        return int(version)

    def number_asked_for(self, name: str) -> int | None:
        """The number of the query's parameter, None when it is not there; raises Invalid for what is no number."""
        said = self.request.query_params.get(name)
        if said is None:
            return None
        if not (said.isascii() and said.isdecimal() and len(said) < 9):
            raise Invalid({name: say(vi="Phải là số nguyên dương.", en="Must be a positive integer.")})
        return int(said)

    def body(self, serializer_class: Any = None, **kwargs: Any) -> dict[str, Any]:
        """The validated body; raises ValidationError naming field and reason."""
        serializer = (serializer_class or self.get_serializer_class())(
            data=self.request.data, context=self.get_serializer_context(), **kwargs
        )
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data

    def answer(self, row: Any, status: int = 200, serializer_class: Any = None) -> Response:
        """`row` as the body, its version as the ETag."""
        self.note_shown([row])
        serializer = (serializer_class or self.get_serializer_class())(row, context=self.get_serializer_context())
        headers = {"ETag": etag(row)} if hasattr(row, "version") else {}
        return Response(serializer.data, status=status, headers=headers)

    def note_shown(self, rows: Iterable[Any], paths: shown.Paths | None = None) -> None:
        """Notes, before they are shown, whose data the rows are, by `paths` or `shows`. What is read alone is noted: what
        is written is a fact, which says who wrote it."""
        paths = paths or self.shows
        if self.request.method != "GET" or not paths or not self.account.is_authenticated:
            return
        people, addresses = shown.people_in(rows, paths)
        if people or addresses:
            resource = self.request.path_info.removeprefix("/api/v1/").partition("/")[0]
            shown.tell(
                shown.Shown(
                    account=self.account,
                    by_token=self.request.auth is not None,
                    operation=f"{resource.replace('-', '_')}_{self.action}",
                    people=people,
                    addresses=addresses,
                )
            )

    def answer_anew(self, row: Any, status: int = 200) -> Response:
        """The row as whoever asks may read it now."""
        return self.answer(self.get_queryset().get(pk=row.pk), status)

    # The two reading actions, alike everywhere; a viewset opens them by naming them in `rules`.

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        self.note_shown(page or ())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        if hasattr(row, "version") and request.headers.get("If-None-Match") == etag(row):
            return Response(status=304, headers={"ETag": etag(row)})
        return self.answer(row)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
