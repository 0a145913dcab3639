"""A copy of everything held about one person: for programs as JSON, for reading as two pages, and the files."""

import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from backend.core.clock import local, now
from backend.core.errors import Gone
from backend.core.queries import locked
from backend.core.text import both, localized, say
from backend.core.vietnamese import ascii_name
from backend.jobs import services as jobs
from backend.jobs.kinds import Chunk, step
from backend.jobs.models import Job
from backend.outbox.services import emit
from backend.people.models import Person
from backend.privacy.holdings import Holding, Subject, holdings, subject_of
from backend.privacy.terms import sweep_of
from backend.rights import links, queries
from backend.rights.events import PersonalExportPacked
from backend.rights.labels import VALUES, member_label, operation_label, type_label
from backend.rights.models import PersonalExport
from backend.rights.services import letters
from backend.rights.services.requests import complete, granted
from backend.rights.states import RequestKind

PACK = "rights.export"
#: Names of the pages in the copy, by language.
PAGES = {"vi": "du-lieu-ca-nhan.html", "en": "personal-data.html"}


@transaction.atomic
def export(*, person_id: UUID, account_id: UUID | None, request_id: UUID | None = None) -> tuple[PersonalExport, Job]:
    """Begins to pack a copy. Raises NotFound, or Invalid for a request that did not ask for it or was not granted."""
    person = locked(Person, person_id)
    granted(request_id, person_id, RequestKind.ACCESS)
    row = PersonalExport.objects.create(person=person, request_id=request_id, organisation_id=person.organisation_id)
    job = jobs.start(
        kind=PACK,
        requested_by=account_id,
        organisation_id=person.organisation_id,
        subject_id=row.pk,
        total=len(holdings()),
    )
    row.job_id = job.pk
    row.save(update_fields=["job_id"])
    return row, job


@step(PACK, vi="Đóng gói bản sao dữ liệu cá nhân", en="Packing a copy of personal data")
def pack(job: Job) -> Chunk:
    """All of it at one moment, so that nothing in it contradicts anything else. A request that was taken back meanwhile
    stands in the way."""
    assert job.subject_id is not None
    row = locked(PersonalExport, job.subject_id)
    request = granted(row.request_id, row.person_id, RequestKind.ACCESS)
    content = _packed(subject_of(row.person_id))
    row.content, row.size, row.sha256 = content, len(content), hashlib.sha256(content).hexdigest()
    row.packed_at = now()
    row.expires_at = row.packed_at + dt.timedelta(days=_days())
    row.save()
    emit(PersonalExportPacked(export_id=row.pk, person_id=row.person_id))
    if request is not None:
        letters.tell_requester(request, "copy", address=links.copy_address(row), until=row.expires_at)
        complete(request_id=request.pk)
    return Chunk(done=len(holdings()), next=None, result={"export": str(row.pk), "size": row.size})


@transaction.atomic
def fetch(*, export_id: UUID) -> tuple[bytes, str]:
    """The packed bytes and their file name, noting that they were fetched. Raises NotFound, or Gone when they are not
    packed yet or not kept any more."""
    row = locked(PersonalExport.objects.select_related("person"), export_id)
    if row.packed_at is None:
        raise Gone(say(vi="Bản sao chưa đóng gói xong.", en="The copy is not packed yet."))
    if not row.content or row.expires_at is None or row.expires_at <= now():
        raise Gone(say(vi="Bản sao này không còn được giữ.", en="This copy is not kept any more."))
    row.fetched_at = now()
    row.save(update_fields=["fetched_at"])
    day = local(row.packed_at).strftime("%Y-%m-%d")
    return bytes(row.content), f"{ascii_name(row.person.full_name)}-{day}.zip"


def _days() -> int:
    kept = sweep_of("copies")
    return queries.days_kept(kept) if kept else 7


def _packed(subject: Subject) -> bytes:
    held = [(each, [_plain(dict(row)) for row in each.rows(subject)]) for each in holdings()]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        whole = {"person": str(subject.person_id), "packed_at": now(), "holdings": [_told(*each) for each in held]}
        packed.writestr("data.json", json.dumps(whole, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        for language, name in PAGES.items():
            with override(language):
                sections = [_section(each, rows, language) for each, rows in held]
                facts = {"language": language, "name": subject.name, "packed_at": local(now()), "sections": sections}
                packed.writestr(name, render_to_string(f"personal_export/page.{language}.html", facts))
        for each in holdings():
            for file in each.files(subject):
                packed.writestr(f"files/{file.name}", file.content)
    return out.getvalue()


def _told(each: Holding, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": each.name,
        "title": both(each.title),
        "data_class": str(each.data_class.value),
        "purpose": both(each.purpose),
        "basis": str(each.basis.value),
        "kept_days": each.kept.days,
        "kept_since": both(each.kept.since),
        "rows": rows,
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Members of other tables are named after them: conference__title is conference_title."""
    return {name.replace("__", "_"): value for name, value in row.items()}


def _section(each: Holding, rows: list[dict[str, Any]], language: str) -> dict[str, Any]:
    return {
        "title": str(each.title),
        "purpose": str(each.purpose),
        "basis": str(each.basis.label),
        "days": each.kept.days,
        "since": str(each.kept.since),
        "rows": [{"title": type_label(row["type"]), "members": list(_members(each, row, language))} for row in rows],
    }


def _members(each: Holding, row: dict[str, Any], language: str) -> Iterator[tuple[str, str]]:
    for name, value in row.items():
        said = _chosen(each, name, value) or _said(value, language)
        if name != "type" and said:
            yield member_label(name), said


def _chosen(each: Holding, name: str, value: Any) -> str:
    """The word for one of several choices, as the models that are held name it; "" for anything else."""
    if not isinstance(value, str) or not value:
        return ""
    if name == "operation":
        return operation_label(value)
    if (name, value) in VALUES:
        return str(VALUES[name, value])
    for model in sorted(each.models, key=lambda held: held._meta.label):
        choices = next((field.choices for field in model._meta.fields if field.name == name), None)
        if label := dict(choices or ()).get(value):
            return str(label)
    return ""


def _said(value: Any, language: str) -> str:
    """A value as people write it; "" where there is none."""
    match value:
        case None | "":
            return ""
        case dict() | list() if not value:
            return ""
        case bool():
            return str(say(vi="có", en="yes") if value else say(vi="không", en="no"))
        case dt.datetime():
            return local(value).strftime("%d/%m/%Y %H:%M")
        case dt.date():
            return value.strftime("%d/%m/%Y")
        case {"vi": str()}:
            return localized(dict(value), language)
        case dict():
            return "; ".join(
                f"{member_label(str(key))}: {_said(part, language)}" for key, part in value.items() if part
            )
        case list() | tuple():
            return "; ".join(filter(None, (_said(part, language) for part in value)))
        case _:
            return str(value)
