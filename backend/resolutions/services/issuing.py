"""Issuing an adopted resolution: its number, its pages on file, and nothing of it changes any more."""

from uuid import UUID

from django.db import transaction

from backend.conferences.queries import lead_organisation_id
from backend.core.clock import local, now
from backend.core.errors import Invalid
from backend.core.queries import locked
from backend.core.text import say
from backend.documents import services as documents
from backend.documents.form.resolution import ABBREVIATION
from backend.documents.queries import written_number
from backend.invitations.states import FOR_SOMEBODY
from backend.outbox.services import emit
from backend.people.models import Person
from backend.resolutions import issued_form
from backend.resolutions.events import ResolutionIssued
from backend.resolutions.models import Promulgation, Resolution
from backend.resolutions.states import RESOLUTION_MOVES


@transaction.atomic
def issue(*, resolution_id: UUID, fields: issued_form.Fields, expected: int | None = None) -> Resolution:
    """Gives the adopted resolution the next number of its organisation's series, files .docx and PDF under their hashes,
    and seals it.

    Raises Invalid naming what a document cannot do without, IllegalMove where it is not adopted or was issued before.
    """
    resolution = locked(Resolution.objects.select_related("conference"), resolution_id, expected=expected)
    RESOLUTION_MOVES.move(resolution, "issue")
    signer = Person.objects.filter(pk=fields["signer"]).first()
    facts = issued_form.facts_of(resolution, fields, signer)
    organisation_id = lead_organisation_id(resolution.conference)
    _ensure_whole(resolution, fields, facts, signer)
    assert organisation_id is not None
    assert signer is not None
    document = documents.open_file(
        organisation_id=organisation_id,
        kind=ABBREVIATION,
        title=resolution.title,
        conference_id=resolution.conference_id,
        attached=True,
    )
    moment = now()
    day = local(moment).date()
    number = documents.next_number(
        organisation_id=organisation_id, kind=ABBREVIATION, year=day.year, document_id=document.pk
    )
    facts["number"], facts["day"] = written_number(number), day.isoformat()
    pages = issued_form.document_of(resolution, facts, made_at=moment)
    documents.add_version(
        document_id=document.pk,
        contents={format: issued_form.written(pages, format) for format in ("docx", "pdf")},
        stem=issued_form.stem(facts),
        draft=False,
    )
    Promulgation.objects.create(
        resolution=resolution,
        document=document,
        signer=signer,
        text_hash=resolution.wording.hash(),
        facts=facts,
        issued_at=moment,
    )
    resolution.save()
    emit(
        ResolutionIssued(
            resolution_id=resolution.pk,
            conference_id=resolution.conference_id,
            document_id=document.pk,
            official_number_id=number.pk,
        )
    )
    return resolution


def _ensure_whole(
    resolution: Resolution, fields: issued_form.Fields, facts: issued_form.Facts, signer: Person | None
) -> None:
    missing = {}
    if not facts["organisation"]:
        missing["resolution"] = say(
            vi="Hội nghị chưa có đơn vị chủ trì.", en="The conference has no lead organisation."
        )
    elif not resolution.clauses:
        missing["resolution"] = say(vi="Nghị quyết chưa có nội dung.", en="The text is not on record.")
    if not facts["place"]:
        missing["place"] = say(vi="Cần địa danh ban hành.", en="The place of issue is missing.")
    if signer is None:
        missing["signer"] = say(vi="Không có người này.", en="There is no such person.")
    elif not facts["office"]:
        missing["signer_office"] = say(vi="Cần chức vụ người ký.", en="The signer's office is missing.")
    if fields.get("authority") in FOR_SOMEBODY and not fields.get("signs_for"):
        missing["signs_for"] = say(vi="Cần nêu ký thay cho ai.", en="For whom it is signed is missing.")
    if missing:
        raise Invalid(missing)
