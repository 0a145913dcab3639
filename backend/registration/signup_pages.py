"""/g/<token>: the public page on which people sign up for a conference. /y/<token>: confirming it, what came of it, and
withdrawing. No account, no script, nothing from elsewhere.

GET only shows: mail scanners and previews fetch every link they see. POST writes, then leads back to GET.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import override
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from backend.conferences.models import Conference
from backend.conferences.queries import site_said
from backend.conferences.queries.notices import photo_notice
from backend.conferences.queries.told import as_told
from backend.conferences.states import ConferenceState
from backend.core.errors import DomainError, Forbidden, Invalid, TooManyAttempts
from backend.core.pages import refused
from backend.core.text import current_language, localized, say
from backend.invitations import wording
from backend.invitations.forms import first_of_each
from backend.invitations.states import Category
from backend.people.api import remote_address
from backend.privacy import boxes
from backend.privacy import links as consent_links
from backend.privacy.queries import wordings_in_force
from backend.privacy.services import Asked
from backend.questions import form as questions_form
from backend.questions.queries import asked_now
from backend.registration import queries, services
from backend.registration.models import Signup
from backend.registration.serializers.signups import SignupForm
from backend.registration.services.seats import ensure_open
from backend.registration.services.signups import said_of

#: Nothing but the page itself; it may be sent back here only.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
FIELDS = ("full_name", "honorific", "email", "phone", "organisation", "site")


# No CSRF token: these pages have no session to ride on. What is sent from a page of another site is refused by what
# browsers say of it, and whoever signs somebody up cannot confirm it.
@method_decorator([csrf_exempt, never_cache], name="dispatch")
class _Page(View):
    http_method_names = ["get", "head", "post"]
    answers_pages = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.GET.get("language", "")
        language = self.language(kwargs["token"], asked if asked in dict(settings.LANGUAGES) else current_language())
        with override(language):
            try:
                if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
                    raise Forbidden(say(vi="Xin gửi từ chính trang này.", en="Please send it from the page itself."))
                response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            except DomainError as refusal:
                response = refused(request, refusal)
            response["Content-Language"] = language
            response["Content-Security-Policy"] = POLICY
        return response

    def language(self, token: str, asked: str) -> str:
        return asked


class RegistrationPage(_Page):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        conference = queries.public_page(token)
        return _form(request, conference, sent="sent" in request.GET)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        conference = queries.public_page(token)
        written = {name: request.POST.get(name, "").replace("\x00", "") for name in FIELDS}
        number = _number(request.POST.get("questionnaire", ""))
        asked = conference.questionnaires.filter(number=number).first() if number else None
        answers = questions_form.posted(asked, request.POST) if asked else {}
        form, ticked = SignupForm(data=written), list[Asked]()
        problems: dict[str, Any] = {} if form.is_valid() else first_of_each(form.errors)
        try:
            ticked = boxes.ticked(request.POST.getlist("consent"), current_language())
        except Invalid as wrong:
            problems |= wrong.fields
        status = 400
        if not problems:
            said = form.validated_data
            try:
                services.sign_up(
                    conference_id=conference.pk,
                    said=said_of(said),
                    language=current_language(),
                    remote_address=remote_address(request),
                    site_id=_id(said["site"]),
                    organisation_id=_id(said["organisation"]),
                    answers=answers,
                    number=asked.number if asked else None,
                    dropping=True,
                    consents=ticked,
                )
            except Invalid as wrong:
                problems = wrong.fields
            except TooManyAttempts as waiting:
                problems, status = {"all": waiting.sentence}, waiting.status
            else:
                return HttpResponseRedirect(f"{request.path}?language={current_language()}&sent", status=303)
        return _form(
            request,
            conference,
            written=written,
            answers=answers,
            ticked=ticked,
            problems=problems,
            status=status,
        )


class SignupPage(_Page):
    def language(self, token: str, asked: str) -> str:
        """The one they wrote in."""
        try:
            return queries.signup_by(token).language
        except DomainError:
            return asked

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        row = queries.signup_by(token)
        queries.check_shown(row)
        return _result(request, row)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        choice = request.POST.get("choice", "")
        if choice == "confirm":
            services.confirm_signup(token=token)
        elif choice == "withdraw":
            row = services.withdraw_signup(token=token)
            if row.registration_id is None:
                return _result(request, row, forgotten=True)
        else:
            problem = say(vi="Xin chọn xác nhận hoặc rút đăng ký.", en="Please choose to confirm or to withdraw.")
            return _result(request, queries.signup_by(token), problem=problem, status=400)
        return HttpResponseRedirect(request.path, status=303)


def _form(
    request: HttpRequest,
    conference: Conference,
    *,
    written: dict[str, str] | None = None,
    answers: dict[str, Any] | None = None,
    ticked: Collection[Asked] = (),
    problems: dict[str, Any] | None = None,
    sent: bool = False,
    status: int = 200,
) -> HttpResponse:
    admission = queries.admission(conference.pk)
    language, sites, problems = current_language(), queries.sites_offered(conference), problems or {}
    closed = ""
    try:
        ensure_open(admission)
    except DomainError as refusal:
        closed, status = str(refusal.sentence), refusal.status
    shown = {
        **_facts(conference, language),
        "where": wording.where(conference, None, language),
        "by_approval": admission.mode == "approval",
        "closes": wording.until(admission.closes_at, conference.time_zone, language) if admission.closes_at else "",
        "closed": closed,
        "sent": sent,
        "form": written or {},
        "problems": problems,
        "sites": [{"id": str(site.pk), "name": site_said(site, language)} for site in sites],
        "units": [{"id": str(u.pk), "name": localized(u.name)} for u in queries.units_offered(conference)],
        "asking": questions_form.shown(
            asked_now(conference.pk), category=Category.GUEST, sites=sites, given=answers or {}, problems=problems
        ),
        "asked": boxes.shown(wordings_in_force(), language, ticked),
        "hours": settings.SIGNUP_HOURS,
        "photo_notice": localized(photo_notice(conference.pk).text, language),
    }
    return render(request, f"signup/form.{language}.html", shown, status=status)


def _result(request: HttpRequest, row: Signup, *, status: int = 200, **facts: Any) -> HttpResponse:
    language, conference, made = row.language, row.conference, row.registration
    off = as_told([conference]).get(conference.pk)
    shown = {
        **_facts(conference, language),
        "where": wording.where_told(off, row.site_id, language)
        if off
        else wording.where(conference, row.site, language),
        "postponed": conference.state == ConferenceState.POSTPONED,
        "name": made.person.full_name if made else row.said["full_name"],
        "unit": localized(row.organisation.name) if row.organisation else "",
        "answers": questions_form.answered_so(row.questionnaire, row.answers) if row.questionnaire else [],
        "agreed": [] if made else queries.agreed_to(row),
        "unrecorded": [(localized(each.title, language), each.retired_at) for each in queries.unrecorded(row)],
        "consents": consent_links.address(made.person) if made else "",
        "state": made.state if made else "",
        "place": queries.place_in_line(made) if made else None,
        "why": localized(made.reason) if made else "",
        "until": wording.until(row.expires_at, conference.time_zone, language),
    }
    return render(request, f"signup/result.{language}.html", {**shown, **facts}, status=status)


def _facts(conference: Conference, language: str) -> dict[str, Any]:
    return {
        "title": localized(conference.title, language),
        "hosts": wording.hosts(conference, language),
        "when": wording.when(conference, language),
        "language": language,
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None


def _id(value: UUID | str | None) -> UUID | None:
    return value if isinstance(value, UUID) else None
