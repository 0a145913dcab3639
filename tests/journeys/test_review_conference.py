"""A year-end review from its announcement to its recap, over HTTP, every step by the role that does it.

Twelve of the staff and two guests are invited to eight seats. What is asserted is what people notice: letters, pages,
refusals with their reason, documents, and the record of everything that happened.
"""

import datetime as dt
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import feedparser
import pytest
from django.test import Client
from pypdf import PdfReader

from backend.core.clock import now
from backend.outbox import audit
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.journeys.house import (
    Caller,
    House,
    answer_by_link,
    calendar_entry,
    caller,
    check_in_code,
    open_house,
    part,
    reply_link,
    text,
)

pytestmark = pytest.mark.django_db(transaction=True)
VI_STAFF = ["Nguyễn Văn Bình", "Trần Thị Ánh", "Lê Đức Cường", "Phạm Thu Hà", "Huỳnh Hữu Đạt", "Phan Ngọc Lan",
            "Vũ Minh Khoa", "Võ Thị Thủy", "Đặng Quốc Hùng", "Bùi Bích Phượng", "Đỗ Thanh Sơn"]  # fmt: skip


@pytest.fixture
def cast() -> SimpleNamespace:
    """The people of the journey, by part; each asks the API by a token of their own."""
    host = OrganisationFactory(symbol="KT2", name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"})
    agency = OrganisationFactory(name={"vi": "Uỷ ban Tiêu chuẩn", "en": "Commission for Standards"})
    labs, trade = (
        OrganisationFactory(parent=host, name={"vi": vi, "en": en})
        for vi, en in (("Phòng Đo lường", "Metrology Division"), ("Phòng Nghiệp vụ", "Operations Division"))
    )
    chair = PersonFactory(full_name="Nguyễn Phú Quý", honorific="ong", organisation=host)
    recorder = PersonFactory(full_name="Trần Thị Thu", honorific="ba", organisation=host)
    staff = [
        PersonFactory(full_name=name, email=f"nv{number}@kt2.example", organisation=(labs, trade)[number % 2])
        for number, name in enumerate(VI_STAFF)
    ]
    staff.append(PersonFactory(full_name="John Smith", email="smith@kt2.example", organisation=labs, language="en"))
    guests = [
        PersonFactory(full_name=name, email=f"khach{number}@uyban.example", organisation=agency)
        for number, name in enumerate(("Hà Minh Hiếu", "Ngô Quang Vinh"))
    ]
    return SimpleNamespace(
        host=host,
        agency=agency,
        chair=chair,
        recorder=recorder,
        staff=staff,
        guests=guests,
        voters={person.pk: caller(person) for person in staff},
        by=SimpleNamespace(
            organiser=caller(role="organiser", organisation=host),
            secretary=caller(recorder, "secretary", host),
            chair=caller(chair),
            guest=caller(guests[0]),
            editor=caller(role="editor", organisation=host),
            approver=caller(role="approver", organisation=host),
            auditor=caller(role="auditor"),
            administrator=caller(role="administrator"),
            stranger=caller(PersonFactory()),
            nobody=Caller(),
        ),
    )


def test_from_announcement_to_recap(cast: SimpleNamespace, tmp_path: Path, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    with open_house(tmp_path) as house:
        listen(house, cast)
        conference = schedule(cast)
        letters = invite(house, cast, conference)
        reply(house, cast, conference, letters)
        attend(house, cast, conference)
        decide(house, cast, conference, letters)
        minutes = minute(house, cast, conference)
        publish(house, cast, conference, minutes)
        see(house, cast, conference)


def listen(house: House, cast: SimpleNamespace) -> None:
    """A newsroom's receiver hears of articles, by signed webhooks."""
    made = cast.by.administrator.post(
        "webhook-endpoints",
        {"url": house.hooks.url, "event_names": ["article.published", "article.corrected", "article.retracted"]},
        expect=201,
    )
    house.hooks.secret = made["secret"]


def refused_move(answer: Any, legal: list[str]) -> None:
    assert answer["type"] == "/problems/illegal-move"
    assert answer["legal"] == legal
    assert not any(verb in answer["detail"] for verb in legal), "codes are for programs"


# 1. Schedule


def schedule(cast: SimpleNamespace) -> Any:
    by, zone = cast.by, dt.timezone(dt.timedelta(hours=7))
    starts = (now() + dt.timedelta(hours=2)).replace(minute=0, second=0, microsecond=0).astimezone(zone)
    body = {
        "kind": "review",
        "title": {"vi": "Hội nghị tổng kết công tác năm 2020", "en": "Review of 2020"},
        "lead": str(cast.host.pk),
        "co_organisers": [str(cast.agency.pk)],
        "starts_at": starts.isoformat(),
        "ends_at": (starts + dt.timedelta(hours=3)).isoformat(),
        "legal_basis": [{"vi": "Luật số 10/2022/QH15", "en": "Law 10/2022/QH15"}],
        "capacity": 8,
        "sites": [
            {
                "order": 1,
                "new_venue": {"name": {"vi": "Khách sạn Sông Hàn", "en": "Han River Hotel"}},
                "new_room": {"name": {"vi": "Hội trường lớn", "en": "Main hall"}, "capacity": 200},
            }
        ],
        "agenda": [
            {"order": 1, "phase": "report", "title": {"vi": "Báo cáo tổng kết", "en": "Report on the year"}},
            {"order": 2, "phase": "vote", "title": {"vi": "Biểu quyết nghị quyết", "en": "Vote on the resolution"}},
        ],
        "duties": [
            {"kind": "chair", "person": str(cast.chair.pk), "office": {"vi": "Giám đốc", "en": "Director"}},
            {"kind": "secretary", "person": str(cast.recorder.pk), "office": {"vi": "Chuyên viên", "en": "Specialist"}},
        ],
    }
    for outsider in (by.stranger, by.guest, by.editor, by.approver, by.auditor, by.chair):
        outsider.post("conferences", body, expect=403)
    by.nobody.post("conferences", body, expect=401)
    conference = by.organiser.post("conferences", body, expect=201)
    address = f"conferences/{conference['id']}"

    # Nobody knows of a draft but the host; what cannot be done yet is refused by naming what can.
    by.stranger.get(address, expect=404)
    refused = by.organiser.post(f"{address}/close", expect=409)
    refused_move(refused, ["announce", "cancel"])
    assert refused["detail"] == "Không làm được việc này khi đang ở trạng thái “dự thảo”."
    english = by.organiser.http.post(f"/api/v1/{address}/close", {}, headers={"Accept-Language": "en"}).json()
    refused_move(english, ["announce", "cancel"])
    assert english["detail"] == "This is not possible in the state “draft”."

    announced = by.organiser.post(f"{address}/announce")
    assert (announced["state"], announced["moves"]) == ("announced", ["cancel", "postpone", "start"])
    assert by.stranger.get(address)["title"]["en"] == "Review of 2020"
    refused_move(by.organiser.post(f"{address}/announce", expect=409), ["cancel", "postpone", "start"])
    return announced


# 2. Invite


def invite(house: House, cast: SimpleNamespace, conference: Any) -> dict[str, str]:
    """Sends both lists; returns the path of everybody's reply link."""
    by = cast.by
    for title, category, people in (("Khách mời", "guest", cast.guests), ("Viên chức", "staff", cast.staff)):
        body = {
            "conference": conference["id"],
            "site": conference["sites"][0]["id"],
            "title": {"vi": title},
            "category": category,
            "people": [str(person.pk) for person in people],
        }
        by.chair.post("invitation-lists", body, expect=403)
        made = by.organiser.post("invitation-lists", body, expect=201)
        assert by.organiser.post(f"invitation-lists/{made['id']}/send")["issued"] == len(people)
        by.organiser.post(f"invitation-lists/{made['id']}/send")  # a double click writes to nobody twice
    house.run()

    links, message_ids, uids = {}, set(), set()
    for person in (*cast.staff, *cast.guests):
        letters = house.letters_to(person.email)
        assert len(letters) == 1, person.email
        letter = letters[0]
        assert "Review of 2020" in text(letter) if person.language == "en" else "Hội nghị tổng kết" in text(letter)
        assert reply_link(letter) in text(letter, "text/html")
        links[person.email] = reply_link(letter)
        message_ids.add(letter["Message-ID"])
        entry = calendar_entry(letter, person.email)
        assert (entry.method, entry.sequence) == ("REQUEST", 0)
        uids.add(entry.uid)
    assert len(message_ids) == len(links) == 14
    assert len(uids) == 1, "one meeting in every calendar"
    return links


# 3. Reply and register


def reply(house: House, cast: SimpleNamespace, conference: Any, links: dict[str, str]) -> None:
    organiser, staff = cast.by.organiser, [person.email for person in cast.staff]

    # A mail scanner opens every link it sees, twice: nothing has changed by it.
    for path in links.values():
        assert Client().get(path).status_code == Client().get(path).status_code == 200
    house.run()
    assert {row["state"] for row in organiser.every("invitations", conference=conference["id"])} == {"sent"}
    assert Client().get("/r/made-up~link").status_code == 404

    for guest in cast.guests:
        assert "Tham dự" in answer_by_link(links[guest.email], "accepted")
    for address in staff[:2]:
        answer_by_link(links[address], "declined", "Bận công tác")
    answer_by_link(links[staff[2]], "tentative")
    for address in staff[3:]:
        if staff.index(address) % 2:
            cast.by.nobody.post(f"replies/{links[address].removeprefix('/r/')}", {"answer": "accepted"})
        elif address == "smith@kt2.example":
            assert 'lang="en"' in answer_by_link(links[address], "accepted")
        else:
            answer_by_link(links[address], "accepted")
        house.run()
    house.run()

    assert seats(cast, conference) == (8, 8, 3)
    turns = {row["person"]: row["turn"] for row in registrations(cast, conference, "waiting")}
    assert turns == {str(person.pk): turn for turn, person in enumerate(cast.staff[9:], start=1)}, "in order of answers"
    for person in cast.staff[9:]:
        assert "danh sách chờ" in text(house.letters_to(person.email)[-1]).lower() or person.language == "en"
    confirmation = house.letters_to(staff[3])[-1]
    assert part(confirmation, "image/png").get_payload(decode=True)[:4] == b"\x89PNG"  # type: ignore[index]
    assert check_in_code(confirmation)

    # One can no longer come: the first who waits moves up, and is told so.
    answer_by_link(links[staff[3]], "declined", "Ốm đột xuất")
    house.run()
    assert seats(cast, conference) == (8, 8, 2)
    assert str(cast.staff[9].pk) in {row["person"] for row in registrations(cast, conference, "confirmed")}
    assert check_in_code(house.letters_to(cast.staff[9].email)[-1])


def registrations(cast: SimpleNamespace, conference: Any, state: str) -> list[Any]:
    return list(cast.by.organiser.every("registrations", conference=conference["id"], state=state))


def seats(cast: SimpleNamespace, conference: Any) -> tuple[int, int, int]:
    row = cast.by.organiser.get(f"seats/{conference['id']}")
    return row["capacity"], row["taken"], row["waiting"]


# 4. Attend


def attend(house: House, cast: SimpleNamespace, conference: Any) -> None:
    organiser, address = cast.by.organiser, f"conferences/{conference['id']}"
    cast.by.stranger.post(f"{address}/start", expect=403)
    assert cast.by.chair.post(f"{address}/start")["state"] == "running"
    refused_move(cast.by.chair.post(f"{address}/start", expect=409), ["close"])

    site = conference["sites"][0]["id"]
    for person in (cast.guests[0], *cast.staff[4:9]):
        code = check_in_code(house.letters_to(person.email)[-1])
        assert organiser.post("check-ins", {"code": code, "site": site}, expect=201)["direction"] == "in"
        organiser.post("check-ins", {"code": code, "site": site}, expect=200)  # scanned twice, noted once
    by_name = {"conference": conference["id"], "name": "bui bich phuong", "site": site}
    assert organiser.post("check-ins", by_name, expect=201)["person_name"] == "Bùi Bích Phượng"
    organiser.post("check-ins", {"code": "forged~code"}, expect=404)
    waiting = registrations(cast, conference, "waiting")[0]
    assert organiser.post("check-ins", {"registration": waiting["id"]}, expect=409)["state"] == "waiting"

    told = organiser.get("attendance", conference=conference["id"], share="2/3")
    assert (told["registered"], told["present"]) == (8, 7)
    assert told["quorum"] == {"summoned": 12, "present": 6, "needed": 8, "met": False}
    cast.by.stranger.get("attendance", conference=conference["id"], expect=404)


# 5. Decide


def decide(house: House, cast: SimpleNamespace, conference: Any, links: dict[str, str]) -> None:
    by = cast.by
    body = {
        "conference": conference["id"],
        "agenda_item": conference["agenda"][1]["id"],
        "title": {"vi": "Nghị quyết hội nghị năm 2021", "en": "Conference resolution 2021"},
        "clauses": [{"text": {"vi": "Thông qua báo cáo tổng kết.", "en": "The report is adopted."}}],
    }
    by.chair.post("resolutions", body, expect=403)
    resolution = by.secretary.post("resolutions", body, expect=201)
    by.secretary.post(f"resolutions/{resolution['id']}/table")
    refused_move(
        by.secretary.post(f"resolutions/{resolution['id']}/table", expect=409),
        ["adopt", "put_to_vote", "refer", "reject", "untable", "withdraw"],
    )
    poll = by.secretary.post(
        "polls",
        {
            "resolution": resolution["id"],
            "question": {"vi": "Thông qua Nghị quyết?", "en": "Adopt the resolution?"},
            "rule": "staff_conference",
            "voting_categories": ["staff"],
        },
        expect=201,
    )
    address = f"polls/{poll['id']}"

    # Six of twelve are not two thirds. The organiser adds seats; those who waited get them, and come in.
    by.stranger.post(f"{address}/open", expect=404)  # a draft is for those who prepare it
    assert by.chair.post(f"{address}/open", expect=409)["reason"] == "quorum"
    counted = by.organiser.get(f"seats/{conference['id']}")
    by.organiser.post(f"seats/{conference['id']}/resize", {"capacity": 12}, version=counted["version"])
    house.run()
    assert seats(cast, conference) == (12, 10, 0)
    for person in cast.staff[10:]:
        by.organiser.post("check-ins", {"code": check_in_code(house.letters_to(person.email)[-1])}, expect=201)
    opened = by.chair.post(f"{address}/open")
    assert (opened["state"], opened["turnout"]) == ("open", 0)

    # The roll is frozen: guests and whoever comes later stand outside it.
    answer_by_link(links[cast.staff[2].email], "accepted")
    house.run()
    latecomer = check_in_code(house.letters_to(cast.staff[2].email)[-1])
    by.organiser.post("check-ins", {"code": latecomer}, expect=201)
    ballot = {"poll": poll["id"], "choice": "yes"}
    for outside in (by.guest, cast.voters[cast.staff[2].pk], cast.voters[cast.staff[0].pk], by.stranger, by.chair):
        assert outside.post("ballots", ballot, expect=403)["detail"] == "Bạn không có quyền biểu quyết ở đây."
    by.nobody.post("ballots", ballot, expect=401)

    voters = [cast.voters[person.pk] for person in cast.staff[4:]]
    for voter, choice in zip(voters, ["yes"] * 6 + ["no", "abstain"], strict=True):
        (receipt,) = voter.post("ballots", {**ballot, "choice": choice})
        assert voter.post("ballots", {**ballot, "choice": choice}) == [receipt], "sent again: the same receipt"
        (mine,) = voter.get(f"{address}/entitlement")
        assert (mine["number"], mine["own"], mine["cast"]) == (receipt["number"], True, True)
    assert voters[0].post("ballots", {**ballot, "choice": "no"}, expect=409)["reason"] == "already-cast"
    assert by.guest.get(address)["verdict"] is None

    by.chair.post(f"{address}/seal")
    assert voters[-1].post("ballots", {**ballot, "choice": "abstain"}) == [receipt], "however late: the same receipt"
    assert voters[0].post("ballots", {**ballot, "choice": "no"}, expect=409)["reason"] == "closed"
    house.run()
    by.secretary.get(f"{address}/roll", expect=403)
    declared = by.chair.post(f"{address}/declare")
    house.run()

    verdict = declared["verdict"]
    (threshold,) = verdict["thresholds"]
    assert verdict["outcome"] == "adopted"
    tally = declared["tally"]
    assert (tally["summoned"], tally["entitled"], tally["present_at_open"], tally["returned"]) == (12, 8, 8, 8)
    assert (tally["yes"], tally["no"], tally["abstain"]) == (6, 1, 1)
    assert (threshold["needed"], threshold["got"], threshold["margin"]) == (5, 6, 1)
    assert [(check["needed"], check["got"]) for check in verdict["quorum"]] == [(8, 8), (8, 8)]
    assert all(sentence["vi"] and sentence["en"] for sentence in verdict["proof"])
    assert by.guest.get(f"resolutions/{resolution['id']}")["state"] == "adopted"
    assert len(by.guest.get(f"{address}/evidence")["leaves"]) == 8
    by.guest.get(f"{address}/roll", expect=403)
    assert [row["choice"] for row in by.secretary.get(f"{address}/roll")].count("yes") == 6


# 6. Minute


def minute(house: House, cast: SimpleNamespace, conference: Any) -> Any:
    by, about = cast.by, {"conference": conference["id"]}
    speech = by.secretary.post(
        "speeches",
        {
            **about,
            "kind": "report",
            "agenda_item": conference["agenda"][0]["id"],
            "person": str(cast.chair.pk),
            "organisation": str(cast.host.pk),
            "office": {"vi": "Giám đốc", "en": "Director"},
            "gist": {"vi": "Kết quả năm 2020 vượt kế hoạch.", "en": "The year 2020 went beyond the plan."},
        },
        expect=201,
    )
    finding = {"vi": "Doanh thu vượt 10 % kế hoạch", "en": "Revenue was 10 % above the plan"}
    by.secretary.post("findings", {**about, "kind": "achievement", "text": finding, "speech": speech["id"]}, expect=201)
    by.secretary.post("proposals", {**about, "kind": "proposal", "text": {"vi": "Mua thêm thiết bị"}}, expect=201)
    task = {"vi": "Lập kế hoạch năm 2021", "en": "Draw up the plan for 2021"}
    by.secretary.post("conclusions", {**about, "kind": "task", "text": task}, expect=201)
    by.editor.post("findings", {**about, "kind": "limitation", "text": {"vi": "x"}}, expect=403)

    assert by.chair.post(f"conferences/{conference['id']}/close")["state"] == "closed"
    house.run()
    (listed,) = by.secretary.every("minutes", **about)
    address = f"minutes/{listed['id']}"
    minutes = by.secretary.get(address)
    assert minutes["state"] == "draft"
    for outsider in (by.stranger, by.guest):
        outsider.get(address, expect=404)
    provenance = by.secretary.get(f"{address}/provenance")
    assert all(source["found"] for block in provenance for source in block["sources"])

    # The secretary edits, of two who edit at once the second is told; nobody of the press does.
    addition = {"added": [{"text": {"vi": "Hội nghị dành một phút tưởng niệm."}}]}
    by.editor.patch(minutes, "minutes", addition, expect=403)
    by.auditor.patch(minutes, "minutes", addition, expect=403)
    edited = by.secretary.patch(minutes, "minutes", addition)
    assert by.secretary.patch(minutes, "minutes", addition, expect=412)["type"] == "/problems/stale-write"
    refused_move(by.chair.post(f"{address}/approve", expect=409), ["edit", "submit"])
    by.secretary.post(f"{address}/submit")
    by.secretary.post(f"{address}/approve", expect=403)
    by.administrator.post(f"{address}/approve", expect=403)
    approved = by.chair.post(f"{address}/approve")
    assert approved["state"] == "approved"
    assert re.fullmatch(r"01/BB-KT2", approved["official_number"])

    # From now on nothing moves it.
    refused_move(by.secretary.patch(approved, "minutes", addition, expect=409), [])
    refused_move(by.chair.post(f"{address}/send_back", expect=409), [])
    assert by.secretary.get(address)["content"] == edited["content"]

    delegate = cast.voters[cast.staff[5].pk]
    documents = f"documents/{approved['document']}/content"
    cast.by.stranger.get(documents, expect=404)
    pdf = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(delegate.download(documents))).pages)
    docx = ZipFile(io.BytesIO(delegate.download(documents, format="docx"))).read("word/document.xml").decode()
    for paper in (" ".join(pdf.split()), re.sub(r"<[^>]+>", "", docx)):
        for said in ("01/BB-KT2", "Nguyễn Phú Quý", "một phút tưởng niệm", "Nghị quyết hội nghị năm 2021"):
            assert said in paper, said
    return approved


# 7. Publish


def publish(house: House, cast: SimpleNamespace, conference: Any, minutes: Any) -> None:
    by = cast.by
    house.run()
    (listed,) = by.editor.every("articles", conference=conference["id"])
    article = by.editor.get(f"articles/{listed['id']}")
    address = f"articles/{article['id']}"
    assert (article["kind"], article["state"]) == ("recap", "draft")
    by.stranger.get(address, expect=404)
    refused_move(by.editor.post(f"{address}/publish", expect=409), ["edit", "submit"])
    byline = {"byline": "Minh Anh", "byline_unit": {"vi": "Phòng Nghiệp vụ", "en": "Operations Division"}}
    by.secretary.patch(article, "articles", byline, expect=403)
    by.editor.patch(article, "articles", byline)
    by.editor.post(f"{address}/submit")
    by.editor.post(f"{address}/approve", expect=403)
    by.approver.post(f"{address}/approve")
    published = by.approver.post(f"{address}/publish")
    house.run()
    assert published["languages"] == ["vi", "en"]

    pages = {"vi": f"/vi/bai-viet/{article['slug']}", "en": f"/en/articles/{article['slug']}"}
    for language, path in pages.items():
        page = read(path)
        assert f'<html lang="{language}"' in page
        assert published["title"][language] in page
        assert "Minh Anh" in page
        assert all(f'hreflang="{code}"' in page for code in pages)
        assert {"NewsArticle", "Event"} <= schema_org(page)
        assert 'property="og:title"' in page
        feed = feedparser.parse(read(f"/{language}/feed.atom"))
        assert [entry.title for entry in feed.entries] == [published["title"][language]]
        (item,) = json.loads(read(f"/{language}/feed.json"))["items"]
        assert item["url"].endswith(path)

    note = {"vi": "Đã sửa họ tên người viết.", "en": "The writer's name was corrected."}
    correction = {"byline": "Minh Ánh", "note": note}
    as_read = {"If-Match": f'"{published["version"]}"'}
    by.approver.post(f"{address}/correct", correction, expect=428)
    by.editor.post(f"{address}/correct", correction, expect=403)
    assert by.approver.http.post(f"/api/v1/{address}/correct", correction, headers=as_read).status_code == 200
    for language, path in pages.items():
        assert note[language] in read(path)
        assert "Minh Ánh" in read(path)
    assert len(by.approver.get(f"{address}/revisions")) == 2

    reason = {"vi": "Bài nhầm hội nghị.", "en": "The article confused two conferences."}
    by.approver.post(f"{address}/retract", {"note": reason})
    house.run()
    refused_move(by.approver.post(f"{address}/publish", expect=409), [])
    for language, path in pages.items():
        assert reason[language] in read(path, expect=410)
        assert feedparser.parse(read(f"/{language}/feed.atom")).entries == []
    heard = [call["event"]["type"] for call in house.hooks.received() if call["verified"]]
    assert heard == [f"plenum.article.{verb}.v1" for verb in ("published", "corrected", "retracted")]


def read(path: str, expect: int = 200) -> str:
    """A public page, as anybody gets it."""
    answer = Client().get(path)
    assert answer.status_code == expect, path
    return answer.content.decode()


def schema_org(page: str) -> set[str]:
    """The types a search engine finds in the page's JSON-LD."""
    said = [
        json.loads(found) for found in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    ]
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.update([node["@type"]] if isinstance(node.get("@type"), str) else node.get("@type", []))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(said)
    return found


# 8. See


def see(house: House, cast: SimpleNamespace, conference: Any) -> None:
    auditor = cast.by.auditor
    cast.by.organiser.get("events", expect=403)
    events = auditor.every("events", conference_id=conference["id"])
    names = [event["type"].removeprefix("plenum.").removesuffix(".v1") for event in events]
    for name, times in {
        "conference.announced": 1,
        "invitation.issued": 14,
        "registration.waitlisted": 3,
        "registration.cancelled": 1,
        "conference.started": 1,
        "presence.recorded": 10,
        "resolution.adopted": 1,
        "poll.declared": 1,
        "conference.closed": 1,
        "minutes.approved": 1,
        "article.drafted": 1,
        "article.published": 1,
        "article.corrected": 1,
        "article.retracted": 1,
    }.items():
        assert names.count(name) == times, name
    order = ["conference.announced", "conference.started", "poll.opened", "poll.sealed", "conference.closed",
             "minutes.approved", "article.published", "article.retracted"]  # fmt: skip
    assert [name for name in names if name in order] == order
    assert [event["position"] for event in events] == sorted(event["position"] for event in events)
    assert all(event["actor"] for event in events), "everything was done by somebody"

    summary = auditor.get("deliveries/summary")
    assert (summary["due"], summary["dead"]) == (0, 0)
    deliveries = auditor.every("deliveries")
    assert len(deliveries) == summary["settled"]
    assert {(row["state"], row["attempts"]) for row in deliveries} == {("settled", 1)}
    mails = auditor.every("mails", conference_id=conference["id"])
    assert {row["state"] for row in mails} == {"sent"}
    assert sorted(row["message_id"] for row in mails) == sorted(m["Message-ID"] for m in house.mailbox.messages())
    assert audit.verify() == []
