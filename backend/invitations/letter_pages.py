"""/r/<token>/letter: the giấy mời as PDF for who holds the link. No account; void when the reply link is."""

from operator import attrgetter

from django.http import HttpRequest, HttpResponse

from backend.core.pages import LinkPage
from backend.documents.queries import disposition
from backend.invitations import queries, services
from backend.invitations.models import Invitation


class LetterDownload(LinkPage):
    http_method_names = ["get", "head"]

    opened_by = staticmethod(queries.opened_by)
    language_of = attrgetter("language")
    title_of = attrgetter("conference.title")

    def get(self, request: HttpRequest, opened: Invitation, token: str) -> HttpResponse:
        copy = services.opened_copy(opened)
        headers = {"Content-Disposition": disposition(copy.filename)}
        return HttpResponse(bytes(copy.content), content_type=copy.media_type, headers=headers)
