"""The imports' addresses, under /api/v1/."""

from backend.imports.api import ImportRowViewSet, ImportViewSet

routes = [("imports", ImportViewSet, "import"), ("import-rows", ImportRowViewSet, "import-row")]
