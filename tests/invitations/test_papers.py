"""Letters about papers, the page where they are handed in, and what the clock and the lift make of it."""

import datetime as dt
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backend.conferences import services
from backend.conferences.models import Conference, Paper, Speaker
from backend.core.clock import now
from backend.documents.models import DocumentFile
from backend.documents.uploads import looked_at
from backend.invitations import paper_links
from backend.invitations import services as letters
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from backend.people.models import Organisation
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, DutyFactory, SpeakerFactory
from tests.factories.papers import PDF, PaperFactory, office_file
from tests.factories.people import OrganisationFactory, PersonFactory, PositionFactory, account_with
from workers.subscriptions import REACTIONS, SUBSCRIPTIONS

pytestmark = pytest.mark.django_db
DUE = dt.datetime(2030, 3, 1, 10, 0, tzinfo=dt.UTC)
REMARKS = {"vi": "Xin bổ sung số liệu <2020>.\nNêu rõ nguồn.", "en": "Please add the figures of <2020>."}


@pytest.fixture
def host() -> Organisation:
    made: Organisation = OrganisationFactory(name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"})
    return made


@pytest.fixture
def speaker(host: Organisation) -> Speaker:
    starts_at = dt.datetime(2031, 1, 14, 6, 30, tzinfo=dt.UTC)
    conference = ConferenceFactory(
        lead=host,
        announced=True,
        day=starts_at.date(),
        starts_at=starts_at,
        title={"vi": "Hội nghị tổng kết năm 2020", "en": "Review of 2020"},
    )
    body = OrganisationFactory(name={"vi": "Tổng cục Đo lường", "en": "Directorate of Metrology"})
    person = PersonFactory(full_name="Hà Minh Hiệp", honorific="ong", email="hiep@plenum.example")
    office = {"vi": "Phó Tổng cục trưởng", "en": "Deputy Director General"}
    PositionFactory(person=person, organisation=body, title=office)
    item = AgendaItemFactory(conference=conference, phase="paper", title={"vi": "Tham luận", "en": "Papers"})
    return services.add_speaker(conference_id=conference.pk, fields={"agenda_item": item, "person": person})


@pytest.fixture
def paper(speaker: Speaker) -> Paper:
    return services.request_paper(speaker_id=speaker.pk, due_at=DUE, title={"vi": "Đo lường trong chuyển đổi số"})


def heard(name: str) -> list[OutgoingMail]:
    """Every reaction hears the last fact of that name, twice: the mails that have come of it."""
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    event = Event.objects.filter(name=name).latest("id")
    for consumer in SUBSCRIPTIONS[name] * 2:
        REACTIONS[consumer](event)
    return list(OutgoingMail.objects.exclude(pk__in=before))


def bodies(mail: OutgoingMail) -> tuple[EmailMessage, str, str]:
    message = message_from_bytes(bytes(mail.raw), policy=policy.default)
    assert isinstance(message, EmailMessage)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return message, text.get_content().replace("\r\n", "\n"), html.get_content()


def handed_in(paper: Paper, content: bytes = PDF, name: str = "a.pdf") -> Paper:
    return services.hand_in(paper_id=paper.pk, upload=looked_at(filename=name, content=content))


def link(paper: Paper) -> str:
    return f"/p/{paper_links.sign(paper.pk, paper.link_round)}"


# To the speaker


def test_the_request_says_who_what_until_when_and_where_to_hand_in(paper: Paper) -> None:
    [mail] = heard("paper.requested")
    message, text, html = bodies(mail)
    assert message["To"].addresses[0].addr_spec == "hiep@plenum.example"
    assert message["From"].addresses[0].display_name == "Trung tâm Kỹ thuật 2"
    assert message["Subject"] == "Đề nghị tham luận: Hội nghị tổng kết năm 2020"
    for said in (
        "Kính gửi: Ông Hà Minh Hiệp, Phó Tổng cục trưởng Tổng cục Đo lường",
        "Ban tổ chức trân trọng đề nghị Ông chuẩn bị tham luận",
        "Hội nghị tổng kết năm 2020",
        "Đo lường trong chuyển đổi số",
        "17 giờ 00, thứ Sáu, ngày 01 tháng 03 năm 2030",
        paper_links.address(paper.pk, 1),
        "không quá 20 MB",
    ):
        assert said in text, said
        assert said in html.replace("<strong>", "").replace("</strong>", ""), said
    assert (mail.purpose, mail.subject_id, mail.sequence, mail.conference_id) == (
        "paper_request",
        paper.pk,
        1,
        paper.conference_id,
    )


def test_letters_speak_the_speakers_language(paper: Paper) -> None:
    person = paper.speaker.person
    assert person is not None
    person.language = "en"
    person.save()
    [mail] = heard("paper.requested")
    message, text, _ = bodies(mail)
    assert message["Subject"] == "Paper requested: Review of 2020"
    assert "To: Mr Hà Minh Hiệp, Deputy Director General" in text
    assert "Due by: Friday, 1 March 2030, 17:00" in text
    assert "Đ" not in text.replace("Đo lường trong chuyển đổi số", "")


def test_every_step_has_its_letter_once(paper: Paper) -> None:
    handed_in(paper)
    services.send_back_paper(paper_id=paper.pk, number=1, remarks=REMARKS)
    [returned] = heard("paper.returned")
    _, text, html = bodies(returned)
    assert "Ban thư ký đã đọc bản 1 và xin đề nghị Ông chỉnh sửa, bổ sung như sau:" in text
    assert REMARKS["vi"] in text
    assert "&lt;2020&gt;.<br>Nêu rõ nguồn." in html
    services.extend_deadline(paper_id=paper.pk, due_at=DUE + dt.timedelta(days=1))
    [extended] = heard("paper.extended")
    assert "đã được gia hạn đến 17 giờ 00, thứ Bảy, ngày 02 tháng 03 năm 2030." in bodies(extended)[1]
    handed_in(paper)
    services.accept_paper(paper_id=paper.pk, number=2)
    [accepted] = heard("paper.accepted")
    message, text, _ = bodies(accepted)
    assert message["Subject"] == "Đã nhận tham luận: Hội nghị tổng kết năm 2020"
    assert "Ban tổ chức đã nhận tham luận của Ông và xin trân trọng cảm ơn." in text
    assert "/p/" not in text


@pytest.mark.parametrize("what", ["withdrawn", "cancelled", "no person", "no address"])
def test_nobody_is_written_to_in_vain(paper: Paper, what: str) -> None:
    if what == "withdrawn":
        services.withdraw_paper(paper_id=paper.pk)
    elif what == "cancelled":
        Conference.objects.filter(pk=paper.conference_id).update(state="cancelled")
    elif what == "no person":
        Speaker.objects.filter(pk=paper.speaker_id).update(person=None)
    elif paper.speaker.person is not None:
        paper.speaker.person.email = ""
        paper.speaker.person.save()
    assert heard("paper.requested") == []


def test_a_letter_that_was_overtaken_is_not_written(paper: Paper) -> None:
    handed_in(paper)
    services.send_back_paper(paper_id=paper.pk, number=1, remarks=REMARKS)
    handed_in(paper)
    assert heard("paper.returned") == []


def reminded_at(monkeypatch: pytest.MonkeyPatch, moment: dt.datetime) -> int:
    monkeypatch.setattr("backend.conferences.services.papers.database_now", lambda: moment)
    return services.remind_of_papers()


def test_reminders_come_once_and_not_after_it_was_handed_in(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reminded_at(monkeypatch, DUE - dt.timedelta(days=7)) == 1
    [mail] = heard("paper.reminded")
    message, text, _ = bodies(mail)
    assert message["Subject"] == "Nhắc nộp tham luận: Hội nghị tổng kết năm 2020"
    assert "ban tổ chức chưa nhận được tham luận của Ông. Thời hạn nộp là 17 giờ 00" in text
    assert reminded_at(monkeypatch, DUE - dt.timedelta(days=3)) == 1
    handed_in(paper)  # between the clock's word and the letter
    assert heard("paper.reminded") == []
    assert reminded_at(monkeypatch, DUE - dt.timedelta(days=1)) == 0


# To the secretary


def test_the_secretary_gets_one_list_of_what_is_missing(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    conference = paper.conference
    secretary = PersonFactory(full_name="Lê Thị Thư", email="thu@plenum.example")
    DutyFactory(conference=conference, kind="secretary", person=secretary)
    bloc = SpeakerFactory(conference=conference, bloc={"vi": "Khối Thử nghiệm"}, office={})
    PaperFactory(speaker=bloc, due_at=DUE)
    done = PaperFactory(speaker=SpeakerFactory(conference=conference, bloc={"vi": "Khối Đo lường"}), due_at=DUE)
    handed_in(done)
    monkeypatch.setattr("backend.invitations.services.papers.database_now", lambda: DUE + dt.timedelta(days=1))
    assert reminded_at(monkeypatch, DUE + dt.timedelta(days=1)) == 2
    mails = []
    for event in Event.objects.filter(name="paper.missed"):
        for consumer in SUBSCRIPTIONS[event.name]:
            REACTIONS[consumer](event)
    mails = list(OutgoingMail.objects.all())
    assert [mail.recipient for mail in mails] == ["thu@plenum.example"]
    message, text, html = bodies(mails[0])
    assert message["Subject"] == "Tham luận chưa nộp: Hội nghị tổng kết năm 2020"
    for said in (text, html):
        assert "Ông Hà Minh Hiệp, Phó Tổng cục trưởng Tổng cục Đo lường" in said
        assert "Khối Thử nghiệm" in said
        assert "Khối Đo lường" not in said
        assert said.count("Chưa có địa chỉ thư điện tử") == 1


@pytest.mark.parametrize("roles", [("secretary", "organiser"), ("organiser",), ()])
def test_without_a_secretary_the_lead_organisation_is_told(
    paper: Paper, host: Organisation, monkeypatch: pytest.MonkeyPatch, roles: tuple[str, ...]
) -> None:
    accounts = [account_with(role, organisation=host) for role in roles]
    monkeypatch.setattr("backend.invitations.services.papers.database_now", lambda: DUE + dt.timedelta(days=1))
    reminded_at(monkeypatch, DUE + dt.timedelta(days=1))
    assert [mail.recipient for mail in heard("paper.missed")] == [account.email for account in accounts[:1]]


# The page


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


def sent(client: Client, paper: Paper, content: bytes = PDF, name: str = "Bản một.pdf") -> Any:
    return client.post(link(paper), {"file": SimpleUploadedFile(name, content)})


def test_opening_the_page_changes_nothing(client: Client, paper: Paper) -> None:
    for _ in range(2):
        page = client.get(link(paper))
        assert page.status_code == 200
    client.head(link(paper))
    said = page.content.decode()
    assert "Kính gửi: Ông Hà Minh Hiệp, Phó Tổng cục trưởng Tổng cục Đo lường" in said
    assert "17 giờ 00, thứ Sáu, ngày 01 tháng 03 năm 2030" in said
    assert 'enctype="multipart/form-data"' in said
    assert "<script" not in said
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert page["Cache-Control"].startswith("max-age=0")
    assert Paper.objects.get().version == paper.version


def test_a_speaker_hands_in_by_the_link_and_sees_it(client: Client, paper: Paper) -> None:
    answer = sent(client, paper)
    assert (answer.status_code, answer["Location"]) == (303, f"{link(paper)}?done=1")
    page = client.get(answer["Location"]).content.decode()
    assert "Đã nhận tham luận. Xin cảm ơn Ông." in page
    assert "Bản một.pdf (1 kB)" in page
    sent(client, paper, office_file(), "Bản hai.docx")
    assert "Đã nhận tham luận" not in client.get(answer["Location"]).content.decode()
    assert Paper.objects.get().state == "handed_in"
    event = Event.objects.filter(name="paper.handed_in").earliest("id")
    assert (event.actor, event.payload["number"]) == (f"speaker:{paper.speaker_id}", 1)


@pytest.mark.parametrize(
    ("content", "name", "status", "said"),
    [
        (b"", "a.pdf", 400, "Tệp rỗng."),
        (b"MZ", "a.exe", 400, "Chỉ nhận tệp pdf, docx hoặc pptx."),
        (b"<html>", "a.pdf", 400, "Nội dung tệp không phải pdf"),
        (PDF + b" " * 3000, "a.pdf", 413, "Tệp lớn hơn 0.00286102 MB."),
    ],
)
def test_a_wrong_file_is_explained_on_the_page(
    client: Client, paper: Paper, settings: Any, content: bytes, name: str, status: int, said: str
) -> None:
    settings.UPLOAD_MAX_BYTES = 3000
    answer = sent(client, paper, content, name)
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert not DocumentFile.objects.exists()


def test_a_form_without_a_file_is_explained(client: Client, paper: Paper) -> None:
    answer = client.post(link(paper), {})
    assert (answer.status_code, "Xin chọn một tệp." in answer.content.decode()) == (400, True)


def test_after_the_deadline_the_page_says_so(client: Client, paper: Paper) -> None:
    Paper.objects.filter(pk=paper.pk).update(due_at=now() - dt.timedelta(seconds=1))
    page = client.get(link(paper))
    assert page.status_code == 200
    assert "Đã hết thời hạn nộp. Xin liên hệ ban tổ chức." in page.content.decode()
    assert "<form" not in page.content.decode()
    refused = sent(client, paper)
    assert (refused.status_code, "Đã hết thời hạn nộp" in refused.content.decode()) == (409, True)
    assert not DocumentFile.objects.exists()


def test_an_accepted_paper_is_shown_and_takes_no_more(client: Client, paper: Paper) -> None:
    handed_in(paper)
    services.accept_paper(paper_id=paper.pk, number=1)
    page = client.get(link(paper)).content.decode()
    assert "Ban tổ chức đã nhận tham luận này" in page
    assert "bản chính thức" in page
    assert "<form" not in page
    refused = sent(client, paper)
    assert (refused.status_code, "hand_in" in refused.content.decode()) == (409, False)
    assert "Tham luận đã được nhận, không nộp thêm được nữa." in refused.content.decode()


def test_links_that_open_nothing(client: Client, paper: Paper) -> None:
    assert client.get(f"/p/{paper_links.sign(uuid4(), 1)}").status_code == 404
    assert client.get("/p/abc").status_code == 404
    assert client.get(f"/p/{paper_links.sign(paper.pk, 7)}").status_code == 410
    Conference.objects.filter(pk=paper.conference_id).update(state="cancelled")
    assert (client.get(link(paper)).status_code, sent(client, paper).status_code) == (410, 410)
    Conference.objects.filter(pk=paper.conference_id).update(state="announced")
    services.withdraw_paper(paper_id=paper.pk)
    withdrawn = client.get(link(paper))
    assert (withdrawn.status_code, "không còn đề nghị tham luận này" in withdrawn.content.decode()) == (410, True)
    services.request_paper(speaker_id=paper.speaker_id)
    assert client.get(link(paper)).status_code == 410


def test_the_page_speaks_english_to_who_reads_it(client: Client, paper: Paper) -> None:
    person = paper.speaker.person
    assert person is not None
    person.language = "en"
    person.save()
    page = client.get(link(paper))
    assert (page["Content-Language"], "Hand in the paper" in page.content.decode()) == ("en", True)
    assert "The file is empty." in sent(client, paper, b"").content.decode()


def test_a_link_to_a_paper_opens_no_invitation(client: Client, paper: Paper) -> None:
    assert client.get(f"/r/{paper_links.sign(paper.pk, 1)}").status_code == 404


def test_reactions_are_what_the_services_offer() -> None:
    papers = {name for name in SUBSCRIPTIONS if name.startswith("paper.")}
    assert papers == {
        f"paper.{verb}" for verb in ("requested", "extended", "reminded", "returned", "accepted", "missed")
    }
    assert letters.mail_missing_papers(conference_id=ConferenceFactory().pk, due=0) == 0
