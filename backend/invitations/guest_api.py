"""What /invitations answers about guests on paper: each one's letter, and the guest list in protocol order."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.models import Conference
from backend.conferences.queries import visible_to as visible_conferences
from backend.core.api import HouseViewSet
from backend.core.errors import Invalid, NotFound
from backend.core.schema import BYTES_AT_HAND
from backend.core.serializers import Body
from backend.core.text import current_language, say
from backend.documents.answers import PAGES, format_of, pages
from backend.documents.queries import disposition
from backend.invitations import guests, letter_form, queries, services
from backend.invitations.letter_serializers import GuestSerializer, OrderBody, PutInOrder
from backend.invitations.models import Invitation, InvitationLetter
from backend.invitations.states import InvitationState

SELECTION: list[Any] = [
    OpenApiParameter("conference", UUID, required=True),
    OpenApiParameter("list", UUID),
    OpenApiParameter("site", UUID),
    OpenApiParameter("state", str, enum=sorted(InvitationState.values), description="Default: all but withdrawn."),
    OpenApiParameter("language", str, enum=["en", "vi"], description="Default: the caller's."),
]


class GuestListQuery(Body):
    conference = serializers.UUIDField()
    list = serializers.UUIDField(required=False)
    site = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(InvitationState.choices, required=False)
    language = serializers.ChoiceField(["vi", "en"], required=False)
    format = serializers.ChoiceField(sorted(guests.FORMATS), required=False, default="pdf")


class GuestLists(HouseViewSet):
    """Actions of InvitationViewSet."""

    own_refusals = {"guest_list": (404,), "print_guest_list": (404,), "put_in_order": (409,), "letter": (404,)}

    @extend_schema(**PAGES, summary="Read the letter of one invitee")
    @action(detail=True, methods=["get"], filterset_class=None)
    def letter(self, request: Any, pk: str) -> HttpResponse:
        """The giấy mời as this invitee gets it, in their language. While a letter is being drafted, organisers see what
        it would be, marked DỰ THẢO; invitees see only what was issued."""
        row = queries.with_letter_facts(Invitation.objects.all()).get(pk=self.get_object().pk)
        works = queries.visible_lists(self.account).filter(pk=row.list_id).exists()
        letters = InvitationLetter.objects.filter(list=row.list_id).select_related("signer").order_by("-edition")
        found = (letters if works else letters.filter(issued_at__isnull=False)).first()
        if found is None:
            raise NotFound(say(vi="Danh sách này chưa có giấy mời.", en="This list has no letter yet."))
        format = format_of(request)
        self.note_shown([row])
        if found.issued_at is not None and format == "pdf":
            content = bytes(services.copy_for(found, row).content)
        else:
            content = letter_form.written(letter_form.document_of(found, row), format)
        return pages(content, stem=letter_form.stem(found), format=format, request=request)

    @extend_schema(summary="Read the guest list", parameters=SELECTION, responses=GuestSerializer(many=True))
    @action(detail=False, methods=["get"], url_path="guest-list", filterset_class=None, pagination_class=None)
    def guest_list(self, request: Any) -> Response:
        """Everybody invited, in protocol order: those placed by hand first; then guests, delegates, staff, by rank, unit
        and name. Offices without a name stand in their place."""
        said, _, rows = self._guests(request)
        self.note_shown(rows)
        lines = guests.lines(rows, said.get("language") or current_language())
        return Response(GuestSerializer(lines, many=True).data)

    @extend_schema(
        summary="Print the guest list",
        parameters=[
            *SELECTION,
            OpenApiParameter("format", str, enum=sorted(guests.FORMATS), description="Default: pdf."),
            BYTES_AT_HAND,
        ],
        responses={
            **{(200, media_type): OpenApiTypes.BINARY for media_type, _ in guests.FORMATS.values()},
            304: OpenApiResponse(description="Still what you have."),
        },
    )
    @action(detail=False, methods=["get"], url_path="guest-list/print", filterset_class=None, pagination_class=None)
    def print_guest_list(self, request: Any) -> HttpResponse:
        """The guest list on paper (PDF/A-2b, A4), with room to sign, or as a spreadsheet."""
        said, conference, rows = self._guests(request)
        self.note_shown(rows)
        language, format = said.get("language") or current_language(), said["format"]
        sheet = guests.laid_out(conference, rows, language=language, list_id=said.get("list"))
        tag = f'"{guests.tag(sheet, format)}"'
        if request.headers.get("If-None-Match") == tag:
            return HttpResponse(status=304, headers={"ETag": tag})
        media_type, write = guests.FORMATS[format]
        headers = {"ETag": tag, "Content-Disposition": disposition(f"{conference.slug}-khach-moi.{format}")}
        return HttpResponse(write(sheet), content_type=media_type, headers=headers)

    @extend_schema(request=OrderBody, responses=PutInOrder, summary="Put the guest list in order by hand")
    @action(detail=False, methods=["post"], url_path="order", filterset_class=None)
    def put_in_order(self, request: Any) -> Response:
        """These invitations are named first, in this order, in every guest list of the conference; it replaces the order
        given before."""
        said = self.body(OrderBody)
        conference = visible_conferences(self.account).filter(pk=said["conference"]).first()
        if conference is None:
            raise Invalid({"conference": say(vi="Không tìm thấy hội nghị này.", en="There is no such conference.")})
        self.check_object_permissions(request, conference)
        placed = services.put_in_order(conference_id=conference.pk, invitations=said["invitations"])
        return Response(PutInOrder({"placed": placed}).data)

    def _guests(self, request: Any) -> tuple[dict[str, Any], Conference, QuerySet[Invitation]]:
        asked = GuestListQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        said: dict[str, Any] = asked.validated_data
        conference = queries.conferences_of(self.account, *queries.LOOKS).filter(pk=said["conference"]).first()
        if conference is None:
            raise NotFound()
        rows = Invitation.objects.filter(conference=conference)
        rows = rows.filter(state=said["state"]) if "state" in said else rows.exclude(state=InvitationState.WITHDRAWN)
        for name in ("list", "site"):
            if name in said:
                rows = rows.filter(**{name: said[name]})
        rows = rows.select_related("person", "organisation", "conference").prefetch_related(
            "organisation__former_names"
        )
        return said, conference, queries.in_protocol_order(rows)
