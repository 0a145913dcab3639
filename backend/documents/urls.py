"""Addresses of documents and official numbers."""

from backend.documents.api import DocumentViewSet, OfficialNumberViewSet

routes = [("documents", DocumentViewSet), ("official-numbers", OfficialNumberViewSet)]
