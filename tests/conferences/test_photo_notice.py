"""People are told that pictures and recordings are made: in letters, on the reply page, at the door."""

import subprocess
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from backend.conferences import services
from backend.conferences.models import PhotoNotice, PhotoNoticeShown
from backend.conferences.queries.notices import STANDARD, photo_notice
from backend.invitations import links
from backend.privacy.models import ConsentDecision
from backend.privacy.queries import consented
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import PersonFactory
from tests.guards import assert_refused_by, assert_written_without
from tests.invitations.test_letters import invited, issue, mails, part

pytestmark = pytest.mark.django_db
OWN = {"vi": "Có quay phim trực tiếp.", "en": "This is broadcast live."}


def shown() -> dict[str, str]:
    """What the last invitation said, by part."""
    mail = mails("invitation")[-1]
    return {kind: part(mail, kind).get_content() for kind in ("text/plain", "text/html")}


def test_the_standard_notice_becomes_the_first_version_when_it_is_first_shown() -> None:
    conference, people = ConferenceFactory(), PersonFactory.create_batch(2)
    assert photo_notice(conference.pk).text == STANDARD
    assert not PhotoNotice.objects.exists()

    for _ in range(2):
        services.show_photo_notice(
            conference_id=conference.pk, people=[one.pk for one in people], place="door", language="vi"
        )

    assert PhotoNotice.objects.get().version == 1
    assert PhotoNoticeShown.objects.count() == 2, "each person once at each place"


def test_a_letter_says_what_holds_and_it_is_kept_which_version_it_was() -> None:
    first = invited()
    issue(first)
    assert all("Luật Bảo vệ dữ liệu cá nhân" in said for said in shown().values())
    assert all("/c/" in said for said in shown().values())

    services.set_photo_notice(conference_id=first.conference_id, recorded=True, text=OWN)
    second = InvitationFactory(list=first.list)
    issue(second)
    assert all(OWN["vi"] in said for said in shown().values())
    services.set_photo_notice(conference_id=first.conference_id, recorded=False)
    third = InvitationFactory(list=first.list)
    issue(third)
    assert all("91/2025" not in said and OWN["vi"] not in said for said in shown().values())

    rows = PhotoNoticeShown.objects.order_by("id").values_list("person", "notice__version", "place", "language")
    assert list(rows) == [(first.person_id, 1, "letter", "vi"), (second.person_id, 2, "letter", "vi")]


def test_the_reply_page_tells_and_asks_with_empty_boxes() -> None:
    row = InvitationFactory(sent=True)
    address, http = f"/r/{links.sign(row.id, row.link_round)}", Client()

    page = http.get(address).content.decode()
    assert "91/2025" in page
    assert page.count('type="checkbox"') == 3
    assert "checked" not in page
    assert not PhotoNoticeShown.objects.exists(), "to look records nothing"

    http.post(address, {"answer": "accepted"})
    assert not ConsentDecision.objects.exists(), "silence is no consent"
    assert PhotoNoticeShown.objects.get().place == "page"

    refused = http.post(address, {"answer": "", "consent": "directory:1"})
    assert 'value="directory:1" checked' in refused.content.decode(), "what they ticked themselves stays"
    assert not ConsentDecision.objects.exists()
    other_words = http.post(address, {"answer": "accepted", "consent": "directory:7"})
    assert (other_words.status_code, "Chưa ghi nhận sự đồng ý" in other_words.content.decode()) == (200, True)
    assert not ConsentDecision.objects.exists()

    for unclear in ("directory", "x:y"):
        refused = http.post(address, {"answer": "accepted", "consent": ["directory:1", unclear]})
        assert (refused.status_code, "Không rõ đồng ý" in refused.content.decode()) == (400, True)
    assert not ConsentDecision.objects.exists()

    page = http.post(address, {"answer": "accepted", "consent": ["directory:1"]}).content.decode()
    decision = ConsentDecision.objects.get()
    assert (decision.via, decision.recorded_by) == ("reply", f"invitee:{row.id}")
    assert consented(row.person_id, "directory")
    assert page.count('type="checkbox"') == 2, "what is given is not asked again"
    http.post(address, {"answer": "declined"})
    assert consented(row.person_id, "directory"), "and is not withdrawn by silence either"


def test_the_reply_api_asks_and_takes_alike() -> None:
    row = InvitationFactory(sent=True)
    address, http = f"/api/v1/replies/{links.sign(row.id, row.link_round)}", Client()
    said = http.get(address).json()
    assert said["photo_notice"] == STANDARD
    assert [each["purpose"] for each in said["asked"]] == ["portrait", "mailing-list", "directory"]

    body = {"answer": "accepted", "consents": [{"purpose": "portrait", "wording": 1}]}
    answer = http.post(address, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert [each["purpose"] for each in answer.json()["asked"]] == ["mailing-list", "directory"]


@pytest.mark.parametrize("text", [STANDARD, dict.fromkeys(("vi", "en"), "Ghi hình. " * 190)], ids=["standard", "long"])
def test_the_sheet_for_the_door_is_one_page(text: dict[str, str], tmp_path: Path) -> None:
    from backend.conferences.printing.notice import print_notice

    conference = ConferenceFactory(title={"vi": "Hội nghị tổng kết " * 6, "en": "Review conference " * 6})
    notice = services.set_photo_notice(conference_id=conference.pk, recorded=True, text=text)
    sheet = tmp_path / "notice.pdf"
    sheet.write_bytes(print_notice(conference, notice, language="both"))
    told = subprocess.run(["pdfinfo", str(sheet)], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1" in told


def test_what_was_told_is_never_changed() -> None:
    person, conference = PersonFactory(), ConferenceFactory()
    services.show_photo_notice(conference_id=conference.pk, people=[person.pk], place="door", language="vi")
    for table in ("conferences_photonotice", "conferences_photonoticeshown"):
        change = f"UPDATE {table} SET id = id"
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
        with connection.cursor() as cursor:  # the negative control
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; DROP TRIGGER {table}_append_only ON {table}")
            cursor.execute(change)
    guard = "a_photo_notice_tells_what_is_recorded"

    def silent() -> None:
        PhotoNotice.objects.create(conference=conference, version=9, recorded=True, text={})

    assert_refused_by(guard, silent)
    assert_written_without(guard, silent)
