"""What the record of conferences holds about a person: their parts, what they said, what they handed in."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from backend.conferences.models import (
    Conference,
    Duty,
    OutlineDuty,
    Paper,
    PhotoNoticeShown,
    Release,
    Speaker,
    Speech,
    TimeAndPlace,
)
from backend.conferences.states import AHEAD, ConferenceState, PaperState
from backend.core.text import localized, say
from backend.documents.models import DocumentFile
from backend.privacy.holdings import (
    Basis,
    DataClass,
    File,
    Forgotten,
    Holding,
    Kept,
    Remains,
    Row,
    Subject,
    holding,
    mentions,
)

_TO_COME = AHEAD | {ConferenceState.POSTPONED}
_ON_RECORD = say(
    vi="Thuộc hồ sơ hội nghị phải lưu (Luật Lưu trữ); chỉ còn chức vụ lúc đó và nội dung, không còn tên.",
    en="Part of the record that must be kept (Law on Archives): the office held then and what was said, no name.",
)
_AS_WRITTEN = say(
    vi="Lời ghi trong hồ sơ hội nghị phải lưu (Luật Lưu trữ), có nhắc tên.",
    en="Words in the record of a conference that must be kept (Law on Archives) and write the name.",
)


@holding("photo_notices", PhotoNoticeShown)
class PhotoNotices(Holding):
    title = say(vi="Thông báo ghi hình đã cho xem", en="Notices about pictures that were shown")
    data_class = DataClass.EVIDENCE
    purpose = say(vi="Chứng minh đã thông báo việc ghi hình.", en="To prove that recording was announced.")
    basis = Basis.NOTICE
    kept = Kept(since=say(vi="như hồ sơ hội nghị", en="as long as the record of the conference"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        shown = PhotoNoticeShown.objects.filter(person=subject.person_id).select_related("notice__conference")
        for row in shown.order_by("id"):
            yield {
                "type": "photo_notice",
                "conference__title": row.notice.conference.title,
                "version": row.notice.version,
                "place": row.place,
                "at": row.at,
                "text": localized(row.notice.text, row.language),
            }

    def forget(self, subject: Subject) -> Forgotten:
        count = PhotoNoticeShown.objects.filter(person=subject.person_id).count()
        remains = Remains(where=PhotoNoticeShown._meta.db_table, count=count, reason=self.kept.since)
        return Forgotten(remains=(remains,) if count else ())


@holding("conferences", Duty, Speaker, Speech, OutlineDuty, Paper, Release)
class Parts(Holding):
    title = say(vi="Việc được giao và phát biểu tại hội nghị", en="Parts in conferences, and speeches")
    data_class = DataClass.RECORD
    purpose = say(
        vi="Tổ chức hội nghị và ghi lại hội nghị đã diễn ra thế nào.",
        en="To hold conferences and to keep a record of what happened.",
    )
    basis = Basis.OBLIGATION
    kept = Kept(since=say(vi="như hồ sơ hội nghị", en="as long as the record of the conference"), days=None)

    def rows(self, subject: Subject) -> Iterator[Row]:
        person = subject.person_id
        for duty in (
            Duty.objects.filter(person=person)
            .order_by("id")
            .values("conference__title", "conference__day", "kind", "office", "group")
        ):
            yield {"type": "duty", **duty}
        for standing in OutlineDuty.objects.filter(person=person).order_by("id").values("kind", "office", "group"):
            yield {"type": "standing_duty", **standing}
        for speaker in (
            Speaker.objects.filter(person=person)
            .order_by("id")
            .values("conference__title", "agenda_item__title", "office")
        ):
            yield {"type": "planned_speech", **speaker}
        for paper in (
            Paper.objects.filter(speaker__person=person)
            .order_by("id")
            .values("conference__title", "title", "state", "due_at", "handed_in_at", "remarks")
        ):
            yield {"type": "paper", **paper}
        for speech in (
            Speech.objects.filter(person=person)
            .order_by("id")
            .values("conference__title", "conference__day", "kind", "office", "gist", "points", "quotes")
        ):
            yield {"type": "speech", **speech}

    def files(self, subject: Subject) -> Iterator[File]:
        files = DocumentFile.objects.filter(document__paper__speaker__person=subject.person_id).order_by("id")
        for filed in files.iterator(chunk_size=10):
            yield File(name=f"papers/{filed.pk}-{filed.filename}", content=bytes(filed.content))

    def matters(self, person_id: UUID) -> Iterator[UUID]:
        yield from Paper.objects.filter(speaker__person=person_id).values_list("pk", flat=True)

    def conferences(self, person_id: UUID) -> Iterator[UUID]:
        for parts in (Duty, Speaker, Speech):
            yield from parts._default_manager.filter(person=person_id).values_list("conference_id", flat=True)

    def hindrances(self, subject: Subject) -> Iterator[object]:
        part = Q(duties__person=subject.person_id) | Q(speakers__person=subject.person_id)
        for conference in Conference.objects.filter(part, state__in=_TO_COME).distinct().order_by("id"):
            yield say(
                vi="Còn việc được giao tại “{what}”; hãy giao cho người khác trước.",
                en="There is a part in “{what}”; give it to somebody else first.",
                what=localized(conference.title),
            )
        if OutlineDuty.objects.filter(person=subject.person_id).exists():
            yield say(
                vi="Còn việc thường kỳ trong một chuỗi họp hoặc một mẫu; hãy giao cho người khác trước.",
                en="There is a standing part in a series or a template; give it to somebody else first.",
            )

    def forget(self, subject: Subject) -> Forgotten:
        papers = Paper.objects.filter(speaker__person=subject.person_id)
        dropped = papers.exclude(state=PaperState.ACCEPTED)
        # Not accepted, so in no record: the bytes go, the hash stays. A new round voids the link that was mailed.
        files = DocumentFile.objects.filter(document__in=dropped.values("document"))
        emptied = files.update(content=b"", filename="")
        emptied += dropped.update(title={}, remarks={}, version=F("version") + 1)
        papers.update(link_round=F("link_round") + 1)
        rows: list[tuple[QuerySet[Any], Any]] = [
            (Duty.objects.filter(person=subject.person_id), _ON_RECORD),
            (Speaker.objects.filter(person=subject.person_id), _ON_RECORD),
            (Speech.objects.filter(person=subject.person_id), _ON_RECORD),
            (papers.filter(state=PaperState.ACCEPTED), _ON_RECORD),
            (mentions(Conference.objects.all(), subject, "title", "note"), _AS_WRITTEN),
            (mentions(TimeAndPlace.objects.all(), subject, "title", "programme"), _AS_WRITTEN),
            (mentions(Speech.objects.all(), subject, "speaker", "gist", "points", "quotes"), _AS_WRITTEN),
            (mentions(Release.objects.all(), subject, "programme", "note"), _AS_WRITTEN),
            (_papers_on_file(subject), _ON_RECORD),
        ]
        found = [(kept, kept.count(), reason) for kept, reason in rows]
        return Forgotten(
            rows=emptied,
            remains=tuple(
                Remains(where=kept.model._meta.db_table, count=count, reason=reason)
                for kept, count, reason in found
                if count
            ),
        )


def _papers_on_file(subject: Subject) -> QuerySet[DocumentFile]:
    accepted = Paper.objects.filter(speaker__person=subject.person_id, state=PaperState.ACCEPTED)
    return DocumentFile.objects.filter(document__in=accepted.values("document"))
