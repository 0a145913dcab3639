"""/my-data/<token>, one's copy, and /q/<token>, where one asks about one's data: no account, no script, nothing from
elsewhere. The addresses are the authority; they open nothing else.
"""

from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backend.core import context
from backend.core.errors import DomainError, NotFound
from backend.core.pages import LinkPage, refused
from backend.core.text import say
from backend.people.models import Person
from backend.rights import links, queries, services
from backend.rights.models import DataRequest
from backend.rights.states import RequestKind, RequestVia

LONGEST_TEXT = 4000


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
        return refused(request, refusal)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex, nofollow"}
    return HttpResponse(content, content_type="application/zip", headers=headers)


class RequestPage(LinkPage):
    opened_by = staticmethod(queries.who_asks_by)
    language_of = attrgetter("language")

    def get(self, request: HttpRequest, person: Person, token: str) -> HttpResponse:
        return _page(request, person)

    def post(self, request: HttpRequest, person: Person, token: str) -> HttpResponse:
        kind, text = request.POST.get("kind", ""), request.POST.get("text", "").strip()
        if kind not in RequestKind.values:
            problem = say(vi="Xin chọn điều muốn yêu cầu.", en="Please choose what you ask for.")
            return _page(request, person, status=400, problem=problem)
        if len(text) > LONGEST_TEXT or "\x00" in text:
            problem = say(vi="Xin viết ngắn hơn 4.000 ký tự.", en="Please write fewer than 4,000 characters.")
            return _page(request, person, status=400, problem=problem)
        if (asked := queries.asked_already(person.pk, kind)) is None:
            with context.acting(actor=f"person:{person.pk}"):
                asked = services.receive(kind=kind, via=RequestVia.LINK, person_id=person.pk, text=text)
        return _page(request, person, asked=asked)


def _page(
    request: HttpRequest, person: Person, *, status: int = 200, asked: DataRequest | None = None, **facts: Any
) -> HttpResponse:
    kinds = [(kind.value, kind.label) for kind in RequestKind]
    shown = {"name": person.full_name, "kinds": kinds, "asked": asked, "language": person.language, **facts}
    return render(request, f"data_request/page.{person.language}.html", shown, status=status)
