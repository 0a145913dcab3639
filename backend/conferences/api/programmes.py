"""/conferences/{id}/programme and its changes, and /releases: what was released, and what is new since."""

import hashlib
from dataclasses import replace
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences import queries, rules, services
from backend.conferences.changes import between, changelog
from backend.conferences.models import Conference, Release
from backend.conferences.programme import Programme
from backend.conferences.serializers.programmes import (
    ChangesSerializer,
    LackSerializer,
    ProgrammeSerializer,
    ReleaseBody,
    ReleaseDetails,
    ReleasePreviewSerializer,
    ReleaseSerializer,
)
from backend.conferences.states import EXPECTED
from backend.core.api import HouseViewSet
from backend.core.errors import Forbidden, Invalid, NotFound
from backend.core.parsers import written_json
from backend.core.text import say

WORKING = "working"


class ReleasesProgrammes(HouseViewSet):
    """What the viewset of conferences shows and releases of programmes."""

    @extend_schema(
        parameters=[
            OpenApiParameter("release", int, description="Its number. Default: the last one, or what you work on.")
        ],
        responses={200: ProgrammeSerializer, 304: OpenApiResponse(description="Still what you have.")},
    )
    @action(detail=True, filterset_class=None)
    def programme(self, request: Any, pk: str) -> Response:
        """The programme from top to bottom, without what is closed to the caller.

        Who works on the conference reads the working programme; everybody else what was last released, or the working
        one as long as nothing ever was.
        """
        conference = self.get_object()
        programme, release = programme_asked_for(self.account, conference, self.number_asked_for("release"))
        shown = ProgrammeSerializer.of(programme, queries.names_for(programme), release, conference)
        tag = f'"{hashlib.sha256(written_json(shown)).hexdigest()}"'
        if request.headers.get("If-None-Match") == tag:
            return Response(status=304, headers={"ETag": tag})
        return Response(shown, headers={"ETag": tag})

    @extend_schema(
        parameters=[
            OpenApiParameter("from", int, description="A release. Default: the last one before `to`."),
            OpenApiParameter(
                "to",
                str,
                description="A release, or `working` for who works on the conference. Default: the latest you may read.",
            ),
        ],
        responses=ChangesSerializer,
    )
    @action(detail=True, url_path="programme/changes", filterset_class=None)
    def programme_changes(self, request: Any, pk: str) -> Response:
        """What is different between two programmes, told in sentences and for programs. 404 for a release there is not,
        and where nothing was released before."""
        conference = self.get_object()
        works = queries.works_on(self.account, conference)
        given = request.query_params.get("to", WORKING if works else None)
        if given == WORKING:
            if not works:
                raise Forbidden(
                    say(
                        vi="Chương trình đang soạn chỉ dành cho những người phụ trách hội nghị.",
                        en="The working programme is for those who work on the conference.",
                    )
                )
            after, before_number = queries.working_programme(conference), None
        else:
            release = _release(conference, self.number_asked_for("to"))
            after, before_number = queries.released(release), release.number - 1
        wanted = self.number_asked_for("from")
        earlier = _release(conference, wanted if wanted is not None else before_number)
        both = (queries.cut_for(each, self.account, conference) for each in (queries.released(earlier), after))
        return Response(_compared(*both))

    @extend_schema(
        request=ReleaseBody,
        parameters=[
            OpenApiParameter("preview", bool, description="`true`: says what would be released, and writes nothing.")
        ],
        responses={200: ReleasePreviewSerializer, 201: ReleaseDetails},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def release(self, request: Any, pk: str) -> Response:
        """Releases the working programme under the next number, for good: people hear of what is new for them once the
        window of news closes, and outsiders read it from now on. 409 when nothing is different."""
        conference = self.get_object()
        given = self.body(ReleaseBody)
        if _wants_preview(request):
            return Response(_preview(conference))
        made = services.release(conference_id=conference.pk, expected=self.expected_version(), **given)
        shown = queries.releases_visible_to(self.account).get(pk=made.pk)
        return Response(ReleaseDetails(shown).data, status=201)


def programme_asked_for(account: Any, conference: Conference, number: int | None) -> tuple[Programme, Release | None]:
    """The release of that number, or what the account reads of the conference (None beside the working programme),
    without what is closed to the account. Raises NotFound for no such release."""
    if number is not None:
        release = _release(conference, number)
        return queries.cut_for(queries.released(release), account, conference), release
    programme = queries.programme_for(account, conference)
    found = conference.releases.get(number=programme.number) if programme.number is not None else None
    return programme, found


def _release(conference: Conference, number: int | None) -> Release:
    """By number, None for the latest."""
    if number is None:
        found = queries.latest_release(conference.pk)
    else:
        found = conference.releases.filter(number=number).first()
    if found is None:
        raise NotFound(say(vi="Chưa có bản phát hành này.", en="There is no such release."))
    return found


def _compared(before: Programme, after: Programme) -> dict[str, Any]:
    names = queries.names_for(before, after)
    sections = changelog(before, after, names=names)
    return ChangesSerializer.of(before, after, names, between(before, after), sections)


def _wants_preview(request: Any) -> bool:
    given = request.query_params.get("preview", "false")
    if given not in ("true", "false"):
        raise Invalid({"preview": say(vi="Chỉ có: true, false.", en="Must be true or false.")})
    return bool(given == "true")


def _preview(conference: Conference) -> dict[str, Any]:
    prepared = services.next_release(conference)
    # What would be released carries its number; what it is compared with is the working programme, which has none.
    compared = _compared(prepared.before, replace(prepared.after, number=None))
    return {
        **compared,
        "number": prepared.number,
        "releasable": prepared.differs and conference.state in EXPECTED,
        "warnings": [LackSerializer.of(lack) for lack in queries.lacks(conference, prepared.after)],
    }


class ReleaseFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")


class ReleaseViewSet(HouseViewSet):
    """Released programmes by conference and number. None ever changes or goes."""

    queryset = Release.objects.none()
    serializer_class = ReleaseSerializer
    rules = rules.RELEASES
    scope = "conferences"
    filterset_class = ReleaseFilters
    ordering = ("conference_id", "number")

    def get_queryset(self) -> QuerySet[Release]:
        rows = queries.releases_visible_to(self.account)
        return rows if self.action == "retrieve" else rows.defer("programme")

    def get_serializer_class(self) -> Any:
        return ReleaseDetails if self.action == "retrieve" else ReleaseSerializer
