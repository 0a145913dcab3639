"""/invitation-letters: the giấy mời of a list, its official number, its pages."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.queries import visible_to as visible_conferences
from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.filters import TrueOrFalseFilter
from backend.core.shown import Nobody
from backend.core.text import say
from backend.documents.answers import PAGES, bytes_of, format_of, pages
from backend.documents.models import DocumentFile
from backend.documents.queries import MEDIA_TYPES
from backend.invitations import letter_form, queries, rules, services
from backend.invitations.letter_serializers import InvitationLetterSerializer, LetterBody, LetterChanges
from backend.invitations.models import InvitationLetter, InvitationList
from backend.invitations.states import LetterDelivery


class InvitationLetterFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("list__conference_id")
    list = django_filters.UUIDFilter("list_id")
    delivery = django_filters.ChoiceFilter(choices=LetterDelivery.choices)
    issued = TrueOrFalseFilter("issued_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = InvitationLetter
        fields: tuple[str, ...] = ()


class InvitationLetterViewSet(HouseViewSet):
    """The giấy mời of a list: drafted, looked at, issued under an official number. It goes with the list's mails."""

    queryset = InvitationLetter.objects.none()
    serializer_class = InvitationLetterSerializer
    rules = rules.LETTERS
    shows = Nobody("who signs an official document is named on it, for all who read it")
    scope = "invitations"
    edited_by_two = True
    needs_if_match = frozenset({"issue"})
    filterset_class = InvitationLetterFilters

    def get_queryset(self) -> QuerySet[InvitationLetter]:
        return queries.visible_letters(self.account)

    @extend_schema(request=LetterBody, responses={201: InvitationLetterSerializer})
    def create(self, request: Any) -> Response:
        """Drafts the list's letter. After one was issued: another edition that takes its place, with its text."""
        said = self.body(LetterBody)
        lists = InvitationList.objects.filter(conference__in=visible_conferences(self.account))
        row = lists.select_related("conference").filter(pk=said.pop("list")).first()
        if row is None:
            raise Invalid({"list": say(vi="Không có danh sách này.", en="There is no such list.")})
        self.check_object_permissions(request, row.conference)
        made = services.draft_letter(list_id=row.pk, fields=said)  # type: ignore[arg-type]
        return self.answer_anew(made, 201)

    @extend_schema(request=LetterChanges, responses=InvitationLetterSerializer)
    def partial_update(self, request: Any, pk: str) -> Response:
        """Changes the draft. Of an issued letter only how it is delivered."""
        row = self.get_object()
        said: Any = self.body(LetterChanges)
        services.edit_letter(letter_id=row.pk, fields=said, expected=self.expected_version())
        return self.answer_anew(row)

    @extend_schema(request=None, responses=InvitationLetterSerializer, summary="Issue an invitation letter")
    @action(detail=True, methods=["post"])
    def issue(self, request: Any, pk: str) -> Response:
        """Gives it its official number and files it; nothing of it changes any more. A letter that goes out attached is
        set for each invitee by a job (`/jobs?subject_id=…`); sending the list need not wait for it."""
        row = self.get_object()
        services.issue_letter(letter_id=row.pk, account_id=self.account.pk, expected=self.expected_version())
        return self.answer_anew(row)

    @extend_schema(**PAGES, summary="Read an invitation letter")
    @action(detail=True, methods=["get"], filterset_class=None)
    def file(self, request: Any, pk: str) -> HttpResponse:
        """The copy on file, made out to the guests on the list; a draft as it would be issued now, marked DỰ THẢO."""
        row, format = self.get_object(), format_of(request)
        if row.document_id:
            found = DocumentFile.objects.filter(document=row.document_id, media_type=MEDIA_TYPES[format]).first()
            return bytes_of(found, request)
        facts = letter_form.facts_of(row, row.conference)
        content = letter_form.written(letter_form.document_for(row, facts, language="vi"), format)
        return pages(content, stem=letter_form.stem(row), format=format, request=request)
