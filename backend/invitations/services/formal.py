"""The giấy mời of a list: drafted, issued once under an official number, set for each invitee and kept."""

import hashlib
from collections.abc import Collection
from typing import TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backend.conferences.models import Conference, Site, TimeAndPlace
from backend.conferences.queries import lead_organisation_id
from backend.conferences.queries.told import same_place, same_time, time_and_place, told
from backend.conferences.states import EXPECTED
from backend.core.clock import local, now
from backend.core.errors import Conflict, Gone, Invalid, NotFound
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.documents import services as documents
from backend.documents.form.invitation import ABBREVIATION
from backend.documents.queries import MEDIA_TYPES, written_number
from backend.invitations import letter_form, queries
from backend.invitations.events import InvitationLetterIssued
from backend.invitations.models import Invitation, InvitationLetter, InvitationList, LetterCopy
from backend.invitations.services import composing
from backend.invitations.states import FOR_SOMEBODY, InvitationState, LetterDelivery
from backend.jobs import services as jobs
from backend.jobs.kinds import Chunk, step
from backend.jobs.models import Job
from backend.outbox.services import emit
from backend.people.models import Person

SETTING = "invitations.letters"
#: Copies set in one step of the job: about a second of work.
CHUNK = 20


class LetterFields(TypedDict, total=False):
    """What an organiser writes of a letter; `signer` is a person's id."""

    delivery: str
    subject: Text
    signer: UUID | None
    authority: str
    signs_for: Text
    signer_office: Text
    place: Text
    chair: Text
    text: Text
    site_texts: dict[str, Text]
    note: Text
    recipients: list[Text]
    kept_by: str


@transaction.atomic
def draft_letter(*, list_id: UUID, fields: LetterFields) -> InvitationLetter:
    """The first edition of the list's letter, or the next one, with the text of the one before. Raises Conflict while
    one is being drafted, Invalid for what is not on record."""
    row = locked(InvitationList, list_id)
    last = InvitationLetter.objects.filter(list=row).order_by("-edition").first()
    if last is not None and last.issued_at is None:
        raise Conflict(
            say(vi="Danh sách này đang có một giấy mời dự thảo.", en="This list has a letter in draft already."),
            letter=str(last.pk),
        )
    letter = InvitationLetter(list=row, edition=last.edition + 1 if last else 1)
    if last is not None:
        for name in LetterFields.__annotations__:
            setattr(letter, name, getattr(last, name))
    _write(letter, fields)
    letter.save()
    return letter


@transaction.atomic
def edit_letter(*, letter_id: UUID, fields: LetterFields, expected: int | None = None) -> InvitationLetter:
    """Changes these fields. Of an issued letter only how it is delivered: raises Conflict for anything else."""
    letter = locked(InvitationLetter.objects.select_related("list"), letter_id, expected=expected)
    if letter.issued_at is not None and set(fields) - {"delivery"}:
        raise _issued()
    _write(letter, fields)
    letter.save()
    return letter


def _write(letter: InvitationLetter, fields: LetterFields) -> None:
    signer, sites = fields.get("signer"), set(fields.get("site_texts", {}))
    if signer is not None and not Person.objects.filter(pk=signer).exists():
        raise Invalid({"signer": say(vi="Không có người này.", en="There is no such person.")})
    if sites - {str(site) for site in Site.objects.filter(conference=letter.conference).values_list("pk", flat=True)}:
        raise Invalid(
            {"site_texts": say(vi="Không phải địa điểm của hội nghị này.", en="Not a site of this conference.")}
        )
    for name, value in fields.items():
        setattr(letter, "signer_id" if name == "signer" else name, value)


@transaction.atomic
def issue_letter(*, letter_id: UUID, account_id: UUID | None, expected: int | None = None) -> InvitationLetter:
    """Gives the letter its official number, files the copy that stays, and seals it: PostgreSQL refuses every later
    change. What goes out attached is set for each invitee by a job.

    Raises Conflict when it was issued before, or the conference is not inviting; Invalid naming what is missing.
    """
    letter = locked(InvitationLetter.objects.select_related("list"), letter_id, expected=expected)
    if letter.issued_at is not None:
        raise _issued()
    # The row: no time or place moves between what is read here and what the letter says.
    conference = Conference.objects.select_for_update(no_key=True).get(pk=letter.list.conference_id)
    if conference.state not in EXPECTED:
        raise Conflict(say(vi="Hội nghị không mời vào lúc này.", en="The conference is not inviting."))
    conference, kept = composing.as_told(conference.pk)
    facts = letter_form.facts_of(letter, conference)
    organisation_id = lead_organisation_id(conference)
    _ensure_whole(letter, conference, facts)
    assert organisation_id is not None
    document = documents.open_file(
        organisation_id=organisation_id,
        kind=ABBREVIATION,
        title=facts["subject"],
        conference_id=conference.pk,
        attached=True,
    )
    letter.issued_at = now()
    day = local(letter.issued_at).date()
    number = documents.next_number(
        organisation_id=organisation_id, kind=ABBREVIATION, year=day.year, document_id=document.pk
    )
    facts["number"], facts["day"] = written_number(number), day.isoformat()
    before = InvitationLetter.objects.filter(list=letter.list_id, issued_at__isnull=False).order_by("-edition").first()
    facts["replaces"] = [before.facts["number"], before.facts["day"]] if before else []
    letter.facts, letter.sequence, letter.document = dict(facts), kept.sequence, document
    letter.save()
    on_file = letter_form.document_for(letter, facts, language="vi")
    documents.add_version(
        document_id=document.pk,
        contents={format: letter_form.written(on_file, format) for format in ("docx", "pdf")},
        stem=letter_form.stem(letter),
        draft=False,
    )
    emit(
        InvitationLetterIssued(
            letter_id=letter.pk, list_id=letter.list_id, conference_id=conference.pk, document_id=document.pk
        )
    )
    if letter.delivery == LetterDelivery.ATTACHED:
        jobs.start(
            kind=SETTING,
            requested_by=account_id,
            organisation_id=organisation_id,
            subject_id=letter.pk,
            total=_to_set(letter).count(),
        )
    return letter


def _issued() -> Conflict:
    return Conflict(
        say(
            vi="Giấy mời đã ban hành; muốn sửa nội dung, hãy soạn giấy mời khác thay thế.",
            en="The letter has been issued; to say something else, draft another one in its place.",
        )
    )


def _ensure_whole(letter: InvitationLetter, conference: Conference, facts: letter_form.Facts) -> None:
    """Raises Invalid naming what a letter cannot do without."""
    missing = {}
    if not facts["organisation"]:
        missing["list"] = say(vi="Hội nghị chưa có đơn vị chủ trì.", en="The conference has no lead organisation.")
    elif conference.day is None and conference.starts_at is None:
        missing["list"] = say(vi="Hội nghị chưa có thời gian.", en="The conference has no date yet.")
    elif len(facts["where"]) < 2:
        missing["list"] = say(vi="Hội nghị chưa có địa điểm.", en="The conference has no place yet.")
    if not facts["place"]:
        missing["place"] = say(vi="Cần địa danh ban hành.", en="The place of issue is missing.")
    if letter.signer_id is None:
        missing["signer"] = say(vi="Cần người ký.", en="Nobody signs it.")
    elif not facts["office"]:
        missing["signer_office"] = say(vi="Cần chức vụ người ký.", en="The signer's office is missing.")
    if letter.authority in FOR_SOMEBODY and not letter.signs_for:
        missing["signs_for"] = say(vi="Cần nêu ký thay cho ai.", en="For whom it is signed is missing.")
    if missing:
        raise Invalid(missing)


# -- what each invitee gets -------------------------------------------------------------------------------------------


def current_letter(list_id: UUID) -> InvitationLetter | None:
    """The edition issued last."""
    return InvitationLetter.objects.filter(list=list_id, issued_at__isnull=False).order_by("-edition").first()


def goes_with(row: Invitation, present: TimeAndPlace) -> InvitationLetter | None:
    """The letter that goes with the invitee's mail; none that tells another time or place than `present`."""
    letter = current_letter(row.list_id)
    if letter is None or letter.delivery == LetterDelivery.NONE:
        return None
    return letter if still_holds(letter, present, row.site_id, told(row.conference_id)) else None


def current_letters(conference_id: UUID) -> dict[UUID, InvitationLetter]:
    """By list, the edition issued last."""
    rows = InvitationLetter.objects.filter(list__conference=conference_id, issued_at__isnull=False)
    return {row.list_id: row for row in rows.order_by("edition")}


def still_holds(
    letter: InvitationLetter, present: TimeAndPlace, site_id: UUID | None, kept: dict[int, TimeAndPlace]
) -> bool:
    """Whether it tells an invitee of the site what is so at present; `kept` is what people were told."""
    then = kept.get(letter.sequence or 0)
    return then is not None and same_time(then, present) and same_place(then, present, site_id)


def ensure_ready(invitations: InvitationList, conference: Conference, sites: Collection[UUID | None]) -> None:
    """Raises Conflict while the letter that is to go with the mails is a draft, or tells another time or place."""
    letter = InvitationLetter.objects.filter(list=invitations).order_by("-edition").first()
    if letter is None or letter.delivery == LetterDelivery.NONE:
        return
    if letter.issued_at is None:
        raise Conflict(
            say(
                vi="Giấy mời của danh sách chưa ban hành; hãy ban hành, hoặc chọn không gửi theo thư.",
                en="The list's letter is not issued yet; issue it, or choose that it does not go with the mails.",
            ),
            letter=str(letter.pk),
        )
    present, kept = time_and_place(conference), told(conference.pk)
    if not all(still_holds(letter, present, site, kept) for site in sites):
        raise Conflict(
            say(
                vi="Giấy mời số {number} nêu thời gian, địa điểm cũ; hãy ban hành giấy mời thay thế.",
                en="Letter No. {number} tells a former time or place; issue another one in its place.",
                number=letter.facts["number"],
            ),
            letter=str(letter.pk),
        )


@transaction.atomic
def copy_for(letter: InvitationLetter, row: Invitation) -> LetterCopy:
    """The invitee's PDF of an issued letter: the one that is kept, or set now and kept. The row comes with its letter's
    facts. Two at the same moment keep one."""
    document = letter_form.document_of(letter, row)
    key = {"letter": letter, "invitation": row, "digest": letter_form.digest(document)}
    found = LetterCopy.objects.filter(**key).first()
    if found is not None:
        return found
    content = letter_form.written(document, "pdf")
    copy = LetterCopy(
        **key,
        media_type=MEDIA_TYPES["pdf"],
        filename=f"{letter_form.stem(letter)}.pdf",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    LetterCopy.objects.bulk_create([copy], ignore_conflicts=True)
    return LetterCopy.objects.get(**key)


def opened_copy(row: Invitation) -> LetterCopy:
    """What the link to the letter opens, for an invitation whose link was checked. Raises Gone when it was withdrawn or
    tells a former time or place, NotFound when there is no letter."""
    if row.state == InvitationState.WITHDRAWN:
        raise Gone(say(vi="Giấy mời này đã được rút lại.", en="This invitation has been withdrawn."))
    if current_letter(row.list_id) is None:
        raise NotFound(say(vi="Chưa có giấy mời để tải về.", en="There is no letter to download."))
    letter = goes_with(row, time_and_place(row.conference))
    if letter is None:
        raise Gone(
            say(
                vi="Giấy mời không còn hiệu lực; xin xem thư mới nhất.",
                en="The letter no longer holds; please see the latest mail.",
            )
        )
    return copy_for(letter, row)


@step(SETTING, vi="Lập giấy mời cho từng người", en="Setting the letter for each invitee")
def set_some(job: Job) -> Chunk:
    """The next invitees without a copy. Whoever is written to meanwhile gets theirs set then."""
    letter = InvitationLetter.objects.select_related("list").get(pk=job.subject_id)  # type: ignore[misc]  # started about a letter
    rows = list(queries.with_letter_facts(_to_set(letter)).order_by("id")[:CHUNK])
    for row in rows:
        copy_for(letter, row)
    left = _to_set(letter).count()
    return Chunk(done=len(rows), total=job.done + len(rows) + left, next=job.position + 1 if left else None)


def _to_set(letter: InvitationLetter) -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(list=letter.list_id).exclude(state=InvitationState.WITHDRAWN)
    return rows.exclude(pk__in=LetterCopy.objects.filter(letter=letter).values("invitation_id"))
