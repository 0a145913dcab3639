"""/o/<token>: a seat offered from the waiting list. No account, no script, nothing from elsewhere, in the person's
language.

GET only shows: mail scanners and previews fetch every link they see. POST takes the seat or leaves it to others.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import override
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from backend.core import context
from backend.core.errors import DomainError
from backend.core.text import current_language, localized, say
from backend.invitations import wording
from backend.registration import queries, services
from backend.registration.models import Registration

CHOICES = {"take": services.accept, "leave": services.cancel}


# No CSRF token: mail programs open the page in browsers of their own that keep no cookies, and it has no session to
# ride on. The signed token in the address is the authority, and another site that knows it could answer anyway.
@method_decorator([csrf_exempt, never_cache], name="dispatch")
class OfferPage(View):
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            row = queries.offered_by(kwargs["token"])
        except DomainError as refusal:
            return _refused(request, refusal)
        language = row.person.language
        with override(language):
            try:
                queries.check_offer(row)
                response: HttpResponseBase = super().dispatch(request, row, kwargs["token"])
            except DomainError as refusal:
                response = _refused(request, refusal, localized(row.conference.title))
            response["Content-Language"] = language
        return response

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
    language, conference = row.person.language, row.conference
    shown = {
        "addressee": wording.addressee(row.person, row.invitation.office if row.invitation else {}, language),
        "title": localized(conference.title, language),
        "hosts": wording.hosts(conference, language),
        "when": wording.when(conference, language),
        "where": wording.where(conference, row.site, language),
        "until": wording.until(row.offer_until, conference.time_zone, language) if row.offer_until else "",
        "state": row.state,
        "handed_on": row.invitation is not None and row.invitation.substitute_id is not None,
        "language": language,
    }
    return render(request, f"offer/page.{language}.html", {**shown, **facts}, status=status)


def _refused(request: HttpRequest, refusal: DomainError, title: str = "") -> HttpResponse:
    """A page that says why the seat can no longer be had: 404 for a wrong link, 409 and 410 for one that came too late."""
    facts = {"sentence": refusal.sentence, "title": title, "language": current_language()}
    return render(request, "reply/refused.html", facts, status=refusal.status)
