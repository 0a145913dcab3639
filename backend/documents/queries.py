"""Reading what is on file, and who may read it."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from backend.core.vietnamese import ascii_name
from backend.documents.models import Document, DocumentFile, OfficialNumber
from backend.people.models import Account
from backend.people.queries import has_role, organisations_with

#: Who works on documents, and so reads drafts and numbers too.
WORKING_ROLES = ("organiser", "secretary", "editor", "approver", "auditor")
MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}

#: What may be filed beside what the house itself writes.
FILED_TYPES = {
    **MEDIA_TYPES,
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}

Attendance = Callable[[Account], QuerySet[Any]]
#: Who takes part in which conferences is known on higher floors; they say it here, as a query of conference ids.
_attendances: list[Attendance] = []


def also_open_to(attendance: Attendance) -> Attendance:
    """Decorator for a query of a floor above: documents issued for the conferences it finds are open to the account."""
    if attendance not in _attendances:
        _attendances.append(attendance)
    return attendance


def works_on(account: Account, document: Document) -> bool:
    return has_role(account, *WORKING_ROLES, organisation_id=document.organisation_id)


def visible_to(account: Account) -> QuerySet[Document]:
    """Everything of the organisations the account works for; what was issued publicly, or for a conference it attends.
    What is attached to another row is read there.

    `versions` holds the files without their bytes: drafts only where the account works.
    """
    files = DocumentFile.objects.defer("content").order_by("number", "media_type")
    documents = Document.objects.filter(attached=False)
    documents = documents.select_related("organisation", "official_number__series__organisation")
    where = organisations_with(account, *WORKING_ROLES) if account.is_authenticated else set()
    if where is None:
        return documents.prefetch_related(Prefetch("files", queryset=files, to_attr="versions"))
    works = Q(organisation_id__in=where)
    issued = Exists(DocumentFile.objects.filter(document=OuterRef("pk"), draft=False))
    open_to = Q(public=True)
    if account.is_authenticated:
        for attendance in _attendances:
            open_to |= Q(conference_id__in=attendance(account))
    readable = files.filter(Q(draft=False) | Q(document__organisation_id__in=where))
    return documents.filter(works | (open_to & issued)).prefetch_related(
        Prefetch("files", queryset=readable, to_attr="versions")
    )


def content(document: Document, *, version: int | None, format: str, drafts: bool) -> DocumentFile | None:
    """The bytes of one version in one format (the last version when none is named); drafts only if allowed."""
    files = DocumentFile.objects.filter(document=document, media_type=MEDIA_TYPES[format])
    if not drafts:
        files = files.filter(draft=False)
    if version is not None:
        files = files.filter(number=version)
    return files.order_by("-number").first()


def numbers_visible_to(account: Account) -> QuerySet[OfficialNumber]:
    """The register of the organisations the account works for, gaps and their reasons included."""
    numbers = OfficialNumber.objects.select_related("series__organisation", "document")
    if not account.is_authenticated:
        return numbers.none()
    where = organisations_with(account, *WORKING_ROLES)
    return numbers if where is None else numbers.filter(series__organisation_id__in=where)


def written_number(number: OfficialNumber) -> str:
    """As decree 30/2020 writes it: 05/BB-KT2. Without a symbol on record the number ends with the kind: 05/BB."""
    series = number.series
    tail = f"-{series.organisation.symbol}" if series.organisation.symbol else ""
    return f"{number.number:02d}/{series.kind}{tail}"


def number_of(document_id: UUID) -> str:
    """The document's official number as written, '' while it has none."""
    number = OfficialNumber.objects.select_related("series__organisation").filter(document_id=document_id).first()
    return written_number(number) if number else ""


def disposition(filename: str) -> str:
    """Content-Disposition for a download (RFC 6266): an ASCII name for old clients, the true one in UTF-8, both without
    quotation marks: systems refuse or escape them."""
    filename = " ".join(re.sub('["“”„‟«»]', " ", filename).split()).replace(" .", ".")
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", ascii_name(filename))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
