"""Standing behind a text or an amendment: the same three actions on both."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.core.errors import Forbidden
from backend.resolutions import queries, rules, services
from backend.resolutions.serializers.amendments import BackBody, BackingSerializer, SupportSerializer, TakeBackBody


class Supported:
    """For a viewset of rows that people stand behind."""

    def _support(self: Any, row: Any) -> Response:
        support = queries.support_of(row)
        rows = BackingSerializer(queries.backings(row), many=True).data
        numbers = {name: getattr(support, name) for name in ("by", "needed", "given", "missing")}
        return Response({**numbers, "backings": rows})

    def _backer(self: Any, row: Any, body: dict[str, Any]) -> tuple[services.Backer, bool]:
        """Who is meant, and whether a secretary says so. Raises Forbidden for whoever speaks for others."""
        entered = bool(body.get("person") or body.get("organisation"))
        if not entered:
            services.ensure_a_say(row.conference_id, self.account.person_id)
            return services.Backer(person_id=self.account.person_id), False
        if not rules.staff.test(self.account, row):
            raise Forbidden()
        person = body.get("person")
        return services.Backer(person_id=person, organisation_id=body.get("organisation")), True

    @extend_schema(responses=SupportSerializer)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def support(self: Any, request: Any, pk: str) -> Response:
        """Who stands behind it, and how many must before it is put forward."""
        return self._support(self.get_object())  # type: ignore[no-any-return]

    @extend_schema(request=BackBody, responses=SupportSerializer)
    @action(detail=True, methods=["post"])
    def back(self: Any, request: Any, pk: str) -> Response:
        """Stands behind it as it is worded now, before it is put forward."""
        row = self.get_object()
        body = self.body(BackBody)
        backer, entered = self._backer(row, body)
        services.back(of=row, role=body["role"], backer=backer, entered=entered)
        return self._support(row)  # type: ignore[no-any-return]

    @extend_schema(request=TakeBackBody, responses=SupportSerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self: Any, request: Any, pk: str) -> Response:
        """Takes the support back, before it is put forward; that it was given stays on record."""
        row = self.get_object()
        body = self.body(TakeBackBody)
        backer, _ = self._backer(row, body)
        services.take_back(of=row, backer=backer)
        return self._support(row)  # type: ignore[no-any-return]
