"""/r/<token>/letter: the giấy mời as PDF for who holds the link. No account; void when the reply link is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import override
from django.views import View
from django.views.decorators.cache import never_cache

from backend.core.errors import DomainError
from backend.core.text import current_language, localized
from backend.documents.queries import disposition
from backend.invitations import queries, services


@method_decorator(never_cache, name="dispatch")
class LetterDownload(View):
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, token: str, *args: Any) -> HttpResponse:
        try:
            opened = queries.opened_by(token)
        except DomainError as refusal:
            return _refused(request, refusal)
        with override(opened.language):
            try:
                copy = services.opened_copy(opened)
            except DomainError as refusal:
                return _refused(request, refusal, localized(opened.conference.title))
        headers = {"Content-Disposition": disposition(copy.filename), "Content-Language": opened.language}
        return HttpResponse(bytes(copy.content), content_type=copy.media_type, headers=headers)


def _refused(request: HttpRequest, refusal: DomainError, title: str = "") -> HttpResponse:
    """A page that says why there is nothing to download: 404 for a wrong link or no letter, 410 for a void one."""
    facts = {"sentence": refusal.sentence, "title": title, "language": current_language()}
    return render(request, "reply/refused.html", facts, status=refusal.status)
