"""/conferences/{id}/agenda/arrange and …/shift: the whole programme in one step, with a preview; …/warnings: what of it
does not fit."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences import queries, services
from backend.conferences.models import Conference
from backend.conferences.queries.deadlines import behind_start
from backend.conferences.queries.effects import Effects
from backend.conferences.queries.timetables import what_does_not_fit
from backend.conferences.serializers.arranging import ArrangeBody, EffectsSerializer, ShiftBody, WarningsSerializer
from backend.conferences.services.arranging import Refused
from backend.core.api import HouseViewSet, etag
from backend.core.errors import Conflict, Invalid
from backend.core.text import say

_PREVIEW = OpenApiParameter(
    "preview", bool, description="Tell what would happen and write nothing; If-Match may then be left out."
)


def asks_for_preview(request: Any) -> bool:
    """Raises Invalid unless `preview` is true, false or left out."""
    said = request.query_params.get("preview", "false")
    if said not in ("true", "false"):
        raise Invalid({"preview": say(vi="Phải là true hoặc false.", en="Must be true or false.")})
    return bool(said == "true")


class ArrangingActions(HouseViewSet):
    """Whoever is refused is told what the arrangement would have done all the same."""

    @extend_schema(
        summary="Arrange the whole agenda anew",
        request=ArrangeBody,
        responses=EffectsSerializer,
        parameters=[_PREVIEW],
    )
    @action(detail=True, methods=["post"], url_path="agenda/arrange")
    def arrange(self, request: Any, pk: str) -> Response:
        """Gives every item its place in one call, and tells whom and what that moves; a 409 has the same in `report`."""
        return self._arranged(services.arrange, ArrangeBody)

    @extend_schema(
        summary="Shift everything after a point", request=ShiftBody, responses=EffectsSerializer, parameters=[_PREVIEW]
    )
    @action(detail=True, methods=["post"], url_path="agenda/shift")
    def shift(self, request: Any, pk: str) -> Response:
        """Moves all that follows by so many minutes, and tells whom and what that moves; a 409 has the same in `report`."""
        return self._arranged(services.shift, ShiftBody)

    @extend_schema(summary="Read what of the agenda does not fit", responses=WarningsSerializer)
    @action(detail=True, url_path="agenda/warnings", filterset_class=None)
    def agenda_warnings(self, request: Any, pk: str) -> Response:
        """Lists what of the working agenda runs over into what has its own time, or lies outside of its session or of the
        conference, as far as the caller reads the agenda: none where it reads the released programme instead. `deadlines`
        are those of units and guest lists that lie after the start, for those who work on the conference."""
        conference = self.get_object()
        warnings, titles = what_does_not_fit(conference, self.account)
        found = {"results": warnings, "deadlines": behind_start(conference, self.account)}
        return Response(WarningsSerializer(found, context={"titles": titles}).data)

    def _arranged(self, verb: Any, body: Any) -> Response:
        conference = self.get_object()
        given, preview = self.body(body), asks_for_preview(self.request)
        expected = None if preview and "If-Match" not in self.request.headers else self.expected_version()
        try:
            conference, effects = verb(conference_id=conference.pk, expected=expected, preview=preview, **given)
        except Refused as refusal:
            report = self._shown_effects(conference, refusal.effects)
            raise Conflict(refusal.sentence, **refusal.extra, report=report) from None
        headers = {} if preview else {"ETag": etag(conference)}
        return Response(self._shown_effects(conference, effects), headers=headers)

    def _shown_effects(self, conference: Conference, effects: Effects) -> Any:
        """Clashes at items the account sees; other conferences are named only to who may know of them."""
        items = {item for clash in effects.clashes for item in (clash.item_id, clash.other_item_id)}
        hidden = queries.hidden_among(self.account, items)
        effects.clashes = [clash for clash in effects.clashes if clash.item_id not in hidden]
        known = queries.known_to(self.account, {clash.elsewhere for clash in effects.clashes if clash.elsewhere})
        context = {
            "conferences": known,
            "hidden_items": hidden,
            "time_zone": conference.time_zone,
            "titles": effects.titles,
        }
        return EffectsSerializer(effects, context=context).data
