"""/p/<token>: where a speaker hands in a paper. No account, no script, nothing from elsewhere, in the speaker's language.

GET only shows: mail scanners and previews fetch every link they see. POST hands in.
"""

from operator import attrgetter
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from backend.conferences.models import Paper
from backend.conferences.queries.papers import MISSING
from backend.conferences.states import PaperState
from backend.core.clock import database_now
from backend.core.errors import DomainError, IllegalMove, Invalid
from backend.core.pages import LinkPage
from backend.core.text import current_language, say
from backend.documents.models import DocumentFile
from backend.documents.uploads import looked_at
from backend.invitations import paper_links, services, wording
from backend.invitations.services.papers import paper_facts


def _form_bytes() -> int:
    """More than a file may have: a person who sends one that is too large is told so on a page."""
    return 2 * int(settings.UPLOAD_MAX_BYTES)


def _language_of(opened: Paper) -> str:
    return opened.speaker.person.language if opened.speaker.person else current_language()


class PaperPage(LinkPage):
    takes_bytes = staticmethod(_form_bytes)
    opened_by = staticmethod(paper_links.opened_by)
    language_of = staticmethod(_language_of)
    title_of = attrgetter("conference.title")
    check = staticmethod(paper_links.check_wanted)

    def get(self, request: HttpRequest, opened: Paper, token: str) -> HttpResponse:
        return _page(request, opened, done=request.GET.get("done") == str(_last_number(opened)))

    def post(self, request: HttpRequest, opened: Paper, token: str) -> HttpResponse:
        file = request.FILES.get("file")
        try:
            if file is None:
                raise Invalid({"file": say(vi="Xin chọn một tệp.", en="Please choose a file.")})
            upload = looked_at(filename=file.name or "", content=file.read())
            filed = services.hand_in_by_link(token=token, upload=upload)
        except Invalid as wrong:
            return _page(request, opened, status=400, problem=next(iter(wrong.fields.values())))
        except DomainError as refusal:
            return _page(request, paper_links.opened_by(token), status=refusal.status, problem=_for_speakers(refusal))
        # To the page again, so that loading it anew hands nothing in.
        return HttpResponseRedirect(f"{request.path}?done={_last_number(filed)}", status=303)


def _for_speakers(refusal: DomainError) -> Any:
    """Speakers know of no states: what takes no version any more, and whose link still opens, was accepted."""
    if isinstance(refusal, IllegalMove):
        return say(
            vi="Tham luận đã được nhận, không nộp thêm được nữa.",
            en="The paper has been accepted; nothing more can be handed in.",
        )
    return refusal.sentence


def _last_number(paper: Paper) -> int:
    last = DocumentFile.objects.filter(document=paper.document_id).order_by("-number").first()
    return last.number if last else 0


def _page(request: HttpRequest, opened: Paper, *, status: int = 200, **facts: Any) -> HttpResponse:
    language, at = current_language(), database_now()
    late = opened.due_at is not None and at > opened.due_at
    files = DocumentFile.objects.filter(document=opened.document_id).defer("content").order_by("number")
    shown = {
        **paper_facts(opened, language),
        "versions": [
            {
                "number": file.number,
                "filename": file.filename,
                "kilobytes": max(1, round(file.size / 1024)),
                "at": wording.until(file.created_at, opened.conference.time_zone, language),
                "final": not file.draft,
            }
            for file in files
        ],
        "accepted": opened.state == PaperState.ACCEPTED,
        "late": late and opened.state in MISSING,
        "open": opened.state != PaperState.ACCEPTED and not late,
        "language": language,
    }
    return render(request, f"paper/page.{language}.html", {**shown, **facts}, status=status)
