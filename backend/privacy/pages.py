"""/c/<token>: what a person is asked to consent to, and what they decided. No account, no script, nothing from elsewhere,
in the person's language. Taking back is one button, as giving is; no box is ever ticked for anybody.

GET only shows: mail scanners and previews fetch every link they see. POST decides.
"""

from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format

from backend.core import context
from backend.core.clock import local
from backend.core.errors import DomainError, Gone, NotFound
from backend.core.pages import LinkPage
from backend.core.text import localized, say
from backend.people.models import Person
from backend.privacy import queries, services
from backend.privacy.queries import Standing
from backend.privacy.states import ConsentVia, Decision


class ConsentPage(LinkPage):
    opened_by = staticmethod(queries.opened_by)
    language_of = attrgetter("language")

    def get(self, request: HttpRequest, person: Person, token: str) -> HttpResponse:
        return _page(request, person)

    def post(self, request: HttpRequest, person: Person, token: str) -> HttpResponse:
        try:
            with context.acting(actor=f"person:{person.pk}"):
                _decide(request, person)
        except (NotFound, Gone):
            return _page(request, person, status=400, problem=_CHOOSE)
        except DomainError as refusal:
            return _page(request, person, status=refusal.status, problem=refusal.sentence)
        return _page(request, person, done=True)


_CHOOSE = say(vi="Xin chọn đồng ý hoặc rút lại.", en="Please choose to give or to withdraw consent.")


def _decide(request: HttpRequest, person: Person) -> None:
    purpose, version = request.POST.get("purpose", ""), request.POST.get("version", "")
    decision = request.POST.get("decision", "")
    if decision == Decision.GIVEN and version.isascii() and version.isdecimal() and len(version) < 6:
        asked = services.Asked(purpose=purpose, version=int(version), language=person.language)
        services.give_consent(person_id=person.pk, asked=asked, via=ConsentVia.PAGE)
    elif decision == Decision.WITHDRAWN:
        services.withdraw_consent(person_id=person.pk, purpose=purpose, via=ConsentVia.PAGE, language=person.language)
    else:
        raise NotFound()


def _page(request: HttpRequest, person: Person, *, status: int = 200, **facts: Any) -> HttpResponse:
    shown = {
        "name": person.full_name,
        "purposes": [_shown(standing, person.language) for standing in queries.standings(person.pk)],
        "language": person.language,
    }
    return render(request, f"consent/page.{person.language}.html", {**shown, **facts}, status=status)


def _shown(standing: Standing, language: str) -> dict[str, Any]:
    wording, decision = standing.wording, standing.decision
    return {
        "code": wording.purpose.code,
        "version": wording.version,
        "title": localized(wording.purpose.title, language),
        "text": localized(wording.text, language),
        "given": standing.given,
        "withdrawn": decision is not None and decision.decision == Decision.WITHDRAWN,
        "lapsed": decision is not None and decision.decision == Decision.GIVEN and not standing.given,
        "on": date_format(local(decision.at), "j/n/Y" if language == "vi" else "j F Y") if decision else "",
    }
