"""What the shelves of this room have in common: rows listed, read, added, edited and removed alike."""

from collections.abc import Callable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.response import Response

from backend.conferences import queries, rules
from backend.conferences.models import Conference
from backend.conferences.serializers.clashes import ClashSerializer, CrowdedSiteSerializer
from backend.conferences.serializers.speakers import OfficeLeftSerializer
from backend.core.api import HouseViewSet
from backend.core.errors import Invalid, NotFound
from backend.core.shown import RECORD
from backend.core.text import say


def shown_clashes(conference: Conference, account: Any) -> Any:
    """The conference's clashes at agenda items the account sees; other conferences, and their items, are named only to
    who may know of them."""
    clashes = queries.clashes_of(conference.pk)
    hidden = queries.hidden_among(account, {item for clash in clashes for item in (clash.item_id, clash.other_item_id)})
    clashes = [clash for clash in clashes if clash.item_id not in hidden]
    known = queries.known_to(account, {clash.elsewhere for clash in clashes if clash.elsewhere})
    context = {"conferences": known, "hidden_items": hidden, "time_zone": conference.time_zone}
    return ClashSerializer(clashes, many=True, context=context).data


def shown_offices_left(conference: Conference, account: Any) -> Any:
    """Who is named in an office not held on the conference's day, at agenda items the account sees."""
    left = queries.offices_left(conference)
    hidden = queries.hidden_among(account, {each.item_id for each in left})
    return OfficeLeftSerializer([each for each in left if each.item_id not in hidden], many=True).data


def shown_crowded_sites(conference: Conference) -> Any:
    """The conference's sites that let in more people than their room has seats."""
    return CrowdedSiteSerializer(queries.crowded_sites(conference), many=True).data


class Shelf(HouseViewSet):
    """Rows that are listed, read, added, edited and removed alike: subclasses name the body and the three services.

    `noun` is the services' word for a row: the id is passed as `<noun>_id`. The shelf's `parent` is the body's field
    that says who answers for a new row.
    """

    scope = "conferences"
    edited_by_two = True
    rules = rules.PARTS
    body_class: ClassVar[Any]
    noun: ClassVar[str]
    parent: ClassVar[str]
    add: ClassVar[Callable[..., Any]]
    edit: ClassVar[Callable[..., Any]]
    remove: ClassVar[Callable[..., Any]]

    def _target(self, row: Any) -> dict[str, Any]:
        return {f"{self.noun}_id": row.pk, "expected": self.expected_version()}

    def _add(self, request: Any, fields: dict[str, Any]) -> Any:
        self.check_object_permissions(request, fields[self.parent])
        return type(self).add(fields=fields)

    def create(self, request: Any) -> Response:
        return self.answer_anew(self._add(request, self.body(self.body_class)), 201)

    def partial_update(self, request: Any, pk: str) -> Response:
        row = self.get_object()
        fields = self.body(self.body_class, partial=True)
        if fields.get(self.parent) is not None:
            self.check_object_permissions(request, fields[self.parent])
        return self.answer_anew(type(self).edit(**self._target(row), fields=fields))

    def destroy(self, request: Any, pk: str) -> Response:
        type(self).remove(**self._target(self.get_object()))
        return Response(status=204)


def described(body: Any, shown: Any) -> Any:
    """Class decorator: what the shelf's writing operations read and show, for the API's description."""
    return extend_schema_view(
        create=extend_schema(request=body, responses={201: shown}),
        partial_update=extend_schema(request=body, responses=shown),
        destroy=extend_schema(responses={204: None}),
    )


class PartFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")


class PartShelf(Shelf):
    """Rows of one conference. Who may not see the conference finds none of them.

    With `tells_clashes` the answer to a write says who or what would now be in two places at once. Rows that make up
    the working programme (`of_the_programme`) are, once one was released, for those who work on the conference.
    """

    parent = "conference"
    shows = RECORD
    ordering: tuple[str, ...] = ("conference_id", "order", "id")
    filterset_class = PartFilters
    tells_clashes: ClassVar[bool] = True
    of_the_programme: ClassVar[bool] = False

    def answer_anew(self, row: Any, status: int = 200) -> Response:
        response = super().answer_anew(row, status)
        if self.tells_clashes:
            response.data["clashes"] = shown_clashes(row.conference, self.account)
        return response

    def get_queryset(self) -> QuerySet[Any]:
        rows = queries.parts_visible_to(super().get_queryset(), self.account)
        return queries.working_parts(rows, self.account) if self.of_the_programme else rows

    def _add(self, request: Any, fields: dict[str, Any]) -> Any:
        conference = fields.pop("conference")
        if not queries.visible_to(self.account).filter(pk=conference.pk).exists():
            raise NotFound()
        self.check_object_permissions(request, conference)
        return type(self).add(conference_id=conference.pk, fields=fields)

    def partial_update(self, request: Any, pk: str) -> Response:
        row = self.get_object()
        fields = self.body(self.body_class, partial=True)
        if fields.pop("conference", row.conference) != row.conference:
            raise Invalid(
                {"conference": say(vi="Không chuyển sang hội nghị khác được.", en="Cannot move to another conference.")}
            )
        return self.answer_anew(type(self).edit(**self._target(row), fields=fields))
