"""Reading public registration: what its page offers, and what a link in somebody's mailbox is about."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from backend.conferences.models import Conference, Site
from backend.conferences.queries.said import sites_of
from backend.conferences.queries.told import cancelled
from backend.conferences.states import EXPECTED, ConferenceState, Confidentiality
from backend.core.clock import database_now
from backend.core.errors import Conflict, Gone, NotFound
from backend.core.text import localized, say
from backend.invitations.models import Invitation
from backend.invitations.queries import LIVE
from backend.people.models import Organisation
from backend.privacy.models import ConsentPurpose, ConsentWording
from backend.privacy.queries import standings, wordings_that_count
from backend.registration import signup_links
from backend.registration.models import Registration, Signup
from backend.registration.queries.seats import admission
from backend.registration.states import AdmissionMode, RegistrationState


def public_page(token: str) -> Conference:
    """The conference whose public page the link opens, with what the page says. Raises NotFound for a forged link, for
    a conference that takes people by invitation, that is restricted, or that is neither to come nor going on; Gone and
    Conflict for one that is told to be cancelled, or put off."""
    conference_id = signup_links.page_read(token)
    rows = Conference.objects.select_related("admission").prefetch_related(
        "organisers__organisation", "sites__venue", "sites__room"
    )
    rows = rows.exclude(announced_at=None).exclude(confidentiality=Confidentiality.RESTRICTED)
    known = Q(state__in=EXPECTED | {ConferenceState.POSTPONED}) | cancelled()
    found = rows.filter(known, pk=conference_id).first() if conference_id else None
    if found is None or admission(found.pk).mode == AdmissionMode.INVITATION:
        raise NotFound(say(vi="Không có trang đăng ký này.", en="There is no such registration page."))
    if found.state == ConferenceState.POSTPONED:
        raise Conflict(
            say(
                vi="Hội nghị được hoãn; việc đăng ký tiếp tục khi có thời gian mới.",
                en="The conference has been postponed; registration goes on when there is a new date.",
            )
        )
    if found.state not in EXPECTED:
        raise _cancelled()
    return found


def _cancelled() -> Gone:
    return Gone(say(vi="Hội nghị đã huỷ.", en="The conference has been cancelled."))


def sites_offered(conference: Conference) -> list[Site]:
    """The places to choose from; none where there is no choice."""
    sites = list(sites_of(conference))
    return sites if len(sites) > 1 else []


def units_offered(conference: Conference) -> list[Organisation]:
    """Units that have seats of their own: who comes from one of them says so. Others are no matter of registration."""
    rows = Organisation.objects.filter(seatlimit__conference=conference)
    return list(rows.order_by("sort_key", "id"))


def signup_by(token: str) -> Signup:
    """The sign-up a link is about, with what its page says. Raises NotFound for a forged link, one whose sign-up was
    forgotten, or one not confirmed before the conference was restricted; Gone for an older one."""
    signed = signup_links.read(token)
    rows = Signup.objects.select_related(
        "conference", "site__venue", "site__room", "organisation", "questionnaire", "registration__person"
    ).prefetch_related("conference__organisers__organisation", "conference__sites__venue", "conference__sites__room")
    rows = rows.exclude(confirmed_at=None, conference__confidentiality=Confidentiality.RESTRICTED)
    found = signed and rows.filter(pk=signed[0]).first()
    if not signed or not found:
        raise NotFound(
            say(
                vi="Liên kết không đúng, hoặc đăng ký đã hết hạn xác nhận.",
                en="This is not a valid link, or the time to confirm is over.",
            )
        )
    if signed[1] != found.link_round:
        raise Gone(
            say(
                vi="Đã có thư xác nhận mới hơn; hãy dùng liên kết trong thư ấy.",
                en="There is a newer letter; please use its link.",
            )
        )
    return found


def check_confirmable(row: Signup) -> None:
    """`check_shown`; and raises Conflict while the conference is postponed: whoever signed up is asked anew with the new
    time."""
    if row.conference.state == ConferenceState.POSTPONED:
        raise Conflict(
            say(
                vi="Hội nghị đã hoãn. Đăng ký được giữ; khi có thời gian mới, chúng tôi gửi liên kết mới để xác nhận.",
                en="The conference has been postponed. What was written is kept; with the new time comes a new link to confirm it.",
            )
        )
    check_shown(row)


def check_shown(row: Signup) -> None:
    """Raises Gone once the conference is cancelled, or the time to confirm over by the database's clock, which stands
    still while the conference is postponed."""
    if row.conference.state == ConferenceState.CANCELLED:
        raise _cancelled()
    waits = row.confirmed_at is None and row.conference.state != ConferenceState.POSTPONED
    if waits and row.expires_at <= database_now():
        raise Gone(
            say(
                vi="Đã quá hạn xác nhận; xin đăng ký lại.",
                en="The time to confirm is over; please register again.",
            )
        )


def place_in_line(registration: Registration) -> int | None:
    """Which place somebody has among those who wait now, the first is 1; None for who does not wait."""
    if registration.state != RegistrationState.WAITING:
        return None
    ahead = Registration.objects.filter(
        conference_id=registration.conference_id, state=RegistrationState.WAITING, turn__lt=registration.turn
    )
    return ahead.count() + 1


def agreed_to(row: Signup) -> list[str]:
    """What they ticked and is given once they confirm, in their language; not what means more since."""
    return [localized(each.text, row.language) for each in _counting(row)]


def _counting(row: Signup) -> list[ConsentWording]:
    """What they ticked that may be consented to in the words they read."""
    ticked = {each["purpose"]: each["version"] for each in row.consents}
    rows = wordings_that_count().filter(purpose__code__in=ticked) if ticked else ()
    return [each for each in rows if ticked[each.purpose.code] == each.version]


def unrecorded(row: Signup) -> list[ConsentPurpose]:
    """What they ticked without consenting: its words mean more since, or nobody is asked any more. Once confirmed, not
    what they consent to otherwise or have decided about since."""
    if row.registration is not None:
        return unrecorded_of(row.registration)
    codes = {each["purpose"] for each in row.consents} - {each.purpose.code for each in _counting(row)}
    return _purposes(codes)


def unrecorded_of(registration: Registration) -> list[ConsentPurpose]:
    """The same of whoever came by the public page, for their letters."""
    last = registration.signups.exclude(lapsed=[]).order_by("-confirmed_at").first()
    if last is None or last.confirmed_at is None:
        return []
    decided = {
        each.wording.purpose.code
        for each in standings(registration.person_id)
        if each.given or (each.decision and each.decision.at >= last.confirmed_at)
    }
    return _purposes(set(last.lapsed) - decided)


def _purposes(codes: Collection[str]) -> list[ConsentPurpose]:
    return list(ConsentPurpose.objects.filter(code__in=codes).order_by("created_at", "code")) if codes else []


def is_invited(conference_id: UUID, person_id: UUID) -> bool:
    """Whether the person has an invitation, whatever they answered to it."""
    return Invitation.objects.filter(conference_id=conference_id, person_id=person_id, state__in=LIVE).exists()
