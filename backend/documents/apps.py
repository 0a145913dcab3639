"""Tells the floors below what cannot be printed."""

from importlib import import_module

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "backend.documents"

    def ready(self) -> None:
        import_module("backend.documents.form.text")  # its `judges_print` knows the face
