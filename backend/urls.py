"""Where everything answers: the API under /api/v1/, the public pages beside it."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from backend.core import description, health, problems

#: Addresses are tried one after the other, and a whole hall votes at once.
FIRST = "ballots"

routes: list[Any] = []
pages: list[URLPattern | URLResolver] = []
for floor in settings.FLOORS:
    try:
        urls = import_module(f"{floor}.urls")
    except ModuleNotFoundError as error:
        if error.name != f"{floor}.urls":
            raise
        continue
    routes += urls.routes
    pages += getattr(urls, "pages", [])

router = SimpleRouter(trailing_slash=False)
for route in sorted(routes, key=lambda route: route[0] != FIRST):
    router.register(*route)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(router.urls)),
    path("api/v1/schema", description.page, name="schema"),
    path("api/docs", description.docs, name="docs"),
    path("problems/<slug:slug>", problems.explained),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("metrics", health.metrics),
    *pages,
]
handler400 = problems.bad_request
handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.crashed
