"""Minutes go to everybody who took part: a restricted item is a line in them, and no more."""

import io
import zipfile
from typing import Any

import pytest
from pypdf import PdfReader

from backend.conferences.models import AgendaItem, Conference
from backend.core.errors import Conflict
from backend.documents.models import DocumentFile
from backend.minutes import services
from backend.minutes.models import Minutes
from backend.resolutions.models import Resolution
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, DutyFactory, SpeechFactory
from tests.factories.minutes import ConclusionFactory, FindingFactory, ProposalFactory, review
from tests.factories.people import AccountFactory, OrganisationFactory, account_with
from tests.minutes.conftest import client_of

pytestmark = pytest.mark.django_db
LINE = "Một nội dung hạn chế được ghi biên bản riêng."
SECRET = {"vi": "Nhânsự"}


def closed_item(conference: Conference, **fields: Any) -> AgendaItem:
    """A restricted item with everything minutes are drawn from."""
    item: AgendaItem = AgendaItemFactory(
        conference=conference, **{"title": SECRET, "confidentiality": "restricted", **fields}
    )
    here: dict[str, Any] = {"conference": conference, "agenda_item": item}
    for _ in range(2):
        speech = SpeechFactory(**here, speaker=SECRET, gist=SECRET, points=[SECRET], quotes=[{"text": SECRET}])
        for factory in (FindingFactory, ProposalFactory, ConclusionFactory):
            factory(conference=conference, speech=speech, text=SECRET)
    DutyFactory(**here, kind="panel", office={}, group=SECRET)
    Resolution.objects.create(
        **here, title=SECRET, clauses=[{"id": "mat", "text": SECRET}], state="adopted", decided_how=SECRET
    )
    return item


def texts(minutes: Minutes) -> list[str]:
    return [block["text"].get("vi", "") for block in minutes.content]


def printed(minutes: Minutes) -> str:
    """All that can be read in the last files of the minutes."""
    said = ""
    for file in DocumentFile.objects.filter(document=minutes.document_id).order_by("-number")[:2]:
        content = bytes(file.content)
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                said += packed.read("word/document.xml").decode()
        else:
            said += "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return said


def test_a_restricted_item_is_a_line_in_each_part_of_the_minutes() -> None:
    conference = review()
    session = AgendaItemFactory(conference=conference, kind="session", title=SECRET, confidentiality="restricted")
    closed_item(conference, parent=session, confidentiality="")
    public, internal = ({"vi": word} for word in ("Côngkhai", "Nộibộ"))
    for title, level in ((public, ""), (internal, "internal")):
        AgendaItemFactory(conference=conference, title=title, confidentiality=level)

    minutes = services.draft(conference_id=conference.pk)

    assert texts(minutes).count(LINE) == 3  # agenda, proceedings, decisions
    assert not any(SECRET["vi"] in text for text in texts(minutes))
    said = printed(minutes)
    assert "hạn chế được ghi biên bản riêng" in said.replace("\n", " ")
    assert SECRET["vi"] not in said
    assert all(title["vi"] in said for title in (public, internal))
    assert not minutes.document.public


def test_what_is_closed_after_the_draft_is_gone_at_once_and_approval_needs_a_new_draft(room: Any) -> None:
    item = closed_item(room.conference, confidentiality="")
    minutes = services.draft(conference_id=room.conference.pk)
    path = f"/api/v1/minutes/{minutes.pk}"
    edited = next(block["id"] for block in minutes.content if block["kind"] == "finding" and SECRET["vi"] in str(block))
    services.edit(minutes_id=minutes.pk, texts={edited: {"vi": "Sửatay"}}, added=[], removed=[])
    assert SECRET["vi"] in room.organiser.get(path).content.decode()

    AgendaItem.objects.filter(pk=item.pk).update(confidentiality="restricted")

    shown = room.organiser.get(path).content.decode()
    assert SECRET["vi"] not in shown
    assert "Sửatay" not in shown
    assert SECRET["vi"] not in "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(room.organiser.get(f"{path}/preview").content)).pages
    )
    services.submit(minutes_id=minutes.pk)
    with pytest.raises(Conflict):
        services.approve(minutes_id=minutes.pk, account_id=AccountFactory().pk)
    services.send_back(minutes_id=minutes.pk)
    drawn, _ = services.regenerate(minutes_id=minutes.pk)
    assert not any(word in text for text in texts(drawn) for word in (SECRET["vi"], "Sửatay"))
    line = next(block for block in drawn.content if block["kind"] == "withheld")
    refused = room.organiser.patch(path, {"blocks": [{"id": line["id"], "text": SECRET}]}, headers={"If-Match": "*"})
    assert refused.status_code == 400
    services.submit(minutes_id=minutes.pk)
    services.approve(minutes_id=minutes.pk, account_id=AccountFactory().pk)


def test_minutes_of_a_restricted_conference_are_its_leads_and_of_who_took_part() -> None:
    partner = OrganisationFactory()
    conference = ConferenceFactory(state="closed", confidentiality="restricted", co=[partner])
    path = f"/api/v1/minutes/{services.draft(conference_id=conference.pk).pk}"
    client = client_of(account_with("organiser", organisation=partner))
    assert client.get(path).status_code == 404
    Conference.objects.filter(pk=conference.pk).update(confidentiality="internal")
    assert client.get(path).status_code == 200
