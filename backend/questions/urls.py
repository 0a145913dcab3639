"""The addresses of questions and answers, under /api/v1/."""

from backend.questions.api import AnswerSheetViewSet, QuestionnaireViewSet

routes = [("questionnaires", QuestionnaireViewSet), ("answer-sheets", AnswerSheetViewSet)]
