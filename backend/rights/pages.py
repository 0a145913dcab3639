"""/my-data/<token>: one's copy, by the link that was mailed. The address is the authority; it opens nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backend.core.errors import DomainError, NotFound
from backend.core.text import current_language
from backend.rights import links, services


@never_cache
@require_safe
def copy(request: HttpRequest, token: str) -> HttpResponse:
    """The packed copy while it is kept; else a page that says why not."""
    try:
        export_id = links.read_copy(token)
        if export_id is None:
            raise NotFound()
        content, name = services.fetch(export_id=export_id)
    except DomainError as refusal:
        facts = {"sentence": refusal.sentence, "title": "", "language": current_language()}
        return render(request, "reply/refused.html", facts, status=refusal.status)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex, nofollow"}
    return HttpResponse(content, content_type="application/zip", headers=headers)
