"""Resolutions through the API: structured texts, their versions, decisions without a count, and what is issued."""

import hashlib
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from rest_framework.test import APIClient

from backend.core.errors import constraint_of
from backend.documents.models import DocumentFile, OfficialNumber
from backend.minutes.drafting import decisions
from backend.resolutions import services
from backend.resolutions.models import Poll, Promulgation, Resolution, TextVersion
from tests.documents.reading import text_of, written
from tests.factories.conferences import ConferenceFactory, DutyFactory
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory
from tests.factories.resolutions import PollFactory, ResolutionFactory

API = "/api/v1/resolutions"
TITLE = {"vi": "Nghị quyết hội nghị năm 2021", "en": "Conference resolution 2021"}
PREAMBLE = [{"text": {"vi": "Căn cứ Luật Tổ chức"}}, {"text": {"vi": "Xét báo cáo tổng kết"}}]
CLAUSES = [
    {
        "text": {"vi": "Thông qua kế hoạch năm 2021, gồm:", "en": "The plan for 2021 is adopted:"},
        "clauses": [
            {
                "text": {"vi": "Về con người:"},
                "clauses": [{"text": {"vi": "đào tạo"}}, {"text": {"vi": "khen thưởng"}}],
            },
            {"text": {"vi": "Về thiết bị."}},
        ],
    },
    {"text": {"vi": "Giám đốc tổ chức thực hiện", "en": "The director carries it out"}},
]


def signed_in(person: Any) -> APIClient:
    api = APIClient(headers={"If-Match": "*"})
    api.force_authenticate(AccountFactory(person=person))
    return api


@pytest.fixture
def room(db: Any) -> SimpleNamespace:
    host = OrganisationFactory(name={"vi": "Trung tâm Kỹ thuật 2"}, symbol="KT2", place={"vi": "Đà Nẵng"})
    conference = ConferenceFactory(state="running", lead=host)
    chair, secretary = PersonFactory(full_name="Nguyễn Phú Quốc"), PersonFactory()
    DutyFactory(conference=conference, kind="chair", person=chair)
    DutyFactory(conference=conference, kind="secretary", person=secretary)
    return SimpleNamespace(
        host=host, conference=conference, chair=chair, gavel=signed_in(chair), secretary=signed_in(secretary)
    )


def drafted(room: SimpleNamespace, **changes: Any) -> Any:
    body = {"conference": str(room.conference.pk), "title": TITLE, "preamble": PREAMBLE, "clauses": CLAUSES, **changes}
    return room.secretary.post(API, body, format="json")


def tabled(room: SimpleNamespace) -> str:
    address = f"{API}/{drafted(room).json()['id']}"
    assert room.secretary.post(f"{address}/table").status_code == 200
    return address


def labels(said: Any) -> list[str]:
    return [one["label"]["vi"] for one in said] + [label for one in said for label in labels(one.get("clauses", []))]


def test_a_text_is_read_with_its_numbers_and_the_hash_of_its_words(room: SimpleNamespace) -> None:
    said = drafted(room).json()
    assert labels(said["clauses"]) == [
        "Điều 1",
        "Điều 2",
        "khoản 1 Điều 1",
        "khoản 2 Điều 1",
        "điểm a khoản 1 Điều 1",
        "điểm b khoản 1 Điều 1",
    ]
    assert labels(said["preamble"]) == ["căn cứ 1", "căn cứ 2"]
    assert said["clauses"][0]["clauses"][0]["clauses"][1]["marker"]["vi"] == "b)"
    version = TextVersion.objects.get()
    assert (version.number, version.hash) == (1, said["text_hash"])


def test_a_clause_keeps_its_id_through_every_change(room: SimpleNamespace) -> None:
    said = drafted(room).json()
    address, (first, last) = f"{API}/{said['id']}", said["clauses"]
    changed = [
        {"text": {"vi": "Thưởng Tết."}},
        CLAUSES[0],  # the very same words, sent without any id
        {"id": last["id"], "text": {"vi": "Giám đốc và các phòng tổ chức thực hiện"}},
    ]
    again = room.secretary.patch(address, {"clauses": changed}, format="json").json()
    assert [one["id"] for one in again["clauses"]][1:] == [first["id"], last["id"]]
    assert again["clauses"][1]["clauses"][0]["id"] == first["clauses"][0]["id"]
    assert [one["number"] for one in room.secretary.get(f"{address}/versions").json()] == [1, 2]
    compared = room.secretary.get(f"{address}/compare").json()
    assert (compared["before"], compared["after"]) == (1, 2)
    (row,) = [row for row in compared["rows"] if row["change"] == "changed" and row["after"]["id"] == last["id"]]
    assert (row["before"]["label"]["vi"], row["after"]["label"]["vi"]) == ("Điều 2", "Điều 3")
    assert {"kind": "added", "text": "và các phòng "} in row["words"]["vi"]
    assert [piece["kind"] for piece in row["words"]["en"]] == ["removed"]
    assert room.secretary.get(f"{address}/compare?before=7").status_code == 400
    wordless = room.secretary.patch(address, {"clauses": [{"id": last["id"]}]}, format="json")
    assert [one["field"] for one in wordless.json()["errors"]] == ["clauses.0.text"]
    assert room.secretary.patch(address, {"clauses": changed[1:]}, format="json").status_code == 200
    assert TextVersion.objects.count() == 3
    assert room.secretary.patch(address, {"title": TITLE}, format="json").status_code == 200
    assert TextVersion.objects.count() == 3, "nothing changed: no version"


@pytest.mark.parametrize(
    ("clauses", "field", "words"),
    [
        ([{"text": {"vi": "Một", "fr": "Un"}}], "clauses.0.text", "Unknown language"),
        ([{"text": {"vi": "Một"}, "clauses": [{"text": {"en": "Only"}}]}], "clauses.0.clauses.0.text", "Vietnamese"),
        ([{"text": {"vi": "Một"}}, {"id": "lạ", "text": {"vi": "Hai"}}], "clauses", "Article 2: no clause has this id"),
        (
            [
                {
                    "text": {"vi": "1"},
                    "clauses": [{"text": {"vi": "2"}, "clauses": [{"text": {"vi": "3"}, "clauses": []}]}],
                }
            ],
            "clauses.0.clauses.0.clauses.0.clauses",
            "no such field",
        ),
        (
            [{"text": {"vi": "1"}, "clauses": [{"text": {"vi": "2"}, "clauses": [{"text": {"vi": "3"}}] * 24}]}],
            "clauses.0.clauses.0.clauses",
            "23",
        ),
    ],
)
def test_a_wrong_clause_is_named(room: SimpleNamespace, clauses: Any, field: str, words: str) -> None:
    room.secretary.credentials(HTTP_ACCEPT_LANGUAGE="en")
    answer = drafted(room, clauses=clauses)
    assert answer.status_code == 400
    ((where, why),) = [(one["field"], one["reason"]) for one in answer.json()["errors"]]
    assert (where, words in why) == (field, True), why


def test_the_text_stands_while_it_is_voted_on(room: SimpleNamespace) -> None:
    address = tabled(room)
    resolution = Resolution.objects.get()
    poll = PollFactory(resolution=resolution)
    seat(poll)
    opened = services.open_poll(poll_id=poll.pk, override_reason="thử")
    said = room.secretary.get(address).json()
    assert (said["state"], said["text_hash"]) == ("voting", opened.text_hash)
    for verb, body in (("withdraw", {}), ("refer", {"to": TITLE, "why": TITLE}), ("agree", {"objections_asked": True})):
        assert room.gavel.post(f"{address}/{verb}", body, format="json").status_code in (403, 409)
    assert room.secretary.patch(address, {"title": {"vi": "Khác"}}, format="json").status_code == 409
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Resolution.objects.filter(pk=resolution.pk).update(title={"vi": "Khác"})
    assert constraint_of(refused.value) == "texts_stand_in_the_vote"
    services.annul(poll_id=poll.pk, reason={"vi": "Sai"})
    assert room.secretary.get(address).json()["state"] == "tabled"
    assert room.secretary.patch(address, {"title": {"vi": "Khác"}}, format="json").json()["reason"] == "tabled"


def seat(poll: Poll) -> None:
    from tests.resolutions.test_polls import voters

    voters(poll, 3)


def test_a_vote_without_a_quorum_leaves_the_text_on_the_table(room: SimpleNamespace) -> None:
    address = tabled(room)
    poll = PollFactory(resolution=Resolution.objects.get())
    seat(poll)
    services.open_poll(poll_id=poll.pk)
    services.seal(poll_id=poll.pk)
    services.count(poll_id=poll.pk)
    Poll.objects.filter(pk=poll.pk).update(verdict={**Poll.objects.get().verdict, "outcome": "no_quorum"})  # type: ignore[dict-item]
    services.declare(poll_id=poll.pk)
    assert room.secretary.get(address).json()["state"] == "tabled"


def test_what_is_referred_says_to_whom_and_why_and_is_decided_no_more(room: SimpleNamespace) -> None:
    address = tabled(room)
    assert room.gavel.post(f"{address}/refer", {"to": {"vi": "Ban Chấp hành"}}, format="json").status_code == 400
    body = {"to": {"vi": "Ban Chấp hành"}, "why": {"vi": "Cần thẩm tra nguồn kinh phí"}}
    said = room.gavel.post(f"{address}/refer", body, format="json").json()
    assert (said["state"], said["moves"], said["referred_to"]) == ("referred", [], body["to"])
    told = [block["text"]["vi"] for block in decisions.blocks(room.conference)]
    assert "Chuyển Ban Chấp hành xem xét. Lý do: Cần thẩm tra nguồn kinh phí." in told
    assert not any("Số phiếu" in line for line in told)


def test_consensus_is_asked_for_by_a_chair_and_told_without_a_count(room: SimpleNamespace) -> None:
    address = tabled(room)
    asked = {"objections_asked": True, "decided_how": {"vi": "Vỗ tay tán thành"}}
    assert room.gavel.post(f"{address}/agree", {"objections_asked": False}, format="json").status_code == 400
    stranger = {**asked, "chaired_by": str(PersonFactory().pk)}
    assert room.gavel.post(f"{address}/agree", stranger, format="json").status_code == 400
    said = room.gavel.post(f"{address}/agree", asked, format="json").json()
    assert (said["state"], said["by_consensus"], said["chair"]) == ("adopted", True, "Nguyễn Phú Quốc")
    told = [block["text"]["vi"] for block in decisions.blocks(room.conference)]
    assert (
        "Chủ trì Nguyễn Phú Quốc đã hỏi, không có ý kiến phản đối; hội nghị thống nhất thông qua, không kiểm đếm."
        in told
    )
    assert "Điều 1. Thông qua kế hoạch năm 2021, gồm:" in told
    assert not any("Số phiếu" in line for line in told)


def sign(room: SimpleNamespace, address: str, **changes: Any) -> Any:
    body = {
        "signer": str(room.chair.pk),
        "signs_for": {"vi": "Đoàn Chủ tịch"},
        "signer_office": {"vi": "Giám đốc"},
        "body": {"vi": "Hội nghị viên chức, người lao động năm 2021"},
        "recipients": [{"vi": "- Như Điều 2;"}, {"vi": "Các phòng, khối"}],
        "kept_by": "TCHC",
        **changes,
    }
    return room.secretary.post(f"{address}/issue", body, format="json")


def test_an_adopted_text_is_issued_under_its_number_in_the_form_of_the_specimen(room: SimpleNamespace) -> None:
    address = tabled(room)
    assert sign(room, address).status_code == 409, "it is not adopted"
    room.gavel.post(f"{address}/agree", {"objections_asked": True}, format="json")
    draft = text_of(room.secretary.get(f"{address}/file").content)
    assert "DỰ THẢO" in draft
    refused = sign(room, address, signs_for={"vi": " "}, signer_office={})
    assert refused.status_code == 400
    issued = sign(room, address)
    assert issued.status_code == 200, issued.json()
    said = issued.json()
    assert (said["state"], said["official_number"]) == ("issued", "01/NQ-KT2")
    pdf = room.secretary.get(f"{address}/file")
    order = [
        "TRUNG TÂM KỸ THUẬT 2",
        "Số: 01/NQ-KT2",
        "NGHỊ QUYẾT",
        "Nghị quyết hội nghị năm 2021",
        "HỘI NGHỊ VIÊN CHỨC, NGƯỜI LAO ĐỘNG NĂM 2021",
        "Căn cứ Luật Tổ chức;",
        "Xét báo cáo tổng kết.",
        "QUYẾT NGHỊ:",
        "Điều 1. Thông qua kế hoạch năm 2021",
        "1. Về con người:",
        "a) đào tạo",
        "Điều 2. Giám đốc tổ chức thực hiện./.",
        "Nơi nhận:",
        "- Như Điều 2;",
        "- Lưu: VT, TCHC.",
    ]
    docx = room.secretary.get(f"{address}/file?format=docx")
    for text in (text_of(pdf.content), "\n".join(one.text for one in written(docx.content))):
        assert "DỰ THẢO" not in text
        places = [text.find(line) for line in order[:12]]
        assert all(place >= 0 for place in places), [line for line in order if line not in text]
        assert places == sorted(places)
        assert text.count("Như Điều 2") == 1, "it is the first of them anyway"
        assert all(line in text for line in [*order[12:], "TM. ĐOÀN CHỦ TỊCH", "GIÁM ĐỐC", "Nguyễn Phú Quốc"])
    kept = DocumentFile.objects.get(document=Promulgation.objects.get().document_id, media_type="application/pdf")
    assert kept.sha256 == hashlib.sha256(pdf.content).hexdigest() == pdf["ETag"].strip('"')
    assert sign(room, address).status_code == 409, "once"


def test_a_decided_text_never_changes_even_in_sql(room: SimpleNamespace) -> None:
    address = tabled(room)
    room.gavel.post(f"{address}/agree", {"objections_asked": True}, format="json")
    sign(room, address)
    row, version, issued = Resolution.objects.get(), TextVersion.objects.get(), Promulgation.objects.get()
    for change in ({"clauses": []}, {"state": "tabled"}, {"state": "adopted"}, {"decided_how": {"vi": "khác"}}):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Resolution.objects.filter(pk=row.pk).update(**change)
        assert constraint_of(refused.value) == "decided_resolutions_stand", change
    for kept in (version, issued):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(kept).objects.filter(pk=kept.pk).update(**{"hash" if kept is version else "text_hash": "0" * 64})
    unnumbered = ResolutionFactory(state="adopted")
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Resolution.objects.filter(pk=unnumbered.pk).update(state="issued")
    assert constraint_of(refused.value) == "issued_resolutions_are_on_file"


@pytest.mark.django_db(transaction=True)
def test_two_issued_at_once_have_two_numbers_and_one_issued_twice_has_one() -> None:
    host = OrganisationFactory(symbol="KT2", place={"vi": "Đà Nẵng"})
    conference, signer = ConferenceFactory(state="running", lead=host), PersonFactory()
    rows = [ResolutionFactory(conference=conference, state="adopted") for _ in range(2)]
    fields: Any = {"signer": signer.pk, "signer_office": {"vi": "Giám đốc"}}
    gate, outcomes = threading.Barrier(4), []

    def one(row: Resolution) -> None:
        gate.wait()
        try:
            services.issue(resolution_id=row.pk, fields=fields)
            outcomes.append("issued")
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(row,)) for row in rows * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["IllegalMove", "IllegalMove", "issued", "issued"]
    assert sorted(OfficialNumber.objects.values_list("number", flat=True)) == [1, 2]
