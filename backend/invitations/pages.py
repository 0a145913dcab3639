"""/r/<token>: the reply page. No account, no script, nothing from elsewhere, in the invitee's language.

GET only shows: mail scanners and previews fetch every link they see. POST answers.
"""

from collections.abc import Collection
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backend.conferences.queries.deadlines import by_start
from backend.conferences.queries.notices import photo_notice
from backend.conferences.queries.told import time_and_place
from backend.core.errors import DomainError, Gone, Invalid
from backend.core.pages import LinkPage, sentence
from backend.core.text import localized, say
from backend.core.vietnamese import clean
from backend.invitations import links, queries, services, wording
from backend.invitations.forms import FIELDS, NamedBody, first_of_each
from backend.invitations.models import Invitation
from backend.invitations.states import Answer, ProposalKind, ProposalState, Substitutes
from backend.privacy import boxes
from backend.privacy import links as consent_links
from backend.privacy.queries import standings
from backend.privacy.services import Asked
from backend.questions import form as questions_form
from backend.questions import queries as questions

LONGEST_NOTE = 1000
MOST_BOXES = 50


class ReplyPage(LinkPage):
    opened_by = staticmethod(queries.opened_by)
    language_of = attrgetter("language")
    title_of = attrgetter("conference.title")
    check = staticmethod(lambda opened: queries.check_open(opened, opened.conference))

    def get(self, request: HttpRequest, opened: Invitation, token: str) -> HttpResponse:
        return _page(request, opened)

    def post(self, request: HttpRequest, opened: Invitation, token: str) -> HttpResponse:
        if request.POST.get("do") == "substitute":
            return _substituted(request, opened, token)
        answer, note = request.POST.get("answer", ""), clean(request.POST.get("note", "").replace("\x00", ""))
        ticked, problem, unclear = list[Asked](), None, dict[str, Any]()
        try:
            ticked = boxes.ticked(request.POST.getlist("consent"), opened.language)
        except Invalid as wrong:
            problem, unclear = wrong.fields["consents"], wrong.fields
        if answer not in Answer.values:
            problem = say(vi="Xin chọn một câu trả lời.", en="Please choose an answer.")
        elif len(note) > LONGEST_NOTE:
            problem = say(
                vi="Lời nhắn dài quá {n} ký tự.", en="The note is longer than {n} characters.", n=LONGEST_NOTE
            )
        again: dict[str, Any] = {"chosen": answer, "note": note, "ticked": ticked, "problems": unclear}
        if problem:
            return _page(request, opened, status=400, problem=problem, given=_given(request, opened), **again)
        recorded, lapsed = boxes.standing(ticked)
        try:
            _replied(request, opened, token, answer, note, recorded)
        except Invalid as wrong:
            again["problem"] = say(vi="Xin xem lại các câu trả lời dưới đây.", en="Please look at your answers below.")
            again |= {"problems_asked": wrong.fields, "given": _given(request, opened)}
            return _page(request, opened, status=400, **again)
        unrecorded = [(localized(each.title, opened.language), each.retired_at) for each in lapsed]
        return _page(request, queries.opened_by(token), done=True, unrecorded=unrecorded)


def _asked(opened: Invitation, ticked: Collection[Asked]) -> list[dict[str, Any]]:
    """What the invitee has not consented to yet: each by itself, and none ticked but by themselves."""
    if opened.person is None:
        return []
    open_ones = (standing.wording for standing in standings(opened.person.pk) if not standing.given)
    return boxes.shown(open_ones, opened.language, ticked)


def _replied(request: HttpRequest, opened: Invitation, token: str, answer: str, note: str, ticked: list[Asked]) -> None:
    """The reply, and what was asked beside it: both or neither. Who does not come is asked nothing."""
    with transaction.atomic():
        services.reply_by_link(token=token, answer=answer, note=note, consents=ticked)
        given = _given(request, opened)
        if given is not None and answer != Answer.DECLINED:
            services.answer_questions(token=token, answers=given, number=_number(request), dropping=True)


def _number(request: HttpRequest) -> int | None:
    text = request.POST.get("questionnaire", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None


def _given(request: HttpRequest, opened: Invitation) -> dict[str, Any] | None:
    """The answers on the page, None for a page without questions."""
    number = _number(request)
    if number is None:
        return None
    asked = opened.conference.questionnaires.filter(number=number).first()
    return questions_form.posted(asked, request.POST) if asked else None


def _substituted(request: HttpRequest, opened: Invitation, token: str) -> HttpResponse:
    """Somebody else is to come: proposed, or at once where nobody has to agree."""
    written = {field: request.POST.get(field, "") for field in FIELDS}
    form = NamedBody(data=written)
    if not form.is_valid():
        return _page(request, opened, status=400, form=written, problems=first_of_each(form.errors))
    try:
        proposal = services.propose_by_link(token=token, named=form.validated_data)
    except Gone:
        raise
    except DomainError as refusal:
        return _page(request, opened, status=refusal.status, form=written, substitute_problem=refusal.sentence)
    if proposal.state == ProposalState.TAKEN_OVER:
        said = say(
            vi="Đã ghi nhận {name} dự thay. Giấy mời riêng được gửi tới người dự thay.",
            en="{name} comes in your place and gets an invitation of their own.",
            name=proposal.substitute_name,
        )
        return sentence(request, said, localized(opened.conference.title))
    return _page(request, queries.opened_by(token), proposed=proposal.substitute_name)


def _asking(opened: Invitation, given: dict[str, Any] | None, problems: dict[str, Any]) -> dict[str, Any]:
    asked = questions.asked_now(opened.conference_id)
    if asked is None:
        return {}
    if given is None:
        given = questions_form.of_sheet(questions.sheet_of(opened.conference_id, opened.person_id))
    sites = [opened.site] if opened.site else []
    return questions_form.shown(asked, category=opened.category, sites=sites, given=given, problems=problems)


def _page(
    request: HttpRequest,
    opened: Invitation,
    *,
    status: int = 200,
    given: dict[str, Any] | None = None,
    problems_asked: dict[str, Any] | None = None,
    ticked: Collection[Asked] = (),
    **facts: Any,
) -> HttpResponse:
    language, conference = opened.language, opened.conference
    due = by_start(opened.list.reply_by, conference)
    formal = services.goes_with(opened, time_and_place(conference))
    waiting = opened.proposals.filter(kind=ProposalKind.SUBSTITUTE, state=ProposalState.OPEN).first()
    shown = {
        "addressee": wording.invitee(opened, language),
        "title": localized(conference.title, language),
        "hosts": wording.hosts(conference, language),
        "when": wording.when(conference, language),
        "where": wording.where(conference, opened.site, language),
        "reply_by": wording.until(due, conference.time_zone, language) if due else "",
        "formal_number": formal.facts["number"] if formal else "",
        "formal_link": links.letter_address(opened.pk, opened.link_round) if formal else "",
        "answered": opened.state if opened.state in Answer.values else "",
        "outdated": opened.state in Answer.values and queries.is_outdated(opened),
        "chosen": opened.state,
        "note": opened.note,
        "longest_note": LONGEST_NOTE,
        "asked": _asked(opened, ticked),
        "consents": consent_links.address(opened.person) if opened.person else "",
        "photo_notice": localized(photo_notice(conference.pk).text, language),
        "waiting_for": waiting.substitute_name or waiting.substitute_email if waiting else "",
        "asking": _asking(opened, given, problems_asked or {}),
        "substitutes": opened.list.substitutes != Substitutes.NONE and waiting is None,
        "free": opened.list.substitutes == Substitutes.FREE,
        "language": language,
    }
    return render(request, f"reply/page.{language}.html", {**shown, **facts}, status=status)
