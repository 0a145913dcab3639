"""/invitation-lists, /invitations, /reply-proposals and /replies."""

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from backend.conferences.queries import visible_to as visible_conferences
from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.filters import TrueOrFalseFilter
from backend.core.shown import OWN, Address
from backend.core.text import say
from backend.invitations import queries, rules, services
from backend.invitations.guest_api import GuestLists
from backend.invitations.many_api import ManyInvitations
from backend.invitations.models import FailedLetter, Invitation, InvitationList, InvitationReply, ReplyProposal
from backend.invitations.serializers import (
    AssignBody,
    FailedLetterSerializer,
    InvitationListBody,
    InvitationListSerializer,
    InvitationReplySerializer,
    InvitationSerializer,
    ListChanges,
    ListSent,
    MembersAdded,
    MembersBody,
    NameBody,
    OpenReplySerializer,
    OwnReplyBody,
    RecordBody,
    ReplyProposalSerializer,
    SubstituteBody,
)
from backend.invitations.states import (
    Answer,
    Category,
    FailureKind,
    InvitationState,
    ProposalKind,
    ProposalState,
    ReplyVia,
    Substitutes,
)
from backend.mail.models import InboundMail
from backend.mail.queries import visible_inbound
from backend.privacy.services import Asked


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
    edited_by_two = True
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
            start_reminders=said.get("start_reminders"),
            reply_reminders=said.get("reply_reminders"),
            substitutes=said.get("substitutes", Substitutes.APPROVED),
            people=said.get("people", ()),
            offices=said.get("offices", ()),
        )
        return self.answer_anew(made, 201)

    @extend_schema(request=ListChanges, responses=InvitationListSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Changes its title, the deadline for answers, or when its invitees are reminded."""
        row = self.get_object()
        said: services.ListFields = self.body(ListChanges)  # type: ignore[assignment]
        services.edit_list(list_id=row.id, fields=said, expected=self.expected_version())
        return self.answer_anew(row)

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


class InvitationViewSet(ManyInvitations, GuestLists):
    """Single invitations: of conferences the caller works for, and the caller's own."""

    queryset = Invitation.objects.none()
    serializer_class = InvitationSerializer
    rules = rules.INVITATIONS
    shows = ("person_id",)
    own_refusals = {**ManyInvitations.own_refusals, **GuestLists.own_refusals, "reply": (410,)}
    scope = "invitations"
    filterset_class = InvitationFilters
    search_fields = ("person__folded",)

    def get_queryset(self) -> QuerySet[Invitation]:
        return queries.visible_to(self.account)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: str) -> Response:
        """Takes the invitation back; who was written to gets a cancellation."""
        row = self.get_object()
        return self.answer_anew(services.withdraw(invitation_id=row.id, expected=self.expected_version()))

    @extend_schema(request=None, responses=InvitationSerializer, summary="Send an invitation again")
    @action(detail=True, methods=["post"])
    def resend(self, request: Any, pk: str) -> Response:
        """Writes again, to the person's present address, with a new link; older links stop working."""
        row = self.get_object()
        return self.answer_anew(services.resend(invitation_id=row.id, expected=self.expected_version()))

    @extend_schema(request=RecordBody, responses=InvitationSerializer, summary="Record an answer")
    @action(detail=True, methods=["post"])
    def reply(self, request: Any, pk: str) -> Response:
        """Records an answer that came by word of mouth or on paper, with who took it and when. One that was taken before
        the invitee's last answer is refused."""
        row = self.get_object()
        said = self.body(RecordBody)
        return self.answer_anew(services.reply(invitation_id=row.id, **said, expected=self.expected_version()))

    @extend_schema(request=NameBody, responses=InvitationSerializer, summary="Name who comes")
    @action(detail=True, methods=["post"], url_path="name")
    def give_name(self, request: Any, pk: str) -> Response:
        """Says who comes for an office that was invited without a name."""
        row = self.get_object()
        said = self.body(NameBody)
        return self.answer_anew(
            services.name_invitee(invitation_id=row.id, person_id=said["person"], expected=self.expected_version())
        )


class InvitationReplyFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("invitation__conference_id")
    list = django_filters.UUIDFilter("invitation__list_id")
    invitation = django_filters.UUIDFilter("invitation_id")
    answer = django_filters.ChoiceFilter(choices=Answer.choices)
    via = django_filters.MultipleChoiceFilter(choices=ReplyVia.choices)

    class Meta:
        model = InvitationReply
        fields: tuple[str, ...] = ()


class InvitationReplyViewSet(HouseViewSet):
    """Every answer ever given, how it came and who recorded it; the invitation holds the last one."""

    queryset = InvitationReply.objects.none()
    serializer_class = InvitationReplySerializer
    rules = rules.ANSWERS
    shows = ("invitation.person_id",)
    scope = "invitations"
    filterset_class = InvitationReplyFilters

    def get_queryset(self) -> QuerySet[InvitationReply]:
        return queries.visible_replies(self.account)


class AssignViewSet(HouseViewSet):
    """What a human does with a mail that waits: says which invitation it answers, and how."""

    queryset = InboundMail.objects.none()
    serializer_class = InvitationSerializer
    rules = rules.ASSIGNING
    scope = "invitations"
    filter_backends = ()

    def get_queryset(self) -> QuerySet[InboundMail]:
        return visible_inbound(self.account)

    @extend_schema(request=AssignBody, responses=InvitationSerializer, summary="Assign a mail to an invitation")
    def assign(self, request: Any, pk: str) -> Response:
        """Records the answer that a waiting mail gives to an invitation of a conference the caller organises."""
        mail = get_object_or_404(self.get_queryset(), pk=pk)
        said = self.body(AssignBody)
        row = queries.visible_to(self.account).filter(pk=said["invitation"]).first()
        if row is None:
            raise Invalid({"invitation": say(vi="Không có giấy mời này.", en="There is no such invitation.")})
        self.check_object_permissions(request, row)
        services.assign_reply(
            inbound_id=mail.pk,
            invitation_id=row.pk,
            answer=said["answer"],
            note=said["note"],
            expected=self.expected_version(),
        )
        return self.answer(queries.visible_to(self.account).get(pk=row.pk))


class ProposalFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("invitation__conference_id")
    invitation = django_filters.UUIDFilter("invitation_id")
    kind = django_filters.ChoiceFilter(choices=ProposalKind.choices)
    state = django_filters.MultipleChoiceFilter(choices=ProposalState.choices)

    class Meta:
        model = ReplyProposal
        fields: tuple[str, ...] = ()


class ProposalViewSet(HouseViewSet):
    """What invitees proposed: another time, or somebody else. Moving the conference to that time takes it over."""

    queryset = ReplyProposal.objects.none()
    serializer_class = ReplyProposalSerializer
    rules = rules.PROPOSALS
    shows = ("invitation.person_id", Address("substitute_email"))
    scope = "invitations"
    filterset_class = ProposalFilters

    def get_queryset(self) -> QuerySet[ReplyProposal]:
        return queries.visible_proposals(self.account)

    @extend_schema(request=None, responses=ReplyProposalSerializer, summary="Decline what an invitee proposed")
    @action(detail=True, methods=["post"])
    def decline(self, request: Any, pk: str) -> Response:
        """Keeps to what the invitee was invited to, and tells them."""
        row = self.get_object()
        services.decline_proposal(proposal_id=row.pk, expected=self.expected_version())
        return self.answer_anew(row)

    @extend_schema(request=SubstituteBody, responses=ReplyProposalSerializer, summary="Agree to a substitute")
    @action(detail=True, methods=["post"])
    def accept(self, request: Any, pk: str) -> Response:
        """The substitute gets an invitation of their own, the invitee a cancellation. A body says who it is where the
        proposal does not, or corrects it; without one it is as proposed."""
        row = self.get_object()
        named: Any = self.body(SubstituteBody) if request.data else None
        services.accept_substitute(proposal_id=row.pk, named=named, expected=self.expected_version())
        return self.answer_anew(row)


class ReplyViewSet(HouseViewSet):
    """The reply link as an API, for who has no account. Reading it changes nothing."""

    authentication_classes = ()
    queryset = Invitation.objects.none()
    serializer_class = OpenReplySerializer
    rules = rules.REPLIES
    shows = OWN
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

    @extend_schema(request=OwnReplyBody, responses=OpenReplySerializer, summary="Answer the invitation")
    def give_answer(self, request: Any, token: str) -> Response:
        """Answers, or answers anew: the last answer counts. With `answers` to the questions of the conference, both or
        neither are kept; who declines is asked nothing."""
        said = self.body(OwnReplyBody)
        answers, number = said.pop("answers", None), said.pop("number", None)
        language = queries.opened_by(token).language
        consents = [
            Asked(purpose=each["purpose"], version=each["wording"], language=language) for each in said.pop("consents")
        ]
        with transaction.atomic():
            services.reply_by_link(token=token, **said, consents=consents, via=ReplyVia.API)
            if answers is not None and said["answer"] != Answer.DECLINED:
                services.answer_questions(token=token, answers=answers, number=number)
        return self.answer(queries.opened_by(token))


class FailedLetterFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")
    invitation = django_filters.UUIDFilter("invitation_id")
    kind = django_filters.MultipleChoiceFilter(choices=FailureKind.choices)
    open = TrueOrFalseFilter("settled_at", lookup_expr="isnull", label="Not tried again yet")

    class Meta:
        model = FailedLetter
        fields: tuple[str, ...] = ()


class FailedLetterViewSet(HouseViewSet):
    """Letters that could not be written, were refused or came back: to whom, and why. Everybody else got theirs."""

    queryset = FailedLetter.objects.none()
    serializer_class = FailedLetterSerializer
    rules = rules.FAILURES
    shows = ("person_id",)
    scope = "invitations"
    filterset_class = FailedLetterFilters
    ordering = ("-id",)

    def get_queryset(self) -> QuerySet[FailedLetter]:
        return queries.visible_failures(self.account)

    @extend_schema(request=None, responses=FailedLetterSerializer, summary="Try a failed letter again")
    @action(detail=True, methods=["post"])
    def retry(self, request: Any, pk: str) -> Response:
        """Has it written again from the record as it stands now, to the person's present address."""
        row = services.try_again(failed_id=self.get_object().pk)
        return self.answer(self.get_queryset().get(pk=row.pk))
