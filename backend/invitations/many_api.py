"""What /invitations answers about many of them at once: the organiser's view, and reminders, letters and withdrawals of
all that are selected."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.queries import visible_to as visible_conferences
from backend.core.api import HouseViewSet
from backend.core.errors import Invalid, NotFound
from backend.core.text import say
from backend.invitations import queries, services
from backend.invitations.models import Invitation
from backend.invitations.overview import overview
from backend.invitations.serializers import (
    InvitationOverviewSerializer,
    ManyDone,
    OverviewQuery,
    SelectionBody,
)
from backend.invitations.states import Category
from backend.people.tree import descendants


class ManyInvitations(HouseViewSet):
    """Actions of InvitationViewSet on the whole collection."""

    own_refusals = {"overview": (404,)}

    @extend_schema(
        summary="Count who has answered",
        parameters=[
            OpenApiParameter("conference", UUID, required=True),
            OpenApiParameter("list", UUID),
            OpenApiParameter("organisation", UUID, description="With all units below it."),
            OpenApiParameter("site", UUID),
            OpenApiParameter("category", str, enum=Category.values),
        ],
        responses=InvitationOverviewSerializer,
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=[])
    def overview(self, request: Any) -> Response:
        """Counts a conference's invitations by unit (with the units below it), site, category and state, and its answers
        by the day; labels and series are ready for charts."""
        asked = OverviewQuery(data=request.query_params.dict(), context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        conference = queries.conferences_of(self.account, *queries.LOOKS).filter(pk=said["conference"]).first()
        if conference is None:
            raise NotFound()
        rows = Invitation.objects.filter(conference=conference)
        if unit := said.get("organisation"):
            rows = rows.filter(organisation__in=descendants([unit]))
        rows = rows.filter(**{name: said[name] for name in ("list", "site", "category") if name in said})
        return Response(InvitationOverviewSerializer(overview(conference, rows)).data)

    @extend_schema(request=SelectionBody, responses=ManyDone, summary="Remind invitees now")
    @action(detail=False, methods=["post"])
    def remind(self, request: Any) -> Response:
        """Reminds those of the selected who may come; nobody who was written to within the hour, and nobody who declined."""
        return self._done(services.remind_now(selection=self._selection(request)))

    @extend_schema(request=SelectionBody, responses=ManyDone, summary="Send many invitations again")
    @action(detail=False, methods=["post"], url_path="resend")
    def resend_many(self, request: Any) -> Response:
        """Writes the letters again, with new links; nobody who was written to within the hour, and nobody who declined."""
        return self._done(services.resend_many(selection=self._selection(request)))

    @extend_schema(request=SelectionBody, responses=ManyDone, summary="Withdraw many invitations")
    @action(detail=False, methods=["post"], url_path="withdraw")
    def withdraw_many(self, request: Any) -> Response:
        """Takes back the invitations of a list, to a site, or those named; who was written to gets a cancellation. With
        `site` alone the site is called off: units asked to name people for it are told, and their lists are closed. Seats
        of whoever registered for it without an invitation stay until they are cancelled."""
        return self._done(services.withdraw_many(selection=self._selection(request)))

    def _selection(self, request: Any) -> services.Selection:
        said = self.body(SelectionBody)
        conference = visible_conferences(self.account).filter(pk=said["conference"]).first()
        if conference is None:
            raise Invalid({"conference": say(vi="Không tìm thấy hội nghị này.", en="There is no such conference.")})
        self.check_object_permissions(request, conference)
        return services.Selection(
            conference_id=conference.pk,
            list_id=said.get("list"),
            site_id=said.get("site"),
            states=said.get("state"),
            invitations=said.get("invitations"),
        )

    @staticmethod
    def _done(report: services.Report) -> Response:
        return Response(ManyDone(report).data)
