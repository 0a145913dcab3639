"""What lists of people hold about a person: their rows, and the file as it was handed in."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT

from backend.core.text import say
from backend.imports.models import Import, ImportedPerson, ImportRow
from backend.imports.services.keeping import empty
from backend.imports.states import ImportState
from backend.privacy.holdings import Basis, DataClass, Forgotten, Holding, Kept, Named, Row, Subject, holding
from backend.privacy.terms import sweep

#: Both addresses of a row are of whom it names.
LISTED = [
    Named(rows=ImportRow.objects.all(), address=KT(f"entry__{field}"), name=KT("entry__full_name"))
    for field in ("email", "alternate_email")
]


@holding("imports", Import, ImportRow, ImportedPerson)
class Imports(Holding):
    title = say(vi="Danh sách đơn vị gửi", en="Lists as units sent them")
    data_class = DataClass.CONTACT
    purpose = say(vi="Ghi danh sách đơn vị gửi vào danh bạ.", en="To take lists that units send into the directory.")
    basis = Basis.TASK
    kept = Kept(since=say(vi="lần dùng cuối", en="the last time it was used"), days=30)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for row in (
            _theirs(subject).order_by("id").values("imported__filename", "number", "values", "entry", "committed_at")
        ):
            yield {"type": "row_of_a_list", **row}

    def named(self) -> Iterator[Named]:
        yield from LISTED

    def forget(self, subject: Subject) -> Forgotten:
        theirs = list(_theirs(subject).values_list("pk", "imported", "committed_at"))
        # What is not committed yet would make the person anew; of what is, the count stays.
        ImportRow.objects.filter(pk__in=[pk for pk, _, done in theirs if done is None]).delete()
        ImportRow.objects.filter(pk__in=[pk for pk, *_ in theirs]).update(
            values={}, entry={}, errors=[], remarks=[], candidates=[]
        )
        Import.objects.filter(pk__in={imported for _, imported, _ in theirs}).update(content=b"")
        known, _ = ImportedPerson.objects.filter(person=subject.person_id).delete()
        return Forgotten(rows=len(theirs) + known)


def _theirs(subject: Subject) -> QuerySet[ImportRow]:
    listed = [key for each in LISTED for key in each.of(subject)]
    return ImportRow.objects.filter(Q(person=subject.person_id) | Q(pk__in=listed))


@sweep(
    "imports.files",
    days=settings.IMPORT_KEPT_DAYS,
    title=say(vi="Tệp danh sách đơn vị gửi", en="Files with lists of people"),
    expire=empty,
)
def old_files(before: datetime, held: frozenset[UUID]) -> QuerySet[Import]:
    """Imports nobody has touched since; what is being committed is not dropped."""
    return (
        Import.objects.filter(updated_at__lt=before, kept=True)
        .exclude(state=ImportState.COMMITTING)
        .exclude(list__isnull=False, list__conference__in=held)
    )
