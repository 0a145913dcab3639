"""Tells the floor of privacy what answers are held about people."""

from importlib import import_module

from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    name = "backend.questions"

    def ready(self) -> None:
        import_module("backend.questions.holdings")
