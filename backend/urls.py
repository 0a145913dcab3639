"""Where everything answers: the API under /api/v1/, the public pages beside it."""

from importlib import import_module

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from backend.core import description, health, problems

router = SimpleRouter(trailing_slash=False)
pages: list[URLPattern | URLResolver] = []
for floor in settings.FLOORS:
    try:
        urls = import_module(f"{floor}.urls")
    except ModuleNotFoundError as error:
        if error.name != f"{floor}.urls":
            raise
        continue
    for prefix, viewset, *basename in urls.routes:
        router.register(prefix, viewset, *basename)
    pages += getattr(urls, "pages", [])

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
