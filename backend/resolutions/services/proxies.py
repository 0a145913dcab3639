"""Letting somebody else cast one's votes, and taking them back."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from backend.conferences.models import Conference
from backend.conferences.queries import lead_organisation_id
from backend.conferences.states import ConferenceState
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import say
from backend.documents import services as documents
from backend.documents.uploads import Upload
from backend.outbox.services import emit
from backend.people.models import Person
from backend.registration.models import Registration
from backend.resolutions import queries
from backend.resolutions.counting import Rule
from backend.resolutions.events import AuthorisationGiven, AuthorisationTakenBack
from backend.resolutions.models import Authorisation, Poll, TakenBack
from backend.resolutions.services import locks
from backend.resolutions.states import Channel, PollState

#: Abbreviation of giấy uỷ quyền (decree 30/2020).
PAPER = "GUQ"
OVER = (ConferenceState.ARCHIVED, ConferenceState.CANCELLED, ConferenceState.CLOSED)


@transaction.atomic
def authorise(*, conference: Conference, holder_id: UUID, proxy: Person, poll: Poll | None = None) -> Authorisation:
    """Has `proxy` cast the holder's votes, in one poll that has not opened or in all that open from now on.

    Raises Forbidden for a holder without a seat or a guest; Invalid for a proxy who has no seat, is a guest or the holder;
    Conflict where proxies are not allowed, one is named already, the proxy stands for as many as may be, or either of
    the two has handed on or been handed votes (nobody hands on what is not theirs), and once the poll has opened.
    """
    locks.authorising(conference.pk)
    holder = Registration.objects.filter(pk=holder_id, conference=conference).first()
    if holder is None or not queries.has_a_say(holder.person_id, conference.pk):
        raise Forbidden(say(vi="Người này không có quyền biểu quyết.", en="This person holds no vote."))
    if poll is not None and poll.conference_id != conference.pk:
        raise Invalid({"poll": say(vi="Không thuộc hội nghị này.", en="It belongs to another conference.")})
    if conference.state in OVER or (poll is not None and not _is_draft(poll)):
        raise Conflict(say(vi="Đã quá lúc uỷ quyền.", en="It is too late to name a proxy."), reason="late")
    if proxy.pk == holder.person_id or not queries.has_a_say(proxy.pk, conference.pk):
        wrong = say(vi="Phải là một đại biểu khác của hội nghị.", en="Must be somebody else with a seat, and no guest.")
        raise Invalid({"proxy": wrong})
    most = queries.proxies_allowed(conference.pk, poll)
    if not most:
        raise Conflict(
            say(vi="Ở đây không biểu quyết theo uỷ quyền.", en="Proxies are not allowed here."), reason="none"
        )
    here = queries.overlapping(conference.pk, poll)
    if here.filter(holder=holder, poll=poll).exists():
        raise Conflict(say(vi="Đã uỷ quyền rồi, hãy rút trước.", en="There is a proxy already; take that back first."))
    if here.filter(Q(holder__person=proxy.pk) | Q(proxy=holder.person_id)).exists():
        raise Conflict(
            say(
                vi="Không uỷ quyền lại: một trong hai người đã uỷ quyền hoặc đang được uỷ quyền.",
                en="Votes are not handed on: one of the two has named a proxy, or is one.",
            ),
            reason="chain",
        )
    if here.filter(proxy=proxy.pk).values("holder").distinct().count() >= most:
        full = say(vi="Người này đã nhận đủ {n} uỷ quyền.", en="This person stands for {n} already.", n=most)
        raise Conflict(full, reason="cap")
    given = Authorisation.objects.create(conference=conference, poll=poll, holder=holder, proxy=proxy)
    emit(AuthorisationGiven(authorisation_id=given.pk, conference_id=conference.pk, poll_id=given.poll_id))
    return given


def _is_draft(poll: Poll) -> bool:
    return Poll.objects.filter(pk=poll.pk, state=PollState.DRAFT).exists()


@transaction.atomic
def take_back_votes(*, authorisation_id: UUID) -> Authorisation:
    """Ends an authorisation. In polls that are open the holder casts from now on; the roll stays as it was frozen, and what
    changed stands beside it. Raises Conflict once the proxy has cast in one of them, or was handed a paper there: what is
    cast is cast; and when it was taken back already.
    """
    given = Authorisation.objects.select_related("holder").filter(pk=authorisation_id).first()
    if given is None:
        raise NotFound()
    locks.authorising(given.conference_id)
    if not Authorisation.objects.filter(pk=given.pk, taken_back_at=None).update(taken_back_at=Now()):
        raise Conflict(say(vi="Uỷ quyền này đã được rút.", en="It was taken back already."))
    for poll_id in queries.open_by(given):
        _return(poll_id, given)
    emit(AuthorisationTakenBack(authorisation_id=given.pk, conference_id=given.conference_id, poll_id=given.poll_id))
    return given


def _return(poll_id: UUID, given: Authorisation) -> None:
    """Waits for the casts in flight: either the proxy's is in, or the holder's right to it is back. A paper that was
    handed out for it is a vote that is on its way."""
    locks.alone(poll_id)
    poll = Poll.objects.get(pk=poll_id)
    if poll.state != PollState.OPEN:
        return
    theirs = list(poll.entitlements.filter(holder=given.holder_id).values_list("number", flat=True))
    if queries.cast_numbers(poll, theirs) or poll.papers.filter(number__in=theirs).exists():
        raise Conflict(
            say(
                vi="Người được uỷ quyền đã bỏ phiếu này hoặc đã nhận phiếu giấy.",
                en="The proxy has cast this vote already, or was handed a paper for it.",
            ),
            reason="already-cast",
        )
    TakenBack.objects.create(poll=poll, holder=given.holder, person_id=given.holder.person_id)


@transaction.atomic
def file_paper(*, authorisation_id: UUID, upload: Upload) -> Authorisation:
    """Keeps the signed paper with the authorisation, once and for good. Raises Conflict when there is one, or no
    organisation leads the conference."""
    given = locked(Authorisation.objects.select_related("conference"), authorisation_id)
    keeper = lead_organisation_id(given.conference)
    if keeper is None:
        raise Conflict(say(vi="Hội nghị chưa có đơn vị chủ trì.", en="No organisation leads the conference."))
    if given.paper_id is not None:
        raise Conflict(say(vi="Đã lưu giấy uỷ quyền.", en="The paper is on file already."))
    document = documents.open_file(
        organisation_id=keeper,
        kind=PAPER,
        title={"vi": "Giấy uỷ quyền biểu quyết", "en": "Authorisation to vote"},
        conference_id=given.conference_id,
        attached=True,
    )
    documents.add_version(
        document_id=document.pk, contents={upload.format: upload.content}, stem=upload.stem, draft=False
    )
    Authorisation.objects.filter(pk=given.pk).update(paper=document)
    return given


def stand_still(poll_id: UUID) -> None:
    """Nobody names a proxy or takes votes back at the poll's conference until the transaction ends. Asked before the
    poll's row is locked: whoever names a proxy for it touches that row while others wait for them."""
    for conference_id in Poll.objects.filter(pk=poll_id).values_list("conference_id", flat=True):
        locks.authorising(conference_id)


def casters(poll: Poll) -> Mapping[UUID, UUID]:
    """Who casts for whom in a locked poll that opens, while proxies stand still, by the holder's registration; sets how
    many each may stand for. Whose proxy has no seat any more casts in person. Raises Conflict naming who stands for more."""
    poll.proxies = queries.proxies_allowed(poll.conference_id, poll)
    if "present_at_open" in Rule.from_json(poll.rule).bases() or Channel.HANDS in poll.channels:
        poll.proxies = 0  # only who is there then votes, and a hand is one's own
    standing_for = queries.standing_for(poll) if poll.proxies else {}
    crowded = queries.crowded(standing_for.values(), most=poll.proxies)
    if crowded:
        raise Conflict(
            say(
                vi="Mỗi người chỉ được nhận {n} uỷ quyền: {names}.",
                en="Nobody stands for more than {n}: {names}.",
                n=poll.proxies,
                names=", ".join(crowded),
            ),
            reason="cap",
        )
    return standing_for
