"""The five first records planned anew, as their organisers would have: over HTTP, from the facts on record and no others.

What was said becomes who is planned to speak; the programme is released, printed and looked up in calendars. Whatever
the record does not know stays unknown on the way.
"""

import datetime as dt
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from pypdf import PdfReader

from backend.demo.load import RECORDS, load_organisations, load_people, read
from tests.journeys.house import Caller, caller

pytestmark = pytest.mark.django_db(transaction=True)

#: Columns of a conference that are written as the record has them.
COLUMNS = (
    "kind",
    "title",
    "confidentiality",
    "day",
    "day_part",
    "period_reviewed",
    "period_planned",
    "topics",
    "standards",
    "legal_basis",
    "expected",
    "attended",
)
HOLDER = ("office", "group")


class Desk:
    """An organiser who types a record in."""

    def __init__(self) -> None:
        self.organisations = load_organisations()
        self.people = load_people(self.organisations)
        self.api: Caller = caller(role="organiser")

    def enter(self, name: str) -> Any:
        record = read(name)
        lead, *others = record["organisers"]
        told = record["conference"]
        body = {column: self._plain(told[column]) for column in COLUMNS if column in told}
        body |= {
            "lead": str(self.organisations[lead].pk),
            "co_organisers": [str(self.organisations[slug].pk) for slug in others],
            "sites": [{"new_venue": self._venue(site["venue"])} for site in record.get("sites", [])],
            "agenda": [self._item(item, record) for item in record.get("agenda", [])],
            "duties": [self._duty(duty, record) for duty in record.get("duties", [])],
        }
        return self.api.post("conferences", body, expect=201)

    @staticmethod
    def _plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, dt.date) else value

    def _venue(self, venue: dict[str, Any]) -> dict[str, Any]:
        owner = {"organisation": str(self.organisations[venue["organisation"]].pk)} if "organisation" in venue else {}
        return {**venue, **owner}

    def _named(self, row: dict[str, Any]) -> dict[str, Any]:
        """Who it is, in the office written down."""
        found: dict[str, Any] = {}
        if "person" in row:
            found["person"] = str(self.people[row["person"]].pk)
        if "organisation" in row:
            found["organisation"] = str(self.organisations[row["organisation"]].pk)
        return found

    def _item(self, item: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
        speeches = [each for each in record.get("speeches", []) if each.get("agenda_item") == item["key"]]
        speakers: list[dict[str, Any]] = []
        for speech in speeches:
            bloc = {"bloc": speech["speaker"]} if "speaker" in speech else {}
            office = {"office": speech["office"]} if "office" in speech else {}
            voice = {**self._named(speech), **office, **bloc}
            if voice not in speakers:
                speakers.append(voice)
        return {"phase": item["phase"], "title": item["title"], "speakers": speakers}

    def _duty(self, duty: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
        found = {"kind": duty["kind"], **self._named(duty), **{name: duty[name] for name in HOLDER if name in duty}}
        if "agenda_item" in duty:
            keys = [item["key"] for item in record["agenda"]]
            found["agenda_order"] = keys.index(duty["agenda_item"]) + 1
        return found

    def released(self, name: str) -> Any:
        made = self.enter(name)
        self.api.post(f"conferences/{made['id']}/announce")
        self.api.post(f"conferences/{made['id']}/release", expect=201)
        return self.api.get(f"conferences/{made['id']}")

    def printed(self, conference: Any, language: str) -> str:
        address = f"/api/v1/conferences/{conference['id']}/programme/print"
        answer = self.api.http.get(address, {"format": "pdf", "language": language})
        assert answer.status_code == 200, answer.content
        words = " ".join(page.extract_text() for page in PdfReader(BytesIO(bytes(answer.content))).pages)
        return " ".join(words.split())

    def sheet(self, conference: Any) -> list[str]:
        address = f"/api/v1/conferences/{conference['id']}/programme/print"
        answer = self.api.http.get(address, {"format": "xlsx", "language": "vi"})
        assert answer.status_code == 200, answer.content
        rows = openpyxl.load_workbook(BytesIO(bytes(answer.content))).worksheets[0].iter_rows(values_only=True)
        return [str(cell) for row in rows for cell in row if cell is not None]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def feed(conference: Any) -> str:
    answer = Client().get(f"/calendars/conferences/{conference['slug']}.ics")
    assert answer.status_code == 200
    return answer.content.decode().replace("\r\n ", "")


@pytest.mark.parametrize("name", [name for name in RECORDS if name != "s1"])
def test_each_is_planned_released_and_printed_with_what_is_known(desk: Desk, name: str) -> None:
    record, conference = read(name), desk.released(name)
    assert conference["starts_at"] is None
    assert conference["agenda"]
    assert all(item["starts_at"] is None and not item["in_calendar"] for item in conference["agenda"]), (
        "no hour is on record, so none is made up"
    )
    printed, cells = desk.printed(conference, "vi"), desk.sheet(conference)
    for item in record["agenda"]:
        assert item["title"]["vi"] in printed
        assert any(item["title"]["vi"] in cell for cell in cells)
    for speech in record.get("speeches", []):
        if "agenda_item" in speech and "person" in speech:
            assert desk.people[speech["person"]].full_name in printed
    assert desk.printed(conference, "both")
    assert "BEGIN:VEVENT" not in feed(conference)
    assert "giờ" in feed(conference), "the feed says that it has no exact time yet"


def test_the_workshop_of_four_hosts_has_a_panel_without_names(desk: Desk) -> None:
    conference = desk.released("s0")
    assert [(each["role"], each["organisation"]["slug"]) for each in conference["organisers"]] == [
        ("lead", "vien-do-luong"),
        ("co", "kt1"),
        ("co", "kt2"),
        ("co", "kt3"),
    ]
    programme = desk.api.get(f"conferences/{conference['id']}/programme")
    (discussion,) = [entry for entry in programme["entries"] if entry["phase"] == "discussion"]
    assert "các đại biểu chủ trì phiên thảo luận" in str(discussion["chairs"])
    assert conference["when_said"]["vi"] == "Chiều 05/07/2024"
    (first, _) = programme["entries"]
    assert "Quyền Chủ tịch" in str(first["speakers"][0]), "the office he held that day"


def test_the_decision_of_an_unknown_day_stays_a_draft_and_the_study_becomes_a_series(desk: Desk) -> None:
    conference = desk.enter("s1")
    refused = desk.api.post(f"conferences/{conference['id']}/announce", expect=400)
    assert [error["field"] for error in refused["errors"]] == ["day"]
    committee = desk.organisations["dang-uy-stameq"]
    body = {
        "title": {"vi": "Học tập chính trị hằng tháng", "en": "Monthly political study"},
        "organisation": str(committee.pk),
        "kind": "study",
        "confidentiality": "internal",
        "rule": "FREQ=MONTHLY",
    }
    series = desk.api.post("series", body, expect=201)
    assert desk.api.every("conferences", series=series["id"]) == [], "which day of the month nobody said"


def test_the_review_has_papers_of_four_blocs_and_guests_by_office(desk: Desk) -> None:
    conference = desk.released("s2")
    (paper,) = [item for item in conference["agenda"] if item["phase"] == "paper"]
    blocs = [str(speaker["bloc"]) for speaker in paper["speakers"]]
    assert len(blocs) == 4, blocs
    asked = desk.api.post("papers", {"speaker": paper["speakers"][0]["id"], "due_at": None}, expect=201)
    assert desk.api.get(f"papers/{asked['id']}")["state"] == "requested"
    guests = [duty for duty in conference["duties"] if duty["kind"] == "guest" and duty["person"] is None]
    assert len(guests) == 5
    assert (conference["period_reviewed"], conference["period_planned"]) == ("2020", "2021")


def test_the_report_of_hai_an_leads_to_a_conference_of_a_month_still_open(desk: Desk) -> None:
    conference = desk.released("s3")
    assert conference["standards"] == ["TCVN ISO 18091:2020"]
    assert [each["id"] for each in desk.api.every("conferences", standard="TCVN ISO 18091:2020")] == [conference["id"]]
    assert [each["id"] for each in desk.api.every("conferences", q="iso 18091")] == [conference["id"]]
    following = desk.api.post(
        "conferences",
        {
            "kind": "review",
            "title": {"vi": "Hội nghị tổng kết áp dụng thí điểm", "en": "Summary conference on the pilot"},
            "lead": str(desk.organisations["so-khcn-hai-phong"].pk),
            "follows": conference["id"],
        },
        expect=201,
    )
    assert following["follows"] == conference["id"]
    assert following["id"] in str(desk.api.get(f"conferences/{conference['id']}")["followed_by"])
    assert "Ms" in desk.printed(conference, "en") or "Mrs" in desk.printed(conference, "en")
    assert "Pham Thi Sen Quynh" in desk.printed(conference, "en")


def test_two_halls_hold_one_conference_each_with_its_own_chair_people_and_calendar(desk: Desk) -> None:
    conference = desk.released("s4")
    halls = conference["sites"]
    assert len(halls) == 2
    address = f"conferences/{conference['id']}"
    chairs = [duty for duty in conference["duties"] if duty["kind"] == "chair"]
    for chair, hall in zip(chairs, halls, strict=True):
        desk.api.patch(chair, "duties", {"site": hall["id"]})
    desk.api.patch(halls[0], "sites", {"attended": {"op": "≈", "n": 100}})
    seen = desk.api.get(address)
    assert [duty["site"] for duty in seen["duties"] if duty["kind"] == "chair"] == [hall["id"] for hall in halls]
    # Once the hour is known, each hall has an entry of its own in every calendar.
    start = dt.datetime(2018, 1, 10, 8, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    moved = {"starts_at": start.isoformat(), "ends_at": (start + dt.timedelta(hours=4)).isoformat()}
    desk.api.patch(desk.api.get(address), "conferences", moved)
    assert desk.api.get(address)["starts_at"] == start.isoformat()
