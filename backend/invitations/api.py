"""/invitation-lists, /invitations and /replies."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.queries import visible_to as visible_conferences
from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.filters import TrueOrFalseFilter
from backend.core.text import say
from backend.invitations import queries, rules, services
from backend.invitations.models import Invitation, InvitationList
from backend.invitations.serializers import (
    InvitationListBody,
    InvitationListSerializer,
    InvitationSerializer,
    ListSent,
    MembersAdded,
    MembersBody,
    NameBody,
    OpenReplySerializer,
    ReplyBody,
)
from backend.invitations.states import Category, InvitationState, ReplyVia


class InvitationListFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")
    organisation = django_filters.UUIDFilter("organisation_id")
    category = django_filters.ChoiceFilter(choices=Category.choices)
    sent = TrueOrFalseFilter("sent_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = InvitationList
        fields: tuple[str, ...] = ()


class InvitationListViewSet(HouseViewSet):
    """People invited together. Nobody hears of a list until it is sent."""

    queryset = InvitationList.objects.none()
    serializer_class = InvitationListSerializer
    rules = rules.LISTS
    scope = "invitations"
    blind_to_versions = frozenset({"members"})
    filterset_class = InvitationListFilters

    def get_queryset(self) -> QuerySet[InvitationList]:
        return queries.visible_lists(self.account)

    @extend_schema(request=InvitationListBody, responses={201: InvitationListSerializer})
    def create(self, request: Any) -> Response:
        """Makes a list with its first members; no letter goes out yet."""
        said = self.body(InvitationListBody)
        conference = visible_conferences(self.account).filter(pk=said["conference"]).first()
        if conference is None:
            raise Invalid({"conference": say(vi="Không tìm thấy hội nghị này.", en="There is no such conference.")})
        self.check_object_permissions(request, conference)
        made = services.create_list(
            conference_id=conference.id,
            title=said["title"],
            category=said["category"],
            organisation_id=said.get("organisation"),
            site_id=said.get("site"),
            reply_by=said.get("reply_by"),
            people=said.get("people", ()),
            offices=said.get("offices", ()),
        )
        return self.answer(self.get_queryset().get(pk=made.pk), 201)

    @extend_schema(request=MembersBody, responses=MembersAdded, summary="Add members to an invitation list")
    @action(detail=True, methods=["post"])
    def members(self, request: Any, pk: str) -> Response:
        """Adds up to 2,000 people and offices; whoever is invited to the conference already is left as they are."""
        row = self.get_object()
        said = self.body(MembersBody)
        added = services.add_members(list_id=row.id, people=said.get("people", ()), offices=said.get("offices", ()))
        return Response(MembersAdded(added).data)

    @extend_schema(request=None, responses=ListSent)
    @action(detail=True, methods=["post"])
    def send(self, request: Any, pk: str) -> Response:
        """Issues the letters; sent again, it reaches only those who were added since."""
        sent = services.send_list(list_id=self.get_object().id, expected=self.expected_version())
        fresh = self.get_queryset().get(pk=sent.list.pk)
        return Response({"issued": sent.issued, "held": sent.held, "list": self.get_serializer(fresh).data})


class InvitationFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")
    list = django_filters.UUIDFilter("list_id")
    person = django_filters.UUIDFilter("person_id")
    organisation = django_filters.UUIDFilter("organisation_id")
    site = django_filters.UUIDFilter("site_id")
    category = django_filters.ChoiceFilter(choices=Category.choices)
    state = django_filters.MultipleChoiceFilter(choices=InvitationState.choices)

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ()


class InvitationViewSet(HouseViewSet):
    """Single invitations: of conferences the caller works for, and the caller's own."""

    queryset = Invitation.objects.none()
    serializer_class = InvitationSerializer
    rules = rules.INVITATIONS
    own_refusals = {"reply": (410,)}
    scope = "invitations"
    filterset_class = InvitationFilters
    search_fields = ("person__folded",)

    def get_queryset(self) -> QuerySet[Invitation]:
        return queries.visible_to(self.account)

    def _answer(self, row: Invitation) -> Response:
        return self.answer(self.get_queryset().get(pk=row.pk))

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: str) -> Response:
        """Takes the invitation back; who was written to gets a cancellation."""
        row = self.get_object()
        return self._answer(services.withdraw(invitation_id=row.id, expected=self.expected_version()))

    @extend_schema(request=None, responses=InvitationSerializer, summary="Send an invitation again")
    @action(detail=True, methods=["post"])
    def resend(self, request: Any, pk: str) -> Response:
        """Writes again, to the person's present address, with a new link; older links stop working."""
        row = self.get_object()
        return self._answer(services.resend(invitation_id=row.id, expected=self.expected_version()))

    @extend_schema(request=ReplyBody, responses=InvitationSerializer, summary="Record an answer")
    @action(detail=True, methods=["post"])
    def reply(self, request: Any, pk: str) -> Response:
        """Records an answer that came by word of mouth or on paper."""
        row = self.get_object()
        said = self.body(ReplyBody)
        answered = services.reply(invitation_id=row.id, **said, via=ReplyVia.STAFF, expected=self.expected_version())
        return self._answer(answered)

    @extend_schema(request=NameBody, responses=InvitationSerializer, summary="Name who comes")
    @action(detail=True, methods=["post"], url_path="name")
    def give_name(self, request: Any, pk: str) -> Response:
        """Says who comes for an office that was invited without a name."""
        row = self.get_object()
        said = self.body(NameBody)
        return self._answer(
            services.name_invitee(invitation_id=row.id, person_id=said["person"], expected=self.expected_version())
        )


class ReplyViewSet(HouseViewSet):
    """The reply link as an API, for who has no account. Reading it changes nothing."""

    authentication_classes = ()
    queryset = Invitation.objects.none()
    serializer_class = OpenReplySerializer
    rules = rules.REPLIES
    scope = "replies"
    lookup_url_kwarg = "token"
    blind_to_versions = frozenset({"retrieve", "give_answer"})
    own_refusals = {"retrieve": (404, 409, 410), "give_answer": (404, 409, 410)}
    filter_backends = ()

    @extend_schema(responses=OpenReplySerializer, summary="Read the invitation")
    def retrieve(self, request: Any, token: str) -> Response:
        """What the letter said, and what was answered so far."""
        opened = queries.opened_by(token)
        queries.check_open(opened, opened.conference)
        return self.answer(opened)

    @extend_schema(request=ReplyBody, responses=OpenReplySerializer, summary="Answer the invitation")
    def give_answer(self, request: Any, token: str) -> Response:
        """Answers, or answers anew: the last answer counts."""
        services.reply_by_link(token=token, **self.body(ReplyBody), via=ReplyVia.API)
        return self.answer(queries.opened_by(token))
