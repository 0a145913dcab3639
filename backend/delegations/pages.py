"""/d/<token>: where a unit's focal point names its delegates. No account, no script, nothing from elsewhere, in the
focal point's language.

GET only shows: mail scanners and previews fetch every link they see. POST changes, then leads back to GET.
"""

from operator import attrgetter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from backend.core import context
from backend.core.clock import database_now
from backend.core.errors import DomainError, Invalid, NotFound
from backend.core.pages import LinkPage
from backend.core.text import current_language, localized, say
from backend.delegations import queries, services
from backend.delegations.models import Delegate, Delegation
from backend.delegations.serializers import OfficeBody
from backend.delegations.services.letters import delegation_facts
from backend.delegations.states import DelegationState
from backend.documents.queries import disposition
from backend.imports.form import MEDIA_TYPE, empty_form, filename
from backend.imports.uploads import Sheet, looked_at
from backend.invitations import wording
from backend.invitations.forms import FIELDS, NamedBody, first_of_each
from backend.invitations.queries import LIVE
from backend.invitations.states import InvitationState, Substitutes

#: What may stand behind `?done=`: others are not said back.
DONE = ("name", "change", "remove", "substitute", "submit", "file", "commit")
#: What is done with a list handed in as a file.
OF_A_FILE = ("file", "commit")
#: What is done with one delegate, in a form that is shown again when something in it is wrong.
OF_ONE = ("change", "substitute")


#: Columns of a list that say nothing of a unit's own delegates.
NOT_ASKED = ("since", "language")


def _form_bytes() -> int:
    """More than a file may have: whoever sends one that is too large is told so on the page."""
    return 2 * int(settings.IMPORT_MAX_BYTES)


class DelegationPage(LinkPage):
    takes_bytes = staticmethod(_form_bytes)
    opened_by = staticmethod(queries.opened_by)
    language_of = attrgetter("focal_language")
    title_of = attrgetter("conference.title")
    check = staticmethod(lambda opened: queries.check_wanted(opened.conference))

    def get(self, request: HttpRequest, opened: Delegation, token: str) -> HttpResponse:
        if "template" in request.GET:
            return _template(opened)
        done = request.GET.get("done", "")
        return _page(request, opened, edit=request.GET.get("edit", ""), done=done if done in DONE else "")

    def post(self, request: HttpRequest, opened: Delegation, token: str) -> HttpResponse:
        verb, delegate = request.POST.get("do", ""), request.POST.get("delegate", "")
        written = {name: request.POST.get(name, "") for name in FIELDS}
        try:
            with context.acting(actor=f"focal-point:{opened.pk}"):
                problems = _done(verb, opened, delegate, written, request.FILES.get("file"))
        except Invalid as wrong:
            return _page(request, opened, status=400, problems=dict(wrong.fields))
        except DomainError as refusal:
            fresh = queries.opened_by(token)
            facts = {"problem": refusal.sentence, "edit": delegate if verb in OF_ONE else "", "written": written}
            return _page(request, fresh, status=refusal.status, **facts)
        if problems:
            return _page(
                request,
                opened,
                status=400,
                problems=problems,
                edit=delegate if verb in OF_ONE else "",
                written=written,
            )
        # To the page again, so that loading it anew names nobody twice.
        place = "#list" if verb in OF_A_FILE else ""
        return HttpResponseRedirect(f"{request.path}?done={verb}{place}", status=303)


def _done(
    verb: str, opened: Delegation, delegate: str, written: dict[str, str], file: "UploadedFile[Any] | None"
) -> dict[str, Any]:
    """Does what the form asked for; returns what is wrong with the form, by field."""
    link: dict[str, Any] = {"delegation_id": opened.pk, "link_round": opened.link_round}
    if verb == "submit":
        services.submit(**link)
    elif verb == "remove":
        services.remove_delegate(**link, delegate_id=_id(delegate))
    elif verb == "name":
        form = NamedBody(data=written)
        if not form.is_valid():
            return first_of_each(form.errors)
        services.name_delegate(**link, named=form.validated_data)
    elif verb == "substitute":
        form = NamedBody(data=written)
        if not form.is_valid():
            return first_of_each(form.errors)
        services.send_substitute(**link, delegate_id=_id(delegate), named=form.validated_data)
    elif verb == "file":
        services.hand_in(**link, sheet=_sheet(file))
    elif verb == "commit":
        services.name_listed(**link)
    elif verb == "change":
        return _changed(link, _id(delegate), written)
    else:
        return {"do": say(vi="Không rõ phải làm gì.", en="It is not clear what to do.")}
    return {}


def _changed(link: dict[str, Any], delegate_id: UUID, written: dict[str, str]) -> dict[str, Any]:
    added = queries.live_delegates(link["delegation_id"]).filter(pk=delegate_id, added=True).exists()
    form = NamedBody(data=written) if added else OfficeBody(data=written)
    if not form.is_valid():
        return first_of_each(form.errors)
    if added:
        services.change_delegate(**link, delegate_id=delegate_id, named=form.validated_data)
    else:
        services.change_office(**link, delegate_id=delegate_id, **form.validated_data)
    return {}


def _sheet(file: "UploadedFile[Any] | None") -> Sheet:
    if file is None:
        raise Invalid({"file": say(vi="Xin chọn một tệp.", en="Please choose a file.")})
    return looked_at(filename=file.name or "", content=file.read())


def _template(opened: Delegation) -> HttpResponse:
    """An empty list to fill in and hand in again."""
    return HttpResponse(
        empty_form(opened.focal_language, without=NOT_ASKED),
        content_type=MEDIA_TYPE,
        headers={"Content-Disposition": disposition(filename())},
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(say(vi="Không có người này trong danh sách.", en="Nobody like that is on the list.")) from None


def _page(
    request: HttpRequest,
    opened: Delegation,
    *,
    status: int = 200,
    edit: str = "",
    problem: Any = None,
    problems: dict[str, Any] | None = None,
    written: dict[str, str] | None = None,
    done: str = "",
) -> HttpResponse:
    language, rows = opened.focal_language, list(queries.live_delegates(opened.pk))
    in_time = opened.state == DelegationState.ASKED and database_now() <= queries.open_until(opened)
    edited = next((row for row in rows if str(row.pk) == edit and _may_be_changed(row, in_time)), None)
    replaced = next((row for row in rows if str(row.pk) == edit and _may_be_replaced(row)), None)
    listed = queries.listed_by_file(opened.pk)
    shown = {
        **delegation_facts(opened, language),
        "late": opened.state == DelegationState.ASKED and database_now() > queries.due(opened),
        "until": wording.until(queries.open_until(opened), opened.conference.time_zone, language),
        "open": in_time,
        "submitted": opened.state == DelegationState.SUBMITTED,
        "delegates": [_said(row, in_time) for row in rows],
        "edited": edited,
        "replaced": replaced,
        "form": written or (_as_written(edited) if edited else {}),
        "done": done,
        "problem": problem,
        "problems": problems or {},
        "address": request.path,
        "language": language,
        "list": listed,
    }
    response = render(request, f"delegation/page.{language}.html", shown, status=status)
    if listed and listed.busy and request.method != "POST":
        # No script: the browser asks again by itself until the file is read, or its people are on the list.
        response["Refresh"] = f"2;url={request.path}#list"
    return response


def _may_be_changed(row: Delegate, in_time: bool) -> bool:
    return in_time and row.invitation.state == InvitationState.DRAFT


def _may_be_replaced(row: Delegate) -> bool:
    """Whose letter has gone out stays on record; somebody else may come instead."""
    return row.invitation.state in LIVE and row.invitation.list.substitutes != Substitutes.NONE


def _said(row: Delegate, in_time: bool) -> dict[str, Any]:
    person, invitation = row.invitation.person, row.invitation
    assert person is not None
    return {
        "id": row.pk,
        "name": wording.addressee(person, {}, current_language()),
        "office": localized(invitation.office),
        # Of who was on record before, the unit's focal point is shown no more than they wrote.
        "reached": invitation.email or person.phone if row.added else "",
        "changeable": _may_be_changed(row, in_time),
        "replaceable": _may_be_replaced(row),
        "state": InvitationState(invitation.state).label,
    }


def _as_written(row: Delegate) -> dict[str, str]:
    """What the focal point wrote; of somebody who was on record before, the office alone."""
    person = row.invitation.person
    assert person is not None
    if not row.added:
        return {"office": localized(row.invitation.office)}
    return {
        "full_name": person.full_name,
        "honorific": person.honorific,
        "office": localized(row.invitation.office),
        "email": person.email,
        "phone": person.phone,
    }
