"""Papers: asked for, handed in by version until the deadline, judged, read by those they are for."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.conferences import services
from backend.conferences.models import Conference, Paper, Speaker
from backend.conferences.queries import papers as queries
from backend.core.clock import now
from backend.core.errors import Conflict, DomainError, IllegalMove
from backend.documents.models import Document, DocumentFile
from backend.documents.uploads import Upload, looked_at
from backend.outbox.models import Event
from backend.people.models import Organisation, Person
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, DutyFactory, SpeakerFactory
from tests.factories.papers import PDF, PaperFactory, office_file
from tests.factories.people import PersonFactory
from tests.threads import in_threads

URL = "/api/v1/papers"
ANY = {"If-Match": "*"}
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def conference(host: Organisation) -> Conference:
    """Announced, on 14 January 2035."""
    made: Conference = ConferenceFactory(lead=host, announced=True, day=dt.date(2035, 1, 14))
    return made


@pytest.fixture
def speaker(conference: Conference) -> Speaker:
    made: Speaker = SpeakerFactory(conference=conference, person=PersonFactory(full_name="Hà Minh Hiệp"))
    return made


@pytest.fixture
def paper(speaker: Speaker) -> Paper:
    return services.request_paper(speaker_id=speaker.pk, due_at=now() + HOUR)


def upload(content: bytes = PDF, filename: str = "Tham luận.pdf") -> Upload:
    return looked_at(filename=filename, content=content)


def sent(client: APIClient, paper: Paper, content: bytes = PDF, filename: str = "Tham luận.pdf", **headers: str) -> Any:
    file = SimpleUploadedFile(filename, content)
    return client.post(f"{URL}/{paper.pk}/versions", {"file": file}, format="multipart", headers=headers)


def late(paper: Paper) -> None:
    Paper.objects.filter(pk=paper.pk).update(due_at=now() - HOUR)


def facts(paper: Paper) -> list[str]:
    return list(Event.objects.filter(subject_id=paper.pk).order_by("id").values_list("name", flat=True))


@pytest.fixture
def author(granted: Callable[..., APIClient], speaker: Speaker) -> APIClient:
    """The speaker's own account, without any role."""
    return granted(person=speaker.person)


# Asked for


def test_a_speaker_is_asked_for_a_paper(organiser: APIClient, speaker: Speaker) -> None:
    body = {"speaker": str(speaker.pk), "title": {"vi": "Đo lường số"}, "due_at": "2030-03-01T17:00:00+07:00"}
    answer = organiser.post(URL, body)
    assert answer.status_code == 201, answer.json()
    shown = answer.json()
    assert (shown["state"], shown["title"], shown["versions"], shown["overdue"], shown["reachable"]) == (
        "requested",
        {"vi": "Đo lường số"},
        [],
        False,
        True,
    )
    assert shown["moves"] == ["hand_in", "withdraw"]
    assert shown["speaker"]["person"]["full_name"] == "Hà Minh Hiệp"
    told = Event.objects.get(name="paper.requested")
    assert told.payload == {
        "paper_id": shown["id"],
        "conference_id": str(speaker.conference_id),
        "link_round": 1,
    }
    again = organiser.post(URL, body)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/conflict")


def test_a_deadline_that_has_passed_is_refused(organiser: APIClient, speaker: Speaker) -> None:
    answer = organiser.post(URL, {"speaker": str(speaker.pk), "due_at": "2021-01-01T00:00:00+07:00"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "due_at")
    floating = organiser.post(URL, {"speaker": str(speaker.pk), "due_at": "2030-03-01T17:00:00"})
    assert (floating.status_code, floating.json()["errors"][0]["field"]) == (400, "due_at")
    assert not Paper.objects.exists()


def test_everybody_is_asked_in_one_call(organiser: APIClient, conference: Conference, speaker: Speaker) -> None:
    services.request_paper(speaker_id=speaker.pk)
    item = AgendaItemFactory(conference=conference)
    mine = [SpeakerFactory(conference=conference, agenda_item=item, order=n) for n in (1, 2)]
    bloc = SpeakerFactory(conference=conference, bloc={"vi": "Khối Thử nghiệm"}, office={})
    cancelled = AgendaItemFactory(conference=conference, state="cancelled")
    SpeakerFactory(conference=conference, agenda_item=cancelled)
    of_item = organiser.post(f"{URL}/request", {"agenda_item": str(item.pk)})
    assert of_item.status_code == 201, of_item.json()
    assert [each["speaker"]["id"] for each in of_item.json()["results"]] == [str(row.pk) for row in mine]
    of_all = organiser.post(f"{URL}/request", {"conference": str(conference.pk)})
    assert [each["speaker"]["id"] for each in of_all.json()["results"]] == [str(bloc.pk)]
    assert organiser.post(f"{URL}/request", {"conference": str(conference.pk)}).json() == {"results": []}
    for wrong in ({}, {"conference": str(conference.pk), "agenda_item": str(item.pk)}):
        assert organiser.post(f"{URL}/request", wrong).status_code == 400


def test_a_withdrawn_paper_is_asked_for_again_by_a_new_link(organiser: APIClient, paper: Paper) -> None:
    path = f"{URL}/{paper.pk}"
    assert organiser.post(f"{path}/withdraw", headers=ANY).json()["state"] == "withdrawn"
    assert sent(organiser, paper).json()["type"] == "/problems/illegal-move"
    again = organiser.post(URL, {"speaker": str(paper.speaker_id)})
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (201, str(paper.pk), "requested")
    paper.refresh_from_db()
    assert paper.link_round == 2
    with pytest.raises(DomainError) as void:
        services.hand_in(paper_id=paper.pk, upload=upload(), link_round=1)
    assert void.value.status == 410


@pytest.mark.parametrize(
    ("when", "due_at", "status"),
    [
        ({}, "2035-01-14T23:59:00+07:00", 201),
        ({}, "2035-01-15T00:00:00+07:00", 400),
        ({"day": None, "day_part": ""}, "2099-01-15T00:00:00+07:00", 201),
        ({"ends_at": dt.datetime(2035, 1, 15, 10, tzinfo=dt.UTC)}, "2035-01-15T17:00:00+07:00", 201),
        ({"ends_at": dt.datetime(2035, 1, 15, 10, tzinfo=dt.UTC)}, "2035-01-15T17:00:01+07:00", 400),
    ],
)
def test_a_deadline_lies_before_the_end_of_the_conference(
    organiser: APIClient, conference: Conference, speaker: Speaker, when: Any, due_at: str, status: int
) -> None:
    if "ends_at" in when:
        when = {**when, "starts_at": dt.datetime(2035, 1, 14, 1, tzinfo=dt.UTC)}
    Conference.objects.filter(pk=conference.pk).update(**when)
    one = organiser.post(URL, {"speaker": str(speaker.pk), "due_at": due_at})
    other = SpeakerFactory(conference=conference)
    many = organiser.post(f"{URL}/request", {"conference": str(conference.pk), "due_at": due_at})
    assert (one.status_code, many.status_code) == (status, status)
    paper = PaperFactory(speaker=SpeakerFactory(conference=conference), due_at=now() + HOUR)
    extended = organiser.post(f"{URL}/{paper.pk}/extend", {"due_at": due_at}, headers=ANY)
    assert extended.status_code == (200 if status == 201 else 400)
    judged = services.hand_in(paper_id=PaperFactory(speaker=SpeakerFactory(conference=conference)).pk, upload=upload())
    remarks = {"number": 1, "remarks": {"vi": "Xin bổ sung."}, "due_at": due_at}
    returned = organiser.post(f"{URL}/{judged.pk}/send_back", remarks, headers=ANY)
    judged.refresh_from_db()
    assert (returned.status_code, judged.state) == ((200, "returned") if status == 201 else (400, "handed_in"))
    for refused in (one, many, extended, returned) if status == 400 else ():
        assert [error["field"] for error in refused.json()["errors"]] == ["due_at"]
    assert Paper.objects.filter(speaker=other).exists() is (status == 201)


@pytest.mark.parametrize("state", ["closed", "archived", "cancelled"])
def test_nobody_is_asked_for_a_paper_of_what_was_held(
    organiser: APIClient, conference: Conference, speaker: Speaker, state: str
) -> None:
    Conference.objects.filter(pk=conference.pk).update(state=state)
    one = organiser.post(URL, {"speaker": str(speaker.pk)})
    many = organiser.post(f"{URL}/request", {"conference": str(conference.pk)})
    assert (one.status_code, many.status_code, one.json()["type"]) == (409, 409, "/problems/conflict")
    assert not Paper.objects.exists()


# Handed in


def test_versions_are_filed_one_by_one(author: APIClient, organiser: APIClient, paper: Paper) -> None:
    first, second = PDF, office_file()
    answer = sent(author, paper, first)
    assert answer.status_code == 201, answer.json()
    answer = sent(author, paper, second, 'C:\\Tài liệu\\Bản "hai".docx')
    shown = answer.json()
    assert shown["state"] == "handed_in"
    assert [(each["number"], each["draft"], each["filename"]) for each in shown["versions"]] == [
        (1, True, "Tham luận.pdf"),
        (2, True, "Bản hai.docx"),
    ]
    document = Document.objects.get()
    assert (document.kind, document.attached, document.conference_id) == ("TL", True, paper.conference_id)
    for number, content in ((1, first), (2, second)):
        read = author.get(f"{URL}/{paper.pk}/content?version={number}")
        assert (read.content, read["ETag"]) == (content, f'"{shown["versions"][number - 1]["sha256"]}"')
        assert read["Content-Disposition"].startswith("attachment;")
        unchanged = author.get(f"{URL}/{paper.pk}/content?version={number}", headers={"If-None-Match": read["ETag"]})
        assert unchanged.status_code == 304
    assert author.get(f"{URL}/{paper.pk}/content").content == second
    assert author.get(f"{URL}/{paper.pk}/content?version=3").status_code == 404
    assert author.get(f"{URL}/{paper.pk}/content?version=x").status_code == 400
    assert organiser.get("/api/v1/documents").json()["results"] == []
    assert organiser.get(f"/api/v1/documents/{document.pk}").status_code == 404
    assert facts(paper) == ["paper.requested", "paper.handed_in", "paper.handed_in"]


def test_no_name_is_told_in_facts(author: APIClient, paper: Paper) -> None:
    sent(author, paper, filename="Hà Minh Hiệp.pdf")
    assert not [event for event in Event.objects.all() if "Hiệp" in str(event.payload)]


def test_the_deadline_binds_the_speaker_not_the_secretary(
    author: APIClient, organiser: APIClient, paper: Paper
) -> None:
    late(paper)
    refused = sent(author, paper)
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "Đã hết thời hạn nộp tham luận. Xin liên hệ ban tổ chức.",
    )
    assert not Document.objects.exists()
    assert sent(organiser, paper).status_code == 201
    path, later = f"{URL}/{paper.pk}/extend", (now() + HOUR).isoformat()
    assert organiser.post(path, {"due_at": later}).status_code == 428
    assert organiser.post(path, {"due_at": (now() - HOUR / 2).isoformat()}, headers=ANY).status_code == 400
    assert organiser.post(path, {"due_at": later}, headers=ANY).status_code == 200
    assert organiser.post(path, {"due_at": later}, headers=ANY).status_code == 400
    assert sent(author, paper).status_code == 201


def test_what_is_no_paper_is_refused_and_nothing_kept(author: APIClient, paper: Paper, settings: Any) -> None:
    for content, filename in ((b"", "a.pdf"), (b"MZ", "a.exe"), (b"MZ", "a.pdf"), (PDF, "a.docx")):
        answer = sent(author, paper, content, filename)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "file"), filename
    nothing = author.post(f"{URL}/{paper.pk}/versions", {}, format="multipart")
    assert (nothing.status_code, nothing.json()["errors"][0]["field"]) == (400, "file")
    assert author.post(f"{URL}/{paper.pk}/versions", {"file": "a"}).status_code == 415
    settings.UPLOAD_MAX_BYTES = 1000
    large = sent(author, paper, PDF + b" " * 1000)
    assert (large.status_code, large.json()["type"]) == (413, "/problems/too-large")
    assert facts(paper) == ["paper.requested"]
    assert not Document.objects.exists()


def test_a_large_file_passes_where_files_are_taken_and_only_there(
    author: APIClient, paper: Paper, settings: Any
) -> None:
    content = office_file(**{"word/media/photo.jpg": b"\xff\xd8" + bytes(range(251)) * 12_000})
    settings.MAX_BODY_BYTES = 10_000
    assert len(content) > settings.MAX_BODY_BYTES
    assert sent(author, paper, content, "a.docx").status_code == 201
    elsewhere = author.post(f"{URL}", {"title": {"vi": "x" * 20_000}})
    assert elsewhere.status_code == 413
    settings.UPLOAD_MAX_BYTES = 0
    beyond = sent(author, paper, office_file(a=uuid4().bytes * 100_000) + b"\x00" * 2_000_000, "a.docx")
    assert (beyond.status_code, beyond["Content-Type"]) == (413, "application/problem+json")


def test_a_repetition_with_the_same_key_files_one_version(author: APIClient, paper: Paper) -> None:
    key = {"Idempotency-Key": "mot"}
    assert [sent(author, paper, **key).status_code for _ in range(2)] == [201, 201]
    assert DocumentFile.objects.count() == 1
    other = sent(author, paper, PDF + b"\n", **key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")


def test_no_more_versions_than_there_may_be(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.conferences.services.papers.MOST_VERSIONS", 2)
    for _ in range(2):
        services.hand_in(paper_id=paper.pk, upload=upload())
    with pytest.raises(Conflict):
        services.hand_in(paper_id=paper.pk, upload=upload())


def test_another_speaker_gets_a_link_of_their_own(organiser: APIClient, paper: Paper) -> None:
    other = PersonFactory()
    changed = organiser.patch(f"/api/v1/speakers/{paper.speaker_id}", {"person": str(other.pk)}, headers=ANY)
    assert changed.status_code == 200, changed.json()
    assert [event.payload["link_round"] for event in Event.objects.filter(name="paper.requested").order_by("id")] == [
        1,
        2,
    ]
    services.hand_in(paper_id=paper.pk, upload=upload(), link_round=2)
    third = organiser.patch(f"/api/v1/speakers/{paper.speaker_id}", {"person": str(PersonFactory().pk)}, headers=ANY)
    assert third.status_code == 409


def test_a_speaker_whose_paper_is_asked_for_stays(organiser: APIClient, paper: Paper) -> None:
    path = f"/api/v1/speakers/{paper.speaker_id}"
    assert organiser.delete(path, headers=ANY).status_code == 409
    services.withdraw_paper(paper_id=paper.pk)
    assert organiser.delete(path, headers=ANY).status_code == 204
    assert not Paper.objects.exists()


# Judged


def test_a_paper_is_returned_handed_in_again_and_accepted(
    author: APIClient, organiser: APIClient, granted: Callable[..., APIClient], paper: Paper
) -> None:
    path = f"{URL}/{paper.pk}"
    sent(author, paper)
    remarks = {"vi": "Xin bổ sung số liệu năm 2020."}
    past, ahead = ({"due_at": moment.isoformat()} for moment in (now() - HOUR, now() + 2 * HOUR))
    assert (
        organiser.post(f"{path}/send_back", {"number": 1, "remarks": remarks, **past}, headers=ANY).status_code == 400
    )
    back = organiser.post(f"{path}/send_back", {"number": 1, "remarks": remarks, **ahead}, headers=ANY)
    assert (back.json()["state"], back.json()["remarks"]) == ("returned", remarks)
    assert dt.datetime.fromisoformat(back.json()["due_at"]) == dt.datetime.fromisoformat(ahead["due_at"])
    assert author.get(path).json()["remarks"] == remarks
    sent(author, paper, office_file(), "Bản hai.docx")
    stranger = granted()
    assert stranger.get(path).status_code == 404
    unread = organiser.post(f"{path}/accept", {"number": 1}, headers=ANY)
    assert (unread.status_code, unread.json()["last"]) == (409, 2)
    etag = organiser.get(path)["ETag"]
    accepted = organiser.post(f"{path}/accept", {"number": 2}, headers={"If-Match": etag})
    assert accepted.status_code == 200, accepted.json()
    shown = accepted.json()
    assert (shown["state"], shown["remarks"], shown["moves"]) == ("accepted", {}, [])
    assert [(each["number"], each["draft"]) for each in shown["versions"]] == [(1, True), (2, True), (3, False)]
    assert shown["versions"][2]["sha256"] == shown["versions"][1]["sha256"]
    # whoever sees the agenda item reads what was accepted, and only that
    seen = stranger.get(path).json()
    assert [each["number"] for each in seen["versions"]] == [3]
    assert stranger.get(f"{path}/content").content == office_file_of(paper)
    assert stranger.get(f"{path}/content?version=2").status_code == 404
    for verb, body in (("withdraw", {}), ("send_back", {"number": 3, "remarks": remarks}), ("accept", {"number": 3})):
        assert organiser.post(f"{path}/{verb}", body, headers=ANY).json()["type"] == "/problems/illegal-move", verb
    assert sent(author, paper).json()["type"] == "/problems/illegal-move"
    assert organiser.patch(path, {"title": {"vi": "Khác"}}, headers=ANY).status_code == 409
    assert facts(paper)[-1] == "paper.accepted"


def office_file_of(paper: Paper) -> bytes:
    return bytes(DocumentFile.objects.get(document__paper=paper, number=2).content)


def test_a_paper_of_what_is_called_off_is_not_wanted(author: APIClient, organiser: APIClient, paper: Paper) -> None:
    item = paper.speaker.agenda_item_id
    organiser.post(f"/api/v1/agenda-items/{item}/cancel", {"reason": {"vi": "Hết giờ"}})
    for refused in (
        sent(author, paper),
        organiser.post(f"{URL}/{paper.pk}/extend", {"due_at": (now() + 2 * HOUR).isoformat()}, headers=ANY),
    ):
        assert (refused.status_code, "đã huỷ" in refused.json()["detail"]) == (409, True), refused.json()
    organiser.post(f"/api/v1/agenda-items/{item}/reopen")
    assert sent(author, paper).status_code == 201


def test_a_deadline_that_the_conference_left_behind_is_told_before_a_release(
    organiser: APIClient, conference: Conference, speaker: Speaker
) -> None:
    services.request_paper(speaker_id=speaker.pk, due_at=dt.datetime(2035, 1, 13, 5, tzinfo=dt.UTC))
    release = f"/api/v1/conferences/{conference.pk}/release?preview=true"
    codes = lambda: {each["code"] for each in organiser.post(release).json()["warnings"]}  # noqa: E731
    assert "deadline" not in codes()
    organiser.patch(f"/api/v1/conferences/{conference.pk}", {"day": "2035-01-10"}, headers=ANY)
    assert "deadline" in codes()


def test_a_stale_reader_accepts_nothing(author: APIClient, organiser: APIClient, paper: Paper) -> None:
    sent(author, paper)
    etag = organiser.get(f"{URL}/{paper.pk}")["ETag"]
    sent(author, paper)
    stale = organiser.post(f"{URL}/{paper.pk}/accept", {"number": 2}, headers={"If-Match": etag})
    assert stale.status_code == 412
    assert organiser.post(f"{URL}/{paper.pk}/accept", {"number": 2}).status_code == 428


# Who reads, who acts


@pytest.mark.parametrize(
    ("role", "duty", "reads", "acts"),
    [
        ("organiser", None, True, True),
        ("secretary", None, True, True),
        ("editor", None, True, False),
        ("auditor", None, True, False),
        (None, "secretary", True, True),
        (None, "chair", True, False),
        (None, "guest", False, False),
        (None, None, False, False),
    ],
)
def test_who_reads_drafts_and_who_judges_them(
    granted: Callable[..., APIClient],
    host: Organisation,
    paper: Paper,
    role: str | None,
    duty: str | None,
    reads: bool,
    acts: bool,
) -> None:
    services.hand_in(paper_id=paper.pk, upload=upload())
    person: Person = PersonFactory()
    if duty:
        DutyFactory(conference=paper.conference, kind=duty, person=person)
    client = granted(role, host if role else None, person=person)
    path = f"{URL}/{paper.pk}"
    assert client.get(path).status_code == (200 if reads else 404)
    assert client.get(f"{path}/content").status_code == (200 if reads else 404)
    judged = client.post(f"{path}/accept", {"number": 1}, headers=ANY).status_code
    assert judged == (200 if acts else 403 if reads else judged)
    assert acts or judged in (403, 404)


def test_a_closed_item_closes_its_accepted_paper(granted: Callable[..., APIClient], paper: Paper) -> None:
    services.hand_in(paper_id=paper.pk, upload=upload())
    services.accept_paper(paper_id=paper.pk, number=1)
    stranger = granted()
    assert stranger.get(f"{URL}/{paper.pk}").status_code == 200
    item = paper.speaker.agenda_item
    item.confidentiality = "restricted"
    item.save()
    assert stranger.get(f"{URL}/{paper.pk}").status_code == 404
    assert stranger.get(f"{URL}/{paper.pk}/content").status_code == 404


def test_speakers_hand_in_while_the_conference_is_a_draft(
    granted: Callable[..., APIClient], author: APIClient, conference: Conference, paper: Paper
) -> None:
    Conference.objects.filter(pk=conference.pk).update(state="draft", announced_at=None)
    assert sent(author, paper).status_code == 201
    assert granted().get(f"{URL}/{paper.pk}").status_code == 404


# How far it has come


def test_the_overview_counts_and_names_who_cannot_be_reached(
    organiser: APIClient, granted: Callable[..., APIClient], conference: Conference, paper: Paper
) -> None:
    late(paper)
    bloc = SpeakerFactory(conference=conference, bloc={"vi": "Khối Đo lường"}, office={})
    silent = SpeakerFactory(conference=conference, person=PersonFactory(email=""))
    for row in (bloc, silent):
        services.request_paper(speaker_id=row.pk)
    SpeakerFactory(conference=conference)
    answer = organiser.get(f"{URL}/overview?conference={conference.pk}")
    assert answer.status_code == 200, answer.json()
    shown = answer.json()
    assert shown["by_state"] == {"requested": 3, "handed_in": 0, "returned": 0, "accepted": 0, "withdrawn": 0}
    assert (shown["overdue"], shown["not_asked"]) == (1, 1)
    assert [each["id"] for each in shown["unreachable"]] == [str(bloc.pk), str(silent.pk)]
    assert granted().get(f"{URL}/overview?conference={conference.pk}").status_code == 403
    assert organiser.get(f"{URL}/overview").status_code == 400
    listed = organiser.get(f"{URL}?conference={conference.pk}&overdue=true").json()["results"]
    assert [each["id"] for each in listed] == [str(paper.pk)]
    assert len(organiser.get(f"{URL}?overdue=false&state=requested").json()["results"]) == 2


# Reminded of


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    """moments(at): from now on PostgreSQL's clock shows `at`."""

    def at(moment: dt.datetime) -> None:
        monkeypatch.setattr("backend.conferences.services.papers.database_now", lambda: moment)

    return at


def reminded() -> list[str]:
    names = ("paper.reminded", "paper.missed")
    return list(Event.objects.filter(name__in=names).order_by("id").values_list("name", flat=True))


def test_reminders_come_as_their_moments_come_and_once(speaker: Speaker, moments: Callable[..., None]) -> None:
    start = now()
    due = start + dt.timedelta(days=10)
    paper = services.request_paper(speaker_id=speaker.pk, due_at=due)
    minute, day = dt.timedelta(minutes=1), dt.timedelta(days=1)
    expected: list[str] = []
    for moment, fact in (
        (due - 7 * day, "paper.reminded"),
        (due - 3 * day, "paper.reminded"),
        (due - day, "paper.reminded"),
        (due + day, "paper.missed"),
    ):
        moments(moment - minute)
        assert services.remind_of_papers() == 0
        moments(moment)
        expected.append(fact)
        for told in (1, 0):
            assert services.remind_of_papers() == told
        assert reminded() == expected
    moments(due + 30 * day)
    assert services.remind_of_papers() == 0
    sequences = [event.payload["sequence"] for event in Event.objects.filter(name="paper.reminded")]
    assert len(set(sequences)) == 3
    assert Paper.objects.get().version == paper.version


def test_who_is_asked_late_or_was_not_reminded_hears_of_the_latest_moment_only(
    speaker: Speaker, conference: Conference, moments: Callable[..., None]
) -> None:
    due = now() + dt.timedelta(days=2)
    services.request_paper(speaker_id=speaker.pk, due_at=due)  # 7 and 3 days before have passed
    assert services.remind_of_papers() == 0
    other = SpeakerFactory(conference=conference, person=PersonFactory())
    services.request_paper(speaker_id=other.pk, due_at=due + dt.timedelta(days=20))
    moments(due + dt.timedelta(days=19, hours=12))  # the clock stood still for weeks
    assert services.remind_of_papers() == 2
    assert sorted(reminded()) == ["paper.missed", "paper.reminded"]


@pytest.mark.parametrize("what", ["handed_in", "withdrawn", "cancelled", "postponed", "closed", "item", "no deadline"])
def test_nobody_is_reminded_in_vain(paper: Paper, moments: Callable[..., None], what: str) -> None:
    if what == "handed_in":
        services.hand_in(paper_id=paper.pk, upload=upload())
    elif what == "withdrawn":
        services.withdraw_paper(paper_id=paper.pk)
    elif what == "item":
        item = paper.speaker.agenda_item
        item.state = "cancelled"
        item.save()
    elif what == "no deadline":
        Paper.objects.filter(pk=paper.pk).update(due_at=None)
    else:
        Conference.objects.filter(pk=paper.conference_id).update(state=what)
    moments(now() + dt.timedelta(days=30))
    assert services.remind_of_papers() == 0


def test_a_new_deadline_has_reminders_of_its_own(paper: Paper, moments: Callable[..., None]) -> None:
    assert paper.due_at is not None
    later = paper.due_at + dt.timedelta(days=10)
    services.extend_deadline(paper_id=paper.pk, due_at=later)
    moments(later - dt.timedelta(days=7))
    assert services.remind_of_papers() == 1
    assert reminded() == ["paper.reminded"]


def test_the_days_are_a_setting(paper: Paper, settings: Any) -> None:
    settings.PAPER_REMINDER_DAYS = [2, 14, 0]
    assert paper.due_at is not None
    days = [moment - paper.due_at for moment in queries.reminder_moments(paper.due_at)]
    assert [each.days for each in days] == [-14, -2, 1]


def test_looking_costs_the_same_for_1_3_and_30(conference: Conference, moments: Callable[..., None]) -> None:
    costs, day = [], dt.timedelta(days=1)
    for index, size in enumerate((1, 2, 27), start=1):
        due = now() + 100 * day * index
        for _ in range(size):
            services.request_paper(speaker_id=SpeakerFactory(conference=conference).pk, due_at=due)
        moments(due - day)
        with CaptureQueriesContext(connection) as captured:
            assert services.remind_of_papers() >= size
        Paper.objects.update(state="withdrawn")
        costs.append(len(captured))
    assert len(set(costs)) == 1, costs


# Many at once


@pytest.mark.django_db(transaction=True)
def test_two_versions_at_once_are_1_and_2() -> None:
    paper = PaperFactory(speaker=SpeakerFactory(conference=ConferenceFactory(announced=True, day=dt.date(2035, 1, 14))))
    waiting = [upload(PDF + bytes([letter])) for letter in b"abcdefgh"]
    assert not [each for each in in_threads(8, lambda: filed(paper, waiting.pop())) if isinstance(each, Exception)]
    assert list(DocumentFile.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 9))
    assert Document.objects.count() == 1


def filed(paper: Paper, given: Upload) -> Any:
    return services.hand_in(paper_id=paper.pk, upload=given)


def contest() -> list[str]:
    """A version comes at the moment the one before it is accepted: what each of the two was told."""
    paper = PaperFactory(speaker=SpeakerFactory(conference=ConferenceFactory(announced=True, day=dt.date(2035, 1, 14))))
    services.hand_in(paper_id=paper.pk, upload=upload())
    verbs = [lambda: services.accept_paper(paper_id=paper.pk, number=1), lambda: filed(paper, upload(PDF + b"2"))]

    def act() -> str:
        try:
            verbs.pop()()
        except (Conflict, IllegalMove):
            return "refused"
        return "done"

    outcomes: list[str] = in_threads(2, act)
    files = DocumentFile.objects.filter(document__paper=paper)
    final = files.filter(draft=False).first()
    assert final is None or final.sha256 == files.get(number=1).sha256, "nobody read what was accepted"
    return sorted(map(str, outcomes))


@pytest.mark.django_db(transaction=True)
def test_of_accepting_and_handing_in_at_once_one_is_told() -> None:
    assert [contest() for _ in range(5)] == [["done", "refused"]] * 5


@contextmanager
def nobody_waits() -> Iterator[None]:
    """Papers are read without a lock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "backend.conferences.services.papers.locked",
            lambda rows, row_id, expected=None: (rows if hasattr(rows, "get") else rows.objects).get(pk=row_id),
        )
        yield


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_papers_get_two_files() -> None:
    """The negative control: it is the paper's lock that lets the second version find the first one's document."""
    with nobody_waits():
        crowds = []
        for _ in range(5):
            paper = PaperFactory(
                speaker=SpeakerFactory(conference=ConferenceFactory(announced=True, day=dt.date(2035, 1, 14)))
            )
            in_threads(8, lambda paper=paper: filed(paper, upload()))
            crowds.append(Document.objects.filter(conference_id=paper.conference_id).count())
        assert max(crowds) > 1
