"""The link in letters about a paper: who holds it may hand in that one paper, until its round is over."""

from uuid import UUID

from django.conf import settings

from backend.conferences.models import Paper
from backend.conferences.queries.papers import with_facts
from backend.conferences.states import ConferenceState, PaperState
from backend.core.errors import Gone
from backend.core.signed import SignedWord
from backend.core.text import say

_words = SignedWord("papers.hand_in")
sign = _words.sign


def address(paper_id: UUID, link_round: int) -> str:
    return f"{settings.BASE_URL}/p/{sign(paper_id, link_round)}"


def opened_by(token: str) -> Paper:
    """The paper a link opens, whatever its state. Raises NotFound for a forged link, Gone for an old one."""
    unknown = say(vi="Liên kết nộp tham luận không đúng.", en="This is not a valid link to hand in a paper.")
    found: Paper = _words.opens(token, with_facts(Paper.objects.all()), unknown=unknown)
    return found


def check_wanted(paper: Paper) -> None:
    """Raises Gone when the paper is not asked for any more."""
    if paper.state == PaperState.WITHDRAWN:
        raise Gone(say(vi="Ban tổ chức không còn đề nghị tham luận này.", en="This paper is no longer asked for."))
    if paper.conference.state == ConferenceState.CANCELLED:
        raise Gone(say(vi="Hội nghị đã huỷ.", en="The conference has been cancelled."))
