"""GET /conferences/{id}/programme/print, as organisers, delegates and strangers ask it."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.conferences import queries
from backend.conferences.api import printing as api
from backend.conferences.models import AgendaItem, Conference, Release
from backend.conferences.printing import NotPrinted
from backend.conferences.programme import as_json, digest
from backend.people.models import Organisation
from tests.documents.reading import text_of
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    OrganiserFactory,
    SiteFactory,
    SpeakerFactory,
)
from tests.factories.people import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def conference(host: Organisation) -> Conference:
    host.parent = OrganisationFactory(name={"vi": "Tổng cục Tiêu chuẩn", "en": "Directorate for Standards"})
    host.save()
    made: Conference = ConferenceFactory(lead=host, announced=True, exact=True)
    OrganiserFactory(conference=made, organisation=OrganisationFactory(name={"vi": "Sở Y tế"}), role="co", order=1)
    item = AgendaItemFactory(
        conference=made,
        title={"vi": "Báo cáo tổng kết", "en": "Report"},
        pinned=True,
        starts_at=dt.datetime(2021, 1, 14, 14, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        ends_at=dt.datetime(2021, 1, 14, 14, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        minutes_planned=30,
    )
    SpeakerFactory(
        conference=made,
        agenda_item=item,
        person=PersonFactory(full_name="Đặng Thanh Tùng", honorific="ong"),
        organisation=host,
        office={"vi": "Giám đốc", "en": "Director"},
    )
    AgendaItemFactory(conference=made, title={"vi": "Kiểm điểm nội bộ"}, confidentiality="restricted")
    SiteFactory(conference=made)
    return made


def ask(client: APIClient, conference: Conference, query: str = "", **headers: str) -> Any:
    return client.get(f"/api/v1/conferences/{conference.pk}/programme/print?{query}", headers=headers)


def release(conference: Conference, number: int = 1) -> Release:
    programme = queries.working_programme(conference)
    made: Release = Release.objects.create(
        conference=conference,
        number=number,
        programme=as_json(programme) | {"number": number},
        sha256=digest(programme),
        released_at=dt.datetime(2021, 1, 12, 2, tzinfo=dt.UTC),
    )
    return made


def rename(conference: Conference, title: str) -> None:
    AgendaItem.objects.filter(conference=conference, confidentiality="").update(title={"vi": title})


def test_the_working_programme_is_printed_for_who_works_on_it(organiser: APIClient, conference: Conference) -> None:
    answer = ask(organiser, conference)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{conference.slug}-chuong-trinh-draft.pdf"')
    text = text_of(answer.content)
    for said in (
        "TỔNG CỤC TIÊU CHUẨN",
        "TRUNG TÂM KỸ THUẬT 2",
        "Phối hợp tổ chức: Sở Y tế",
        "Địa điểm: Nhà văn hoá",
        "14:00–14:30 Báo cáo tổng kết",
        "Ông Đặng Thanh Tùng Giám đốc Trung tâm Kỹ thuật 2",
        "Kiểm điểm nội bộ",
        "Bản dự thảo",
    ):
        assert said in text, text


def test_what_is_as_released_is_printed_as_the_release(organiser: APIClient, conference: Conference) -> None:
    release(conference)
    printed = ask(organiser, conference)
    assert "chuong-trinh-1.pdf" in printed["Content-Disposition"]
    assert "Bản dự thảo" not in text_of(printed.content)
    rename(conference, "Báo cáo bổ sung")
    assert "chuong-trinh-draft.pdf" in ask(organiser, conference)["Content-Disposition"]


def test_each_format_and_language_can_be_asked_for(organiser: APIClient, conference: Conference) -> None:
    english = ask(organiser, conference, "language=en")
    assert "Mr Dang Thanh Tung Director, Technical Centre 2" in text_of(english.content)
    both = ask(organiser, conference, "language=both&format=xlsx")
    assert (both.status_code, both["Content-Type"]) == (200, SHEET)
    assert "programme-draft.xlsx" in both["Content-Disposition"]
    written = [
        cell.value for row in openpyxl.load_workbook(io.BytesIO(both.content)).active.iter_rows() for cell in row
    ]
    assert {"Báo cáo tổng kết", "Report", dt.time(14)} <= set(written)


def test_unless_said_it_is_printed_in_the_callers_language(organiser: APIClient, conference: Conference) -> None:
    assert "PROGRAMME" in text_of(ask(organiser, conference, **{"Accept-Language": "en"}).content)
    assert "CHƯƠNG TRÌNH" in text_of(ask(organiser, conference, **{"Accept-Language": "vi"}).content)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("format=docx", "format"),
        ("format=", "format"),
        ("language=fr", "language"),
        ("language=vi,en", "language"),
        ("release=-1", "release"),
        ("release=một", "release"),
        ("release=99999999999999999999", "release"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_its_field(
    organiser: APIClient, conference: Conference, query: str, field: str
) -> None:
    answer = ask(organiser, conference, query)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_others_are_given_the_release_and_never_what_is_closed_to_them(
    organiser: APIClient, granted: Callable[..., APIClient], conference: Conference
) -> None:
    stranger = granted()
    assert "Bản dự thảo" in text_of(ask(stranger, conference).content)
    release(conference)
    rename(conference, "Báo cáo đã sửa")
    theirs, ours = text_of(ask(stranger, conference).content), text_of(ask(organiser, conference).content)
    assert "Phát hành lần 1, ngày 12/01/2021" in theirs
    assert "Báo cáo tổng kết" in theirs
    assert "Báo cáo đã sửa" in ours
    assert "Kiểm điểm nội bộ" in ours
    assert "Kiểm điểm nội bộ" not in theirs
    for format in ("pdf", "xlsx"):
        for language in ("vi", "en", "both"):
            answer = ask(stranger, conference, f"format={format}&language={language}&release=1")
            text = text_of(answer.content) if format == "pdf" else _strings(answer.content)
            assert "Kiểm điểm nội bộ" not in text


def _strings(content: bytes) -> str:
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    return " ".join(str(cell.value) for row in page.iter_rows() for cell in row)


def test_any_release_can_be_printed_by_its_number(organiser: APIClient, conference: Conference) -> None:
    release(conference)
    rename(conference, "Báo cáo lần hai")
    release(conference, 2)
    first, second = (text_of(ask(organiser, conference, f"release={n}").content) for n in (1, 2))
    assert "Báo cáo tổng kết" in first
    assert "Báo cáo lần hai" in second
    assert "Phát hành lần 2" in second
    assert ask(organiser, conference, "release=3").status_code == 404
    assert "-chuong-trinh-2.pdf" in ask(organiser, conference, "release=2")["Content-Disposition"]


def test_what_is_at_hand_already_is_not_printed_again(
    organiser: APIClient, conference: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = ask(organiser, conference)["ETag"]
    assert ask(organiser, conference, "language=en")["ETag"] != tag
    again = ask(organiser, conference, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    rename(conference, "Báo cáo đã sửa")
    changed = ask(organiser, conference, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_whoever_may_not_see_the_conference_is_told_nothing(
    granted: Callable[..., APIClient], conference: Conference
) -> None:
    Conference.objects.filter(pk=conference.pk).update(confidentiality="internal")
    assert ask(granted(), conference).status_code == 404
    assert ask(APIClient(), conference).status_code == 401


def test_printing_that_had_to_be_stopped_is_told_as_such(
    organiser: APIClient, conference: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(sheet: Any) -> bytes:
        raise NotPrinted()

    monkeypatch.setitem(api.FORMATS, "pdf", ("application/pdf", stopped))
    answer = ask(organiser, conference)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-printed")
    assert answer["Retry-After"] == "60"


def test_a_programme_too_large_to_print_is_told_as_such(
    organiser: APIClient, conference: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.conferences.printing.sheet.MOST_ENTRIES", 1)
    answer = ask(organiser, conference)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-printable")


def test_printing_takes_the_same_queries_whatever_the_length(organiser: APIClient, conference: Conference) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            assert ask(organiser, conference, "format=xlsx").status_code == 200
        return len(queries_made)

    site = conference.sites.get()
    few = count()
    for _ in range(30):
        item = AgendaItemFactory(conference=conference)
        SpeakerFactory(
            conference=conference, agenda_item=item, person=PersonFactory(), organisation=OrganisationFactory()
        )
        AgendaRoomFactory(conference=conference, agenda_item=item, site=site)
    assert count() <= few + 3  # rooms, and what people and organisations of which there were none before are called
    at_thirty = count()
    for _ in range(30):
        item = AgendaItemFactory(conference=conference)
        SpeakerFactory(
            conference=conference, agenda_item=item, person=PersonFactory(), organisation=OrganisationFactory()
        )
    assert count() == at_thirty


@pytest.mark.parametrize(
    ("state", "stamp"),
    [
        ("cancelled", "HỘI NGHỊ ĐÃ HUỶ"),
        ("postponed", "HỘI NGHỊ HOÃN"),
        ("announced", "Bản dự thảo"),
        ("closed", ""),
    ],
)
def test_what_is_off_is_stamped_so_and_what_was_held_is_no_draft(
    state: str, stamp: str, host: Organisation, organiser: APIClient
) -> None:
    conference = ConferenceFactory(lead=host, exact=True, announced=True)
    Conference.objects.filter(pk=conference.pk).update(state=state)
    answer = organiser.get(f"/api/v1/conferences/{conference.pk}/programme/print", {"format": "pdf", "language": "vi"})
    words = text_of(answer.content)
    found = {each for each in ("HỘI NGHỊ ĐÃ HUỶ", "HỘI NGHỊ HOÃN", "Bản dự thảo") if each in words}
    assert (stamp in found) if stamp else not found
    assert organiser.get(f"/api/v1/conferences/{conference.pk}/programme").json()["state"] == state


def test_a_release_names_who_held_the_conference_then(organiser: APIClient, conference: Conference) -> None:
    address = f"/api/v1/conferences/{conference.pk}"
    first = organiser.post(f"{address}/release", {}, headers={"If-Match": "*"})
    assert first.status_code == 201, first.json()
    other = OrganisationFactory(name={"vi": "Sở Khoa học", "en": "Department of Science"})
    edited = organiser.patch(address, {"co_organisers": [str(other.pk)]}, headers={"If-Match": "*"})
    assert edited.status_code == 200, edited.json()
    preview = organiser.post(f"{address}/release?preview=true", {}).json()
    assert (preview["releasable"], preview["changes"]) == (True, [])
    assert preview["changelog"][0]["lines"][0]["text"]["vi"].endswith("; Sở Khoa học.")
    organiser.post(f"{address}/release", {}, headers={"If-Match": "*"})
    printed = [text_of(ask(organiser, conference, f"release={n}").content) for n in (1, 2)]
    assert ["Phối hợp tổ chức: Sở Y tế" in each for each in printed] == [True, False]
    assert ["Phối hợp tổ chức: Sở Khoa học" in each for each in printed] == [False, True]
    shown = [organiser.get(f"{address}/programme?release={n}").json()["organisers"] for n in (1, 2)]
    assert [[each["said"]["vi"] for each in each_time][1:] for each_time in shown] == [["Sở Y tế"], ["Sở Khoa học"]]
    assert [(each["role"], each["under"].get("vi")) for each in shown[0]] == [
        ("lead", "Tổng cục Tiêu chuẩn"),
        ("co", None),
    ]
    assert organiser.get(f"/api/v1/releases/{first.json()['id']}").json()["intact"]
