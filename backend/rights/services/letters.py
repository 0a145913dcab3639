"""Letters about requests: to whoever asked, and to the officers whose deadline comes near."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from backend.core.clock import now
from backend.core.text import say
from backend.mail import mime
from backend.mail import services as mail
from backend.mail.mailbox import InvalidAddress, checked_email
from backend.rights import queries
from backend.rights.models import DataRequest
from backend.rights.states import ERASED, RequestKind

TOLD = "rights.told"
REMINDED = "rights.deadline"

_SUBJECTS = {
    "received": say(vi="Đã tiếp nhận yêu cầu về dữ liệu cá nhân", en="Your request about personal data was received"),
    "answered": say(vi="Phản hồi yêu cầu về dữ liệu cá nhân", en="An answer to your request about personal data"),
    "extended": say(
        vi="Gia hạn giải quyết yêu cầu về dữ liệu cá nhân", en="More time for your request about personal data"
    ),
    "granted": say(vi="Chấp nhận yêu cầu về dữ liệu cá nhân", en="Your request about personal data was granted"),
    "refused": say(vi="Từ chối yêu cầu về dữ liệu cá nhân", en="Your request about personal data was refused"),
    "done": say(vi="Đã thực hiện yêu cầu về dữ liệu cá nhân", en="Your request about personal data was carried out"),
    "copy": say(vi="Bản sao dữ liệu cá nhân đã sẵn sàng", en="The copy of your personal data is ready"),
    "erased": say(vi="Đã xoá dữ liệu cá nhân", en="Your personal data were erased"),
}
_DEADLINES = (
    say(vi="Hạn phản hồi là ngày làm việc tới", en="The first answer is due on the next working day"),
    say(vi="Hôm nay là hạn phản hồi", en="The first answer is due today"),
    say(vi="Đã quá hạn phản hồi", en="The first answer is overdue"),
    say(vi="Hạn thực hiện là ngày làm việc tới", en="What is asked is due on the next working day"),
    say(vi="Hôm nay là hạn thực hiện", en="What is asked is due today"),
    say(vi="Đã quá hạn thực hiện", en="What is asked is overdue"),
)


def tell_requester(request: DataRequest, what: str, note: str = "", **facts: Any) -> None:
    """A letter about what happened, to the address given in the request; none without one. An address no mail can go to
    is left to whoever deals with the request."""
    _post(
        purpose=TOLD,
        request=request,
        sequence=request.entries.count() * 2 + (what == "copy"),
        recipient=(request.name, request.email),
        language=request.language,
        subject=_SUBJECTS[what],
        facts={"what": what, "note": note, "name": request.name, **facts},
    )


def tell_erased(request: DataRequest, recipient: tuple[str, str]) -> None:
    """The last letter to somebody of whom nothing is left here; it is emptied once it is sent."""
    name, _ = recipient
    _post(
        purpose=ERASED,
        request=request,
        sequence=0,
        recipient=recipient,
        language=request.language,
        subject=_SUBJECTS["erased"],
        facts={"what": "erased", "note": "", "name": name},
    )


def remind_officers(request: DataRequest, moment: int) -> None:
    """One letter to each officer in charge. It names nobody: who asked stands where officers sign in."""
    for officer in queries.officers_of(request.organisation_id):
        person = officer.person
        _post(
            purpose=REMINDED,
            request=request,
            sequence=request.extended * 10 + moment,
            recipient=(person.full_name if person else "", officer.email),
            language=person.language if person else "vi",
            subject=_DEADLINES[moment],
            facts={"what": "deadline", "deadline": _DEADLINES[moment]},
        )


def _post(
    *,
    purpose: str,
    request: DataRequest,
    sequence: int,
    recipient: tuple[str, str],
    language: str,
    subject: Any,
    facts: dict[str, Any],
) -> None:
    try:
        email = checked_email(recipient[1])
    except InvalidAddress:
        return
    with override(language):
        title = str(subject)
        facts = {**facts, "request": request, "kind": str(RequestKind(request.kind).label), "subject": title}
        text = render_to_string(f"data_request/letter.{language}.txt", facts).strip() + "\n"
        html = render_to_string(f"data_request/letter.{language}.html", facts)
    message_id = mime.message_id(purpose, request.pk, email, sequence, settings.MAIL_DOMAIN)
    raw = mime.build_message(
        message_id=message_id,
        date=now(),
        sender=(settings.MAIL_FROM_NAME, settings.MAIL_FROM),
        to=(recipient[0], email),
        subject=title,
        text=text,
        html=html,
        language=language,
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.queue(
        purpose=purpose,
        subject_id=request.pk,
        sequence=sequence,
        recipient=email,
        raw=raw,
        message_id=message_id,
        subject=title,
        conference_id=None,
        organisation_id=request.organisation_id,
    )
