"""Putting documents on file and giving them their official numbers."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from backend.core.errors import Conflict
from backend.core.queries import locked
from backend.core.text import Text, say
from backend.documents.events import DocumentFiled, DocumentNumbered, OfficialNumberVoided
from backend.documents.models import Document, DocumentFile, NumberSeries, OfficialNumber
from backend.documents.queries import FILED_TYPES
from backend.outbox.services import emit


@transaction.atomic
def open_file(
    *,
    organisation_id: UUID,
    kind: str,
    title: Text,
    conference_id: UUID | None = None,
    public: bool = False,
    attached: bool = False,
) -> Document:
    """A document without versions yet; `kind` is its abbreviation in decree 30/2020 (BB, NQ, GM …).

    An `attached` one belongs to another row, which says who may read it: no list of documents shows it.
    """
    return Document.objects.create(
        organisation_id=organisation_id,
        kind=kind,
        title=title,
        conference_id=conference_id,
        public=public,
        attached=attached,
    )


@transaction.atomic
def add_version(*, document_id: UUID, contents: Mapping[str, bytes], stem: str, draft: bool) -> list[DocumentFile]:
    """Files the next version, one file for each format in `contents` ({"docx": …, "pdf": …}); `stem` names them.

    What is filed can never be changed or removed. Versions are numbered without gaps, and none follows the one that is
    no draft: raises Conflict once the document is issued.
    """
    document = locked(Document, document_id)
    if DocumentFile.objects.filter(document=document, draft=False).exists():
        raise Conflict(say(vi="Văn bản đã ban hành.", en="This document has been issued."))
    last = DocumentFile.objects.filter(document=document).order_by("-number").values_list("number", flat=True).first()
    number = (last or 0) + 1
    files = DocumentFile.objects.bulk_create(
        DocumentFile(
            document=document,
            number=number,
            draft=draft,
            media_type=FILED_TYPES[format],
            filename=f"{stem[:140]}.{format}",
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
        )
        for format, content in contents.items()
    )
    emit(DocumentFiled(document_id=document.pk, conference_id=document.conference_id, number=number, draft=draft))
    return files


def _locked_series(*, organisation_id: UUID, kind: str, year: int) -> NumberSeries:
    """The series row, made when it is the first, held until the transaction ends: rivals wait here."""
    series = {"organisation_id": organisation_id, "kind": kind, "year": year}
    NumberSeries.objects.bulk_create([NumberSeries(**series)], ignore_conflicts=True)
    return NumberSeries.objects.select_for_update().get(**series)


@transaction.atomic
def next_number(*, organisation_id: UUID, kind: str, year: int, document_id: UUID) -> OfficialNumber:
    """Gives the document the next number of the organisation's series for that kind and year, starting at 1.

    Raises Conflict when the document already has one.
    """
    document = locked(Document, document_id)
    if OfficialNumber.objects.filter(document=document).exists():
        raise Conflict(say(vi="Văn bản này đã có số.", en="This document already has a number."))
    series = _locked_series(organisation_id=organisation_id, kind=kind, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    number = OfficialNumber.objects.create(series=series, number=series.last, document=document)
    emit(
        DocumentNumbered(
            document_id=document.pk,
            conference_id=document.conference_id,
            official_number_id=number.pk,
            kind=kind,
            year=year,
            number=number.number,
        )
    )
    return number


@transaction.atomic
def void_number(*, official_number_id: UUID, reason: str, expected: int | None = None) -> OfficialNumber:
    """Takes the number off its document for good and explains the gap; the number is never given again.

    Raises Conflict when the document was issued under it: what went out keeps its number.
    """
    number = locked(OfficialNumber, official_number_id, expected=expected)
    if number.document_id is None:
        raise Conflict(say(vi="Số này đã huỷ.", en="This number is already void."))
    if DocumentFile.objects.filter(document_id=number.document_id, draft=False).exists():
        raise Conflict(
            say(vi="Văn bản đã ban hành với số này.", en="The document was issued under this number."),
        )
    document_id = number.document_id
    number.document, number.gap_reason = None, reason
    number.save()
    emit(OfficialNumberVoided(official_number_id=number.pk, document_id=document_id))
    return number
