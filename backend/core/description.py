"""The description of the API as it is served: drawn once in a process, since drawing takes half a second."""

import functools

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView


@functools.cache
def written() -> bytes:
    """OpenAPI as YAML."""
    described: bytes = OpenApiYamlRenderer().render(SchemaGenerator().get_schema(request=None, public=True))
    return described


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(written(), content_type="application/vnd.oai.openapi")


#: The interactive page, for anybody; its scripts are files of ours, as its policy wants.
docs = require_safe(SpectacularSwaggerSplitView.as_view(url_name="schema", authentication_classes=[]))
