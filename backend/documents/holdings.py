"""What documents hold about a person: their titles may name them. What was issued is never changed."""

from collections.abc import Iterator
from uuid import UUID

from backend.core.text import say
from backend.documents.models import Document, DocumentFile
from backend.privacy.holdings import (
    Basis,
    DataClass,
    Forgotten,
    Holding,
    Kept,
    Remains,
    Row,
    Subject,
    holding,
    mentions,
)


@holding("documents", Document, DocumentFile)
class Documents(Holding):
    title = say(vi="Văn bản", en="Documents")
    data_class = DataClass.RECORD
    purpose = say(vi="Ban hành và lưu văn bản của cơ quan.", en="To issue and to file the agency's documents.")
    basis = Basis.OBLIGATION
    kept = Kept(since=say(vi="theo thời hạn lưu trữ văn bản", en="as the law on archives says"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for row in mentions(Document.objects.all(), subject, "title").order_by("id").values("kind", "title"):
            yield {"type": "document", **row}

    def documents(self, subject: Subject) -> Iterator[UUID]:
        yield from mentions(Document.objects.all(), subject, "title").values_list("pk", flat=True)

    def forget(self, subject: Subject) -> Forgotten:
        count = mentions(Document.objects.all(), subject, "title").count()
        reason = say(
            vi="Văn bản đã ban hành và bản lưu không được sửa (Nghị định 30/2020, Luật Lưu trữ).",
            en="Documents issued and on file are not changed (Decree 30/2020, Law on Archives).",
        )
        stays = Remains(where=Document._meta.db_table, count=count, reason=reason)
        return Forgotten(remains=(stays,) if count else ())
