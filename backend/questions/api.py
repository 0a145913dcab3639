"""/questionnaires and /answer-sheets."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from backend.conferences.models import Conference
from backend.conferences.queries import visible_to as visible_conferences
from backend.conferences.rules import organises
from backend.core.api import HouseViewSet
from backend.core.errors import Invalid
from backend.core.shown import Nobody
from backend.core.text import current_language, say
from backend.documents.queries import disposition
from backend.questions import exporting, queries, rules, services
from backend.questions.asking import read_all
from backend.questions.counting import counts, table
from backend.questions.models import AnswerSheet, Questionnaire
from backend.questions.serializers import (
    AnswerBody,
    AnswerSheetSerializer,
    AnswerSummarySerializer,
    OwingListSerializer,
    QuestionnaireBody,
    QuestionnaireSerializer,
)
from backend.questions.states import AnsweredVia

FORMATS = {"xlsx": exporting.XLSX, "csv": exporting.CSV}


class QuestionnaireFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")
    number = django_filters.NumberFilter("number")

    class Meta:
        model = Questionnaire
        fields: tuple[str, ...] = ()


class QuestionnaireViewSet(HouseViewSet):
    """What is asked of those who come to a conference, version by version; the newest is asked."""

    queryset = Questionnaire.objects.none()
    serializer_class = QuestionnaireSerializer
    rules = rules.QUESTIONNAIRES
    shows = Nobody("questions are nobody's data; who owes answers, and the table of them, are noted by themselves")
    scope = "registration"
    filterset_class = QuestionnaireFilters

    def get_queryset(self) -> QuerySet[Questionnaire]:
        return queries.visible_questionnaires(self.account)

    @extend_schema(request=QuestionnaireBody, responses={201: QuestionnaireSerializer}, summary="Publish questions")
    def create(self, request: Any) -> Response:
        """Asks these questions from now on, as the next version. Answers to former versions stay with the version they
        answered; `owing` names who has to answer again. What is asked already word for word is no new version."""
        said = self.body(QuestionnaireBody)
        conference = _conference(self.account, said["conference"])
        self.check_object_permissions(request, conference)
        made = services.publish(
            conference_id=conference.pk,
            follows=said["follows"],
            title=said["title"],
            intro=said.get("intro", {}),
            questions=said["questions"],
        )
        return self.answer(made, 201)

    @extend_schema(responses=AnswerSummarySerializer)
    @action(detail=True, methods=["get"], filterset_class=None)
    def summary(self, request: Any, pk: str) -> Response:
        """How often what was answered to the questions of this version, by those who said that they come."""
        row = self.get_object()
        sheets, open_ones = queries.counting(row), queries.owing(row)
        again = sum(each.answered is not None for each in open_ones)
        said = {
            "questionnaire": row.pk,
            "number": row.number,
            "answered": len(sheets),
            "never_answered": len(open_ones) - again,
            "to_answer_again": again,
            "questions": counts(read_all(row.questions), sheets),
        }
        return Response(AnswerSummarySerializer(said).data)

    @extend_schema(responses=OwingListSerializer)
    @action(detail=True, methods=["get"], filterset_class=None)
    def owing(self, request: Any, pk: str) -> Response:
        """Who said that they come and has required questions of this version open: never answered, or answered a former
        version that did not ask them."""
        people = queries.owing(self.get_object())
        self.note_shown(people, ("person",))
        return Response(OwingListSerializer({"people": people}).data)

    @extend_schema(
        parameters=[OpenApiParameter("format", str, enum=sorted(FORMATS), description="Default: xlsx.")],
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in FORMATS.values()},
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def export(self, request: Any, pk: str) -> HttpResponse:
        """Everybody's answers to the questions of this version as a table, in the caller's language; nothing in it is
        worked out as a formula."""
        row = self.get_object()
        format = request.query_params.get("format", "xlsx")
        if format not in FORMATS:
            raise Invalid({"format": say(vi="Chỉ có: csv, xlsx.", en="Must be one of: csv, xlsx.")})
        counted = queries.counting(row)
        self.note_shown(counted, ("person_id",))
        rows = table(read_all(row.questions), counted, current_language())
        title = str(say(vi="Câu trả lời", en="Answers"))
        content = exporting.as_csv(rows) if format == "csv" else exporting.as_xlsx(rows, title)
        name = say(vi="cau-tra-loi", en="answers")
        filename = f"{row.conference.slug}-{name}-{row.number}.{format}"
        return HttpResponse(
            content, content_type=FORMATS[format], headers={"Content-Disposition": disposition(filename)}
        )


class AnswerSheetFilters(django_filters.FilterSet):
    conference = django_filters.UUIDFilter("conference_id")
    person = django_filters.UUIDFilter("person_id")
    questionnaire = django_filters.UUIDFilter("questionnaire_id")

    class Meta:
        model = AnswerSheet
        fields: tuple[str, ...] = ()


class AnswerSheetViewSet(HouseViewSet):
    """What people answered: read by who organises the conference, and by themselves."""

    queryset = AnswerSheet.objects.none()
    serializer_class = AnswerSheetSerializer
    rules = rules.SHEETS
    shows = ("person_id",)
    scope = "registration"
    filterset_class = AnswerSheetFilters
    search_fields = ("person__folded",)

    def get_queryset(self) -> QuerySet[AnswerSheet]:
        return queries.visible_sheets(self.account)

    @extend_schema(request=AnswerBody, responses={201: AnswerSheetSerializer}, summary="Answer the questions")
    def create(self, request: Any) -> Response:
        """Answers for oneself, or for somebody who is invited or registered; in place of earlier answers. They are
        checked by the version that is answered, and kept with it."""
        said = self.body(AnswerBody)
        conference = _conference(self.account, said["conference"])
        person = said.get("person", self.account.person_id)
        if person is None:
            raise Invalid({"person": say(vi="Hãy nói ai trả lời.", en="Say whose answers they are.")})
        self.check_object_permissions(request, AnswerSheet(conference=conference, person_id=person))
        made = services.answer(
            conference_id=conference.pk,
            person_id=person,
            answers=said["answers"],
            number=said.get("number"),
            via=AnsweredVia.STAFF if organises.test(self.account, conference) else AnsweredVia.OWN,
        )
        return self.answer(queries.for_reading(AnswerSheet.objects.filter(pk=made.pk)).get(), 201)


def _conference(account: Any, conference_id: UUID) -> Conference:
    found = visible_conferences(account).prefetch_related("organisers").filter(pk=conference_id).first()
    if found is None:
        raise Invalid({"conference": say(vi="Không tìm thấy hội nghị này.", en="There is no such conference.")})
    return found
