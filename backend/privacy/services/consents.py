"""Asking and deciding. Nothing is ever given but by somebody who was shown the very words: no default, no silence."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.core import context
from backend.core.clock import now
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.outbox.services import emit
from backend.people.models import Person
from backend.privacy import queries
from backend.privacy.events import ConsentGiven, ConsentRetired, ConsentWithdrawn, ConsentWorded
from backend.privacy.models import ConsentDecision, ConsentPurpose, ConsentWording
from backend.privacy.states import ConsentVia, Decision


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody was shown: the purpose's code, the version of its wording, the language it was read in."""

    purpose: str
    version: int
    language: str


@transaction.atomic
def give_consent(
    *, person_id: UUID, asked: Asked, via: ConsentVia, taken_by: str = "", at: dt.datetime | None = None
) -> ConsentDecision:
    """Records that the person agreed to what they were shown, in its very version: words that only read otherwise since
    are agreed to all the same. Who has agreed to that version or a later one already stays as they are.

    `at` is when it was said to `taken_by`, or written on paper; now otherwise. Raises Conflict when the words mean more
    since, or something newer was decided.
    """
    person = locked(Person, person_id)
    wording = queries.wordings_that_count().filter(purpose__code=asked.purpose, version=asked.version).first()
    if wording is None:
        newest = queries.wordings_in_force().filter(purpose__code=asked.purpose).first()
        if newest is None:
            raise NotFound(say(vi="Không có mục đích này.", en="There is no such purpose."))
        raise Conflict(
            say(vi="Nội dung xin đồng ý đã đổi; xin đọc lại.", en="The wording has changed; please read it again."),
            purpose=asked.purpose,
            version=newest.version,
        )
    last = queries.last_decision(person.pk, asked.purpose)
    if last and last.decision == Decision.GIVEN and last.wording.version >= wording.version:
        return last
    made = _record(person, wording, asked.language, Decision.GIVEN, via, taken_by, _moment(last, at))
    emit(ConsentGiven(person_id=person.pk, purpose=asked.purpose))
    return made


@transaction.atomic
def withdraw_consent(
    *,
    person_id: UUID,
    purpose: str,
    via: ConsentVia,
    language: str = "",
    taken_by: str = "",
    at: dt.datetime | None = None,
) -> ConsentDecision:
    """Records that the person takes their consent back, from `at` on; what was done before stays lawful. Whoever took
    it back already stays as they are. Raises Conflict where none was given."""
    person = locked(Person, person_id)
    last = queries.last_decision(person.pk, purpose)
    if last is None:
        raise Conflict(say(vi="Chưa từng đồng ý với mục đích này.", en="No consent was given to this purpose."))
    if last.decision == Decision.WITHDRAWN:
        return last
    said_in = language or last.language
    made = _record(person, last.wording, said_in, Decision.WITHDRAWN, via, taken_by, _moment(last, at))
    emit(ConsentWithdrawn(person_id=person.pk, purpose=purpose))
    return made


def _moment(last: ConsentDecision | None, at: dt.datetime | None) -> dt.datetime:
    present = now()
    moment = at or present
    if moment > present:
        raise Invalid({"taken_at": say(vi="Chưa đến thời điểm này.", en="That moment is still to come.")})
    if last and moment < last.at:
        raise Conflict(
            say(vi="Đã có quyết định mới hơn.", en="Something newer was decided."), decided_at=last.at.isoformat()
        )
    return moment


def _record(
    person: Person,
    wording: ConsentWording,
    language: str,
    decision: Decision,
    via: ConsentVia,
    taken_by: str,
    at: dt.datetime,
) -> ConsentDecision:
    return ConsentDecision.objects.create(
        person=person,
        wording=wording,
        language=language,
        shown_sha256=queries.shown_sha256(wording.text, language),
        decision=decision,
        via=via,
        taken_by=taken_by,
        at=at,
        recorded_by=context.current().actor[:80],
    )


@transaction.atomic
def add_purpose(*, code: str, title: Text, text: Text) -> ConsentPurpose:
    """One more thing people may be asked to agree to. Raises Conflict for a code that is taken."""
    if ConsentPurpose.objects.filter(code=code).exists():
        raise Conflict(say(vi="Mã mục đích này đã có.", en="There is a purpose with this code already."))
    _refuse_half_said(text)
    purpose = ConsentPurpose.objects.create(code=code, title=title)
    _word(purpose, 1, text, asks_again=False)
    return purpose


@transaction.atomic
def reword_purpose(*, purpose_id: UUID, text: Text, asks_again: bool, expected: int | None = None) -> ConsentPurpose:
    """Asks in new words from now on. With `asks_again` they mean more: consents given before end."""
    purpose = locked(ConsentPurpose, purpose_id, expected=expected)
    _refuse_retired(purpose)
    _refuse_half_said(text)
    purpose.save()
    _word(purpose, purpose.wordings.count() + 1, text, asks_again=asks_again)
    return purpose


@transaction.atomic
def retire_purpose(*, purpose_id: UUID, expected: int | None = None) -> ConsentPurpose:
    """Nobody is asked any more, and no consent to it counts from now on."""
    purpose = locked(ConsentPurpose, purpose_id, expected=expected)
    _refuse_retired(purpose)
    purpose.retired_at = now()
    purpose.save()
    emit(ConsentRetired(purpose_id=purpose.pk, purpose=purpose.code))
    return purpose


def _word(purpose: ConsentPurpose, version: int, text: Text, *, asks_again: bool) -> None:
    ConsentWording.objects.create(purpose=purpose, version=version, text=text, asks_again=asks_again)
    emit(ConsentWorded(purpose_id=purpose.pk, purpose=purpose.code, wording=version, asks_again=asks_again))


def _refuse_retired(purpose: ConsentPurpose) -> None:
    if purpose.retired_at is not None:
        raise Conflict(say(vi="Mục đích này đã thôi dùng.", en="This purpose is retired."))


def _refuse_half_said(text: Text) -> None:
    """People decide about what they can read: every language the house writes in."""
    if missing := [code for code, _ in settings.LANGUAGES if not text.get(code)]:
        raise Invalid(
            {"text": say(vi="Thiếu bản {codes}.", en="The text in {codes} is missing.", codes=", ".join(missing))}
        )


def ensure_standard_purposes(purposes: Any = ConsentPurpose, wordings: Any = ConsentWording) -> None:
    """Adds the purposes every house has where they are not there yet; what was changed since is left alone."""
    for code, (title, text) in STANDARD.items():
        purpose, added = purposes.objects.get_or_create(code=code, defaults={"title": title})
        if added:
            wordings.objects.create(purpose=purpose, version=1, text=text)


#: code → title, and what is asked.
STANDARD: dict[str, tuple[Text, Text]] = {
    "portrait": (
        {"vi": "Đăng ảnh chân dung", "en": "Publishing my portrait"},
        {
            "vi": "Tôi đồng ý cho đơn vị tổ chức đăng ảnh chân dung của tôi (ảnh chụp riêng, không phải ảnh chung của hội"
            " nghị) kèm họ tên, chức vụ trong bài viết và ấn phẩm về hội nghị. Tôi có thể rút lại bất cứ lúc nào; ảnh"
            " được gỡ khỏi trang thông tin, những gì đã làm trước đó vẫn hợp pháp.",
            "en": "I agree that the organisers publish my portrait (a picture of me alone, not one of the conference as a"
            " whole) with my name and office in articles and publications about the conference. I may withdraw this at"
            " any time: the picture is then taken off their site; what was done before remains lawful.",
        },
    ),
    "mailing-list": (
        {"vi": "Nhận tin về hội nghị sau", "en": "News of later conferences"},
        {
            "vi": "Tôi đồng ý cho đơn vị tổ chức giữ địa chỉ thư điện tử của tôi để báo tin về các hội nghị sau. Tôi có"
            " thể rút lại bất cứ lúc nào; khi đó đơn vị tổ chức không gửi tin nữa.",
            "en": "I agree that the organisers keep my e-mail address to tell me of later conferences. I may withdraw this"
            " at any time; no more such news is then sent.",
        },
    ),
    "directory": (
        {"vi": "Danh bạ đại biểu", "en": "The delegates' directory"},
        {
            "vi": "Tôi đồng ý cho các đại biểu khác cùng dự hội nghị thấy thư điện tử và số điện thoại của tôi trong danh"
            " bạ đại biểu. Tôi có thể rút lại bất cứ lúc nào; khi đó các thông tin này không hiện trong danh bạ nữa.",
            "en": "I agree that other delegates of the same conference see my e-mail address and telephone number in the"
            " delegates' directory. I may withdraw this at any time; they are then no longer shown there.",
        },
    ),
}
