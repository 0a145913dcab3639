"""/api/v1/calendar-links."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.calendars import addresses, composing, queries, rules, serializers, services
from backend.calendars.models import CalendarLink
from backend.core.api import HouseViewSet
from backend.core.errors import NotFound
from backend.core.queries import one_snapshot
from backend.core.text import current_language


class CalendarLinkViewSet(HouseViewSet):
    """The caller's own calendar links.

    Each opens one feed, as its account may see it at the time, to whoever knows the address: for calendar programs,
    which cannot sign in.
    """

    rules = rules.LINKS
    scope = "calendars"
    blind_to_versions = frozenset({"destroy", "reissue"})
    queryset = CalendarLink.objects.none()
    serializer_class = serializers.CalendarLinkSerializer
    filterset_fields = ("kind",)

    def get_queryset(self) -> QuerySet[CalendarLink]:
        return queries.links_of(self.account) if self.account.is_authenticated else CalendarLink.objects.none()

    @extend_schema(request=serializers.CalendarLinkBody, responses={201: serializers.IssuedLinkSerializer})
    def create(self, request: Any) -> Response:
        """Makes a link. Its address is in this answer and nowhere else."""
        body = self.body(serializers.CalendarLinkBody)
        link, secret = services.issue_link(account=self.account, kind=body["kind"], subject_id=body.get("subject"))
        return self._shown_once(link, secret, 201)

    @extend_schema(request=None, responses=serializers.IssuedLinkSerializer)
    @action(detail=True, methods=["post"])
    def reissue(self, request: Any, pk: str) -> Response:
        """Gives the link a new address, in this answer and nowhere else; the old one stops working."""
        link, secret = services.reissue_link(link_id=self.get_object().pk)
        return self._shown_once(link, secret, 200)

    @extend_schema(responses=serializers.ContentsSerializer)
    @action(detail=True, methods=["get"])
    def contents(self, request: Any, pk: str) -> Response:
        """What the link's calendar holds now, and which conferences are missing from it for want of an exact time."""
        with one_snapshot():
            feed = composing.of_link(self.get_object(), current_language())
        if feed is None:
            raise NotFound()
        said = {"entries": len(feed.entries), "undated": feed.undated, "said": feed.said_of_undated()}
        return self.answer(said, serializer_class=serializers.ContentsSerializer)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: str) -> Response:
        """Revokes the link: its address answers 404 from now on."""
        services.revoke_link(link_id=self.get_object().pk)
        return Response(status=204)

    def _shown_once(self, link: CalendarLink, secret: str, status: int) -> Response:
        response = self.answer_anew(link, status)
        response.data["address"] = addresses.private_feed(secret)
        response.shown_once = ("address",)  # type: ignore[attr-defined]
        return response
