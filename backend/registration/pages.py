"""/o/<token>: a seat offered from the waiting list. No account, no script, nothing from elsewhere, in the person's
language.

GET only shows: mail scanners and previews fetch every link they see. POST takes the seat or leaves it to others.
"""

from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backend.core import context
from backend.core.pages import LinkPage
from backend.core.text import localized, say
from backend.invitations import wording
from backend.registration import queries, services
from backend.registration.models import Registration

CHOICES = {"take": services.accept, "leave": services.cancel}


class OfferPage(LinkPage):
    opened_by = staticmethod(queries.offered_by)
    language_of = attrgetter("person.language")
    title_of = attrgetter("conference.title")
    check = staticmethod(queries.check_offer)

    def get(self, request: HttpRequest, row: Registration, token: str) -> HttpResponse:
        return _page(request, row)

    def post(self, request: HttpRequest, row: Registration, token: str) -> HttpResponse:
        choose = CHOICES.get(request.POST.get("choice", ""))
        if choose is None:
            problem = say(vi="Xin chọn nhận chỗ hoặc nhường chỗ.", en="Please choose to take or to leave the seat.")
            return _page(request, row, status=400, problem=problem)
        with context.acting(actor=f"registrant:{row.pk}"):
            choose(registration_id=row.pk)
        return _page(request, queries.offered_by(token), done=True)


def _page(request: HttpRequest, row: Registration, *, status: int = 200, **facts: Any) -> HttpResponse:
    language, conference, until = row.person.language, row.conference, queries.offer_end(row)
    shown = {
        "addressee": wording.addressee(row.person, row.invitation.office if row.invitation else {}, language),
        "title": localized(conference.title, language),
        "hosts": wording.hosts(conference, language),
        "when": wording.when(conference, language),
        "where": wording.where(conference, row.site, language),
        "until": wording.until(until, conference.time_zone, language) if until else "",
        "state": row.state,
        "handed_on": row.invitation is not None and row.invitation.substitute_id is not None,
        "language": language,
    }
    return render(request, f"offer/page.{language}.html", {**shown, **facts}, status=status)
