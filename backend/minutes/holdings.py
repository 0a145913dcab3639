"""What minutes hold about a person: their name, where the text says it."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from backend.core.text import say
from backend.minutes.models import Conclusion, Finding, Minutes, Proposal
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


@holding("minutes", Minutes, Finding, Proposal, Conclusion)
class InMinutes(Holding):
    title = say(vi="Biên bản và kết luận", en="Minutes and conclusions")
    data_class = DataClass.RECORD
    purpose = say(
        vi="Ghi lại hội nghị đã bàn và kết luận gì.", en="To keep a record of what was discussed and concluded."
    )
    basis = Basis.OBLIGATION
    kept = Kept(since=say(vi="như hồ sơ hội nghị", en="as long as the record of the conference"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        for minutes in _minutes(subject).values("conference__title", "conference__day", "state", "approved_at"):
            yield {"type": "named_in_minutes", **minutes}
        for entries in _entries(subject):
            for entry in entries.values("conference__title", "text"):
                yield {"type": f"named_in_{entries.model._meta.model_name}", **entry}

    def documents(self, subject: Subject) -> Iterator[UUID]:
        yield from _minutes(subject).values_list("document_id", flat=True)

    def forget(self, subject: Subject) -> Forgotten:
        found = [(kept, kept.count()) for kept in (_minutes(subject), *_entries(subject))]
        reason = say(
            vi="Biên bản và nội dung ghi biên bản phải lưu nguyên văn (Luật Lưu trữ); biên bản đã duyệt không được sửa.",
            en="Minutes and what they are written from are kept as they are (Law on Archives); approved ones are sealed.",
        )
        return Forgotten(
            remains=tuple(
                Remains(where=kept.model._meta.db_table, count=count, reason=reason) for kept, count in found if count
            )
        )


def _minutes(subject: Subject) -> QuerySet[Minutes]:
    return mentions(Minutes.objects.order_by("id"), subject, "head", "content")


def _entries(subject: Subject) -> list[QuerySet[Finding | Proposal | Conclusion]]:
    return [
        mentions(Finding.objects.all(), subject, "text", "scope"),
        mentions(Proposal.objects.all(), subject, "text", "proposer", "addressees", "response", "responses"),
        mentions(Conclusion.objects.all(), subject, "text", "addressee"),
    ]
