"""What people are told when something changes: each of them once, and only what is new for them."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from backend.conferences import services as conferences
from backend.conferences.models import AgendaItem, Conference, Paper, Site
from backend.core.errors import Conflict
from backend.invitations import services
from backend.invitations.models import FailedLetter, Invitation
from backend.invitations.services import news
from backend.invitations.services.chunks import CHUNK
from backend.mail.models import OutgoingMail
from backend.outbox.models import Delivery, Event
from backend.people.models import Person
from backend.registration import services as registration
from tests import lift
from tests.factories.conferences import (
    AgendaItemFactory,
    AgendaRoomFactory,
    ConferenceFactory,
    DutyFactory,
    RoomFactory,
    SiteFactory,
    SpeakerFactory,
    VenueFactory,
)
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import OrganisationFactory, PersonFactory
from tests.factories.registration import RegistrationFactory
from tests.guards import assert_refused_by, assert_written_without
from tests.threads import in_threads
from workers.reactions import invitations as reactions

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2021, 1, 14, 5, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
QUARTER = dt.timedelta(minutes=15)


@pytest.fixture(autouse=True)
def ten_minutes(settings: Any) -> None:
    settings.NEWS_WINDOW = 600


# The house


def held(*sites: str, **fields: Any) -> Conference:
    """An announced conference at noon, in a house of each of these names."""
    lead = OrganisationFactory(name={"vi": "Trung tâm Kỹ thuật 2", "en": "Technical Centre 2"})
    conference = ConferenceFactory(
        lead=lead, starts_at=NOON, ends_at=NOON + 4 * HOUR, day_part="", title={"vi": "Hội nghị tổng kết"}, **fields
    )
    for name in sites:
        venue = VenueFactory(name={"vi": name}, address={})
        SiteFactory(conference=conference, venue=venue, room=None)
    return conferences.announce(conference_id=conference.pk)


def invited(conference: Conference, site: Site | None = None, **fields: Any) -> Person:
    """Somebody whose invitation went out."""
    person: Person = fields.pop("person", None) or PersonFactory()
    invitations = InvitationListFactory(conference=conference, site=site)
    InvitationFactory(list=invitations, person=person, **fields)
    services.send_list(list_id=invitations.pk)
    lift.run()
    lift.post()
    return person


def answered(person: Person, answer: str) -> None:
    services.reply(invitation_id=Invitation.objects.get(person=person).pk, answer=answer)


def move(conference: Conference, hours: int = 1) -> Conference:
    starts = NOON + hours * HOUR
    return conferences.edit(conference_id=conference.pk, fields={"starts_at": starts, "ends_at": starts + 4 * HOUR})


def close_window() -> None:
    """The ten minutes pass, and everything that follows from it is done."""
    Conference.objects.filter(news_due_at__isnull=False).update(news_due_at=NOON)
    conferences.tell_due_news()
    lift.run()


def letters(person: Person, purpose: str = "news") -> list[EmailMessage]:
    rows = OutgoingMail.objects.filter(purpose=purpose, recipient=person.email).order_by("id")
    return [message_from_bytes(bytes(row.raw), policy=policy.default) for row in rows]  # type: ignore[misc]


def text(letter: EmailMessage) -> str:
    found = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    return str(found.get_content())  # type: ignore[attr-defined]


def entry(letter: EmailMessage) -> tuple[str, int, dt.datetime] | None:
    """Method, sequence and start of the calendar entry in the letter."""
    for part in letter.walk():
        if part.get_content_type() == "text/calendar":
            calendar: Any = Calendar.from_ical(part.get_payload(decode=True))
            [event] = calendar.events
            assert part.get_param("method") == calendar["method"]
            return str(calendar["method"]), int(event["sequence"]), event["dtstart"].dt.astimezone(dt.UTC)
    return None


def item(conference: Conference, title: str, quarters: int = 0, **fields: Any) -> AgendaItem:
    start = NOON + quarters * QUARTER
    made: AgendaItem = AgendaItemFactory(
        conference=conference, title={"vi": title}, starts_at=start, ends_at=start + QUARTER, **fields
    )
    return made


def shift(row: AgendaItem, quarters: int) -> None:
    by = quarters * QUARTER
    AgendaItem.objects.filter(pk=row.pk).update(starts_at=row.starts_at + by, ends_at=row.ends_at + by)


def release(conference: Conference) -> None:
    conferences.release(conference_id=conference.pk)


@contextmanager
def known_programme(conference: Conference) -> Iterator[None]:
    """What is written within the block everybody knows already."""
    yield
    release(conference)
    close_window()
    OutgoingMail.objects.filter(purpose="news").delete()


# Time and place


def test_a_session_moved_twice_within_a_minute_is_one_mail() -> None:
    conference = held()
    person = invited(conference)
    move(conference, 1)
    move(conference, 2)
    lift.run()
    assert letters(person) == []
    close_window()

    [letter] = letters(person)
    assert letter["subject"] == "Thay đổi: Hội nghị tổng kết"
    assert entry(letter) == ("REQUEST", 2, NOON + 2 * HOUR)
    assert "Thời gian: 14 giờ 00 đến 18 giờ 00, thứ Năm, ngày 14 tháng 01 năm 2021" in text(letter)
    assert "(trước đây: 12 giờ 00 đến 16 giờ 00, thứ Năm, ngày 14 tháng 01 năm 2021" in text(letter)
    close_window()
    assert len(letters(person)) == 1


def test_three_moves_over_two_windows_are_two_mails() -> None:
    conference = held()
    person = invited(conference)
    move(conference, 1)
    close_window()
    move(conference, 2)
    move(conference, 3)
    close_window()
    assert [entry(letter) for letter in letters(person)] == [
        ("REQUEST", 1, NOON + HOUR),
        ("REQUEST", 3, NOON + 3 * HOUR),
    ]


def test_moved_and_moved_back_concerns_only_who_was_told_in_between() -> None:
    conference = held()
    before = invited(conference)
    move(conference, 1)
    between = invited(conference)
    move(conference, 0)
    close_window()

    assert letters(before) == []
    assert [entry(letter) for letter in letters(between, "invitation")] == [("REQUEST", 1, NOON + HOUR)]
    assert [entry(letter) for letter in letters(between)] == [("REQUEST", 2, NOON)]

    move(conference, 5)
    close_window()
    for person in (before, between):
        assert entry(letters(person)[-1]) == ("REQUEST", 3, NOON + 5 * HOUR)
    assert "(trước đây: 12 giờ 00" in text(letters(before)[0])


def test_a_place_concerns_those_of_that_site_and_those_of_the_whole() -> None:
    conference = held("Nhà văn hoá Thanh Khê", "Nhà văn hoá Sơn Trà")
    here, there = conference.sites.order_by("order")
    of_one, of_other, of_all = invited(conference, here), invited(conference, there), invited(conference)
    conferences.edit_site(
        site_id=here.pk, fields={"venue": VenueFactory(name={"vi": "Trung tâm Hội nghị"}, address={})}
    )
    close_window()

    assert letters(of_other) == []
    for person in (of_one, of_all):
        [letter] = letters(person)
        assert entry(letter) == ("REQUEST", 1, NOON)
        assert "Trung tâm Hội nghị" in text(letter)
        assert "(trước đây: Nhà văn hoá Thanh Khê" in text(letter)

    move(conference, 1)
    close_window()
    assert entry(letters(of_other)[0]) == ("REQUEST", 2, NOON + HOUR)


def test_a_time_that_is_exact_no_more_leaves_the_calendar_and_comes_back() -> None:
    conference = held()
    person = invited(conference)
    conferences.edit(conference_id=conference.pk, fields={"starts_at": None, "ends_at": None, "day_part": "afternoon"})
    close_window()
    move(conference, 2)
    close_window()
    first, second = letters(person)
    assert entry(first) == ("CANCEL", 1, NOON)
    assert "Chiều thứ Năm, ngày 14 tháng 01 năm 2021" in text(first)
    assert "được gỡ khỏi lịch cá nhân" in text(first)
    assert entry(second) == ("REQUEST", 2, NOON + 2 * HOUR)


def test_who_comes_without_an_invitation_hears_too_and_in_their_own_language() -> None:
    conference = held()
    person = PersonFactory(language="en")
    RegistrationFactory(conference=conference, person=person)
    move(conference, 1)
    close_window()
    [letter] = letters(person)
    assert letter["subject"].startswith("Changed: ")
    assert entry(letter) is None
    assert "Time: Thursday, 14 January 2021, 13:00 to 17:00" in text(letter)
    assert "(before: Thursday, 14 January 2021, 12:00 to 16:00" in text(letter)
    assert "/r/" not in text(letter)


def test_a_confirmation_repeats_what_the_person_was_told() -> None:
    conference = held()
    person = invited(conference)
    move(conference, 1)
    answered(person, "accepted")
    lift.run()
    [confirmation] = letters(person, "registration")
    assert "12 giờ 00" in text(confirmation)
    close_window()
    assert [entry(letter) for letter in letters(person)] == [("REQUEST", 1, NOON + HOUR)]


def test_without_an_address_nobody_is_written_to_and_somebody_can_see_it() -> None:
    conference = held()
    reached, unreachable = invited(conference), invited(conference)
    Invitation.objects.filter(person=unreachable).update(email="")
    Person.objects.filter(pk=unreachable.pk).update(email="")
    move(conference, 1)
    close_window()
    told = Event.objects.get(name="news.addressed").payload
    assert (told["people"], told["unreachable"]) == ([str(reached.pk)], [str(unreachable.pk)])
    assert OutgoingMail.objects.filter(purpose="news").count() == 1


# Who has a part


def partakers(conference: Conference) -> dict[str, Person]:
    """Somebody with each kind of part, none of them invited."""
    row = item(conference, "Tham luận")
    people = {kind: PersonFactory() for kind in ("speaker", "chair", "panel", "secretary", "teller", "guest")}
    SpeakerFactory(conference=conference, agenda_item=row, person=people["speaker"])
    for kind in ("chair", "secretary", "teller", "guest"):
        DutyFactory(conference=conference, kind=kind, person=people[kind], office={})
    DutyFactory(conference=conference, agenda_item=row, kind="panel", person=people["panel"], office={})
    DutyFactory(conference=conference, kind="chair", person=None, office={"vi": "Lãnh đạo Uỷ ban"})
    return people


def test_everybody_with_a_part_hears_of_a_move_once_invited_or_not() -> None:
    conference = held()
    people = partakers(conference)
    guest = people.pop("guest")
    invited(conference, person=people["secretary"])
    DutyFactory(conference=conference, kind="panel", person=people["chair"], office={})
    RegistrationFactory(conference=conference, person=people["teller"])
    move(conference, 1)
    move(conference, 2)
    close_window()
    assert letters(guest) == [], "guests hear when they are invited"
    for kind, person in people.items():
        [letter] = letters(person)
        assert letter["subject"] == "Thay đổi: Hội nghị tổng kết"
        assert "Thời gian: 14 giờ 00 đến 18 giờ 00" in text(letter)
        assert "(trước đây: 12 giờ 00 đến 16 giờ 00" in text(letter)
        assert "lịch cá nhân" in text(letter)
        assert entry(letter) == (("REQUEST", 2, NOON + 2 * HOUR) if kind == "secretary" else None)


def test_who_was_told_of_a_part_hears_even_when_it_was_taken_away_and_nobody_was_told_yet() -> None:
    conference = held()
    person = PersonFactory()
    with known_programme(conference):
        speaker = SpeakerFactory(conference=conference, agenda_item=item(conference, "Tham luận"), person=person)
    speaker.delete()
    move(conference, 1)
    close_window()
    [letter] = letters(person)
    assert "Thời gian: 13 giờ 00" in text(letter)


def test_whoever_speaks_in_anothers_place_reads_when_and_where() -> None:
    conference = held("Nhà Văn hoá")
    old, new = PersonFactory(), PersonFactory()
    with known_programme(conference):
        row = item(conference, "Tham luận", 2)
        speaker = SpeakerFactory(conference=conference, agenda_item=row, person=old)
    speaker.delete()
    SpeakerFactory(conference=conference, agenda_item=row, person=new)
    release(conference)
    close_window()
    [letter] = letters(new)
    own = next(line for line in text(letter).splitlines() if line.startswith("- "))
    assert all(each in own for each in ("“Tham luận”", "12 giờ 30")), text(letter)
    assert "Địa điểm: Nhà Văn hoá" in text(letter)
    [other] = letters(old)
    assert "Địa điểm" not in text(other)


def test_a_draft_that_moves_is_told_to_nobody() -> None:
    conference = ConferenceFactory(starts_at=NOON, ends_at=NOON + 4 * HOUR, day_part="")
    people = partakers(conference)
    move(conference, 1)
    close_window()
    assert [letters(person) for person in people.values()] == [[]] * len(people)


def test_chairs_and_secretaries_of_the_whole_hear_of_restricted_items_too() -> None:
    conference = held()
    chair, secretary, panel = invited(conference), PersonFactory(), invited(conference)
    DutyFactory(conference=conference, kind="chair", person=chair, office={})
    DutyFactory(conference=conference, kind="secretary", person=secretary, office={})
    with known_programme(conference):
        row = item(conference, "Nhân sự", confidentiality="restricted")
        other = item(conference, "Báo cáo", 8)
        DutyFactory(conference=conference, agenda_item=other, kind="panel", person=panel, office={})
    shift(row, 1)
    shift(other, 1)
    release(conference)
    close_window()
    for person in (chair, secretary):
        [letter] = letters(person)
        assert "“Nhân sự” dời từ 12 giờ 00 sang 12 giờ 15." in text(letter)
    [letter] = letters(panel)
    assert "Nhân sự" not in text(letter)
    assert "“Báo cáo” dời" in text(letter)


# The programme


def test_a_new_text_is_told_to_its_speakers_and_chairs_without_a_calendar() -> None:
    conference = held()
    speaker, chair, listener = invited(conference), invited(conference), invited(conference)
    with known_programme(conference):
        row = item(conference, "Chuyển đổi số")
        SpeakerFactory(conference=conference, agenda_item=row, person=speaker)
        DutyFactory(conference=conference, agenda_item=row, kind="panel", person=chair, office={})
    AgendaItem.objects.filter(pk=row.pk).update(title={"vi": "Chuyển đổi số ngành đo lường"})
    release(conference)
    close_window()

    assert letters(listener) == []
    for person in (speaker, chair):
        [letter] = letters(person)
        assert letter["subject"] == "Chương trình thay đổi: Hội nghị tổng kết"
        assert entry(letter) is None
        assert "“Chuyển đổi số” đổi tên thành “Chuyển đổi số ngành đo lường”." in text(letter)
    assert Conference.objects.get(pk=conference.pk).sequence == 0


def test_a_new_time_is_told_to_whoever_comes_and_once_to_who_speaks() -> None:
    conference = held()
    speaker, listener = invited(conference), invited(conference)
    declined, decided = invited(conference), invited(conference)
    answered(declined, "declined")
    answered(decided, "accepted")
    with known_programme(conference):
        first, second = item(conference, "Báo cáo"), item(conference, "Tham luận", 2)
        SpeakerFactory(conference=conference, agenda_item=second, person=speaker)
    shift(first, 1)
    shift(second, 3)
    release(conference)
    close_window()

    assert letters(declined) == []
    for person in (listener, decided):
        [letter] = letters(person)
        assert "Thay đổi của chương trình:" in text(letter)
        assert "“Báo cáo” dời từ 12 giờ 00 sang 12 giờ 15." in text(letter)
        assert "“Tham luận” dời từ 12 giờ 30 sang 13 giờ 15." in text(letter)
    [letter] = letters(speaker)
    own, rest = text(letter).split("Các thay đổi khác của chương trình:")
    assert "Những phần Ông/Bà tham gia:\n- “Tham luận” dời" in own.replace("\r\n", "\n")
    assert "Tham luận" not in rest
    assert "“Báo cáo” dời" in rest


def test_who_was_taken_off_the_programme_hears_of_it_and_so_does_who_was_never_invited() -> None:
    conference = held()
    gone, new = PersonFactory(full_name="Lê Văn Cũ"), PersonFactory(full_name="Trần Thị Mới")
    with known_programme(conference):
        row = item(conference, "Tham luận")
        speaker = SpeakerFactory(conference=conference, agenda_item=row, person=gone)
    speaker.delete()
    SpeakerFactory(conference=conference, agenda_item=row, person=new)
    release(conference)
    close_window()
    for person in (gone, new):
        [letter] = letters(person)
        assert "Trần Thị Mới" in text(letter)
        assert "Lê Văn Cũ" in text(letter)


def test_the_first_release_is_news_to_those_who_are_on_it_alone() -> None:
    conference = held()
    speaker, listener = invited(conference), invited(conference)
    SpeakerFactory(conference=conference, agenda_item=item(conference, "Tham luận"), person=speaker)
    item(conference, "Báo cáo")
    release(conference)
    close_window()
    assert letters(listener) == []
    [letter] = letters(speaker)
    assert "Tham luận" in text(letter)
    assert "Báo cáo" not in text(letter)


def test_a_first_programme_says_where_to_who_was_never_invited() -> None:
    conference = held("Nhà A")
    speaker = PersonFactory()
    SpeakerFactory(conference=conference, agenda_item=item(conference, "Tham luận"), person=speaker)
    release(conference)
    close_window()
    said = text(letters(speaker)[0])
    assert "Địa điểm: Nhà A" in said
    assert "Đơn vị tổ chức: Trung tâm Kỹ thuật 2" in said


@pytest.mark.parametrize(
    ("honorific", "language", "subject", "intro", "line"),
    [
        (
            "ong",
            "vi",
            "Chương trình: ",
            "trong đó có phần tham gia của Ông.",
            "- “Tham luận”, từ 12 giờ 15 đến 12 giờ 30",
        ),
        (
            "ba",
            "vi",
            "Chương trình: ",
            "trong đó có phần tham gia của Bà.",
            "- “Tham luận”, từ 12 giờ 15 đến 12 giờ 30",
        ),
        ("", "vi", "Chương trình: ", "có phần tham gia của Ông/Bà.", "- “Tham luận”, từ 12 giờ 15 đến 12 giờ 30"),
        ("ong", "en", "Programme: ", "and your part in it.", "- “Tham luận”, from 12:15 to 12:30."),
    ],
)
def test_a_first_programme_is_no_change_and_addresses_people_as_the_greeting_does(
    honorific: str, language: str, subject: str, intro: str, line: str
) -> None:
    conference = held()
    speaker = PersonFactory(honorific=honorific, language=language)
    SpeakerFactory(conference=conference, agenda_item=item(conference, "Tham luận", 1), person=speaker)
    release(conference)
    close_window()
    [letter] = letters(speaker)
    said = text(letter).replace("\r\n", "\n")
    assert letter["subject"].startswith(subject)
    assert intro in said
    assert line in said
    assert "Thêm" not in said
    assert "added" not in said
    if honorific:
        assert "Ông/Bà" not in said


def test_ones_own_part_is_not_counted_again_among_the_others_that_shift_alike() -> None:
    conference = held()
    speaker, listener = invited(conference), invited(conference)
    with known_programme(conference):
        rows = [item(conference, f"Mục {number}", number) for number in range(5)]
        SpeakerFactory(conference=conference, agenda_item=rows[2], person=speaker)
    for row in rows:
        shift(row, 4)
    release(conference)
    close_window()
    [letter] = letters(listener)
    assert "5 mục, từ “Mục 0” đến “Mục 4”" in text(letter)
    [letter] = letters(speaker)
    own, rest = text(letter).split("Các thay đổi khác của chương trình:")
    assert "“Mục 2” dời" in own
    assert "4 mục, từ “Mục 0” đến “Mục 4”" in rest


def test_what_befell_a_session_is_told_to_its_chair_once() -> None:
    conference = held()
    chair = invited(conference)
    with known_programme(conference):
        session = item(conference, "Phiên 1", kind="session")
        for number in range(2):
            item(conference, f"Mục {number}", number, parent=session)
        DutyFactory(conference=conference, agenda_item=session, kind="panel", person=chair, office={})
    AgendaItem.objects.filter(pk=session.pk).update(state="cancelled", reason={"vi": "Bão"})
    release(conference)
    close_window()
    [letter] = letters(chair)
    assert "“Phiên 1”" in text(letter)
    assert "Mục 0" not in text(letter)


def test_a_restricted_item_is_told_to_nobody_who_merely_comes() -> None:
    conference = held()
    speaker, listener = invited(conference), invited(conference)
    with known_programme(conference):
        session = item(conference, "Phiên kín", kind="session", confidentiality="restricted")
        inside = item(conference, "Nhân sự", parent=session)
        SpeakerFactory(conference=conference, agenda_item=inside, person=speaker)
    shift(session, 1)
    shift(inside, 1)
    release(conference)
    close_window()
    assert letters(listener) == []
    [letter] = letters(speaker)
    assert "“Nhân sự” dời" in text(letter)
    assert "Phiên kín" not in text(letter)


def test_rooms_of_another_site_are_no_news() -> None:
    conference = held("Nhà A", "Nhà B")
    here, there = conference.sites.order_by("order")
    of_here, of_there, of_all = invited(conference, here), invited(conference, there), invited(conference)
    with known_programme(conference):
        row = item(conference, "Thảo luận tổ")
        room = RoomFactory(venue=here.venue, name={"vi": "Phòng 1"})
        taken = AgendaRoomFactory(conference=conference, agenda_item=row, site=here, room=room)
    taken.room = RoomFactory(venue=here.venue, name={"vi": "Phòng 2"})
    taken.save()
    release(conference)
    close_window()
    assert letters(of_there) == []
    for person in (of_here, of_all):
        [letter] = letters(person)
        assert "Phòng 1" in text(letter)
        assert "Phòng 2" in text(letter)


def test_one_person_with_three_roles_gets_one_letter_with_everything() -> None:
    """open-event-server#6731, #4174: one person with several roles got several mails."""
    conference = held()
    person = invited(conference)
    answered(person, "accepted")
    lift.run()
    with known_programme(conference):
        row = item(conference, "Tham luận", 4)
        SpeakerFactory(conference=conference, agenda_item=row, person=person)
        DutyFactory(conference=conference, agenda_item=row, kind="panel", person=person, office={})
    row.refresh_from_db()
    shift(row, 1)
    release(conference)
    move(conference, 1)
    close_window()
    [letter] = letters(person)
    assert entry(letter) == ("REQUEST", 1, NOON + HOUR)
    assert "13 giờ 00 đến 17 giờ 00" in text(letter)
    assert text(letter).count("“Tham luận” dời") == 1


def test_a_long_list_is_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "MOST_LINES", 2)
    conference = held()
    person = invited(conference)
    with known_programme(conference):
        rows = [item(conference, f"Mục {number}", 3 * number) for number in range(5)]
    for number, row in enumerate(rows):
        shift(row, 1 + number % 2)
    release(conference)
    close_window()
    [letter] = letters(person)
    assert text(letter).count(" dời từ ") == 2
    assert "và 3 thay đổi khác." in text(letter)


# Called off


def test_a_postponement_is_told_by_itself_and_the_new_time_asks_anew() -> None:
    conference = held()
    accepted, silent = invited(conference), invited(conference)
    answered(accepted, "accepted")
    lift.run()
    move(conference, 1)
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão số 5"})
    close_window()
    for person in (accepted, silent):
        [letter] = letters(person, "postponement")
        assert letter["subject"] == "Hoãn hội nghị: Hội nghị tổng kết"
        assert entry(letter) == ("CANCEL", 2, NOON + HOUR), "as in feeds"
        assert "Lý do: Bão số 5" in text(letter)
        assert "Thời gian đã báo: 12 giờ 00 đến 16 giờ 00" in text(letter)
        assert letters(person) == []

    move(conference, 24)
    conferences.announce(conference_id=conference.pk)
    close_window()
    for person in (accepted, silent):
        [letter] = letters(person)
        assert letter["subject"] == "Thời gian mới: Hội nghị tổng kết"
        assert entry(letter) == ("REQUEST", 3, NOON + 24 * HOUR)
        assert "nay được tổ chức theo thời gian dưới đây" in text(letter)
        assert "trước đây" not in text(letter)
    row = Invitation.objects.get(person=accepted)
    assert row.state == "accepted", "an answer stands until it is given anew"
    assert row.answered_at < row.sent_at
    answered(accepted, "accepted")
    assert Event.objects.filter(name="invitation.answered", subject_id=row.pk).count() == 2


@pytest.mark.parametrize("hours", [0, 24])
def test_postponed_and_announced_within_one_window_is_one_letter_where_anything_is_new(hours: int) -> None:
    conference = held()
    invitee, chair = invited(conference), PersonFactory()
    DutyFactory(conference=conference, kind="chair", person=chair, office={})
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão số 5"})
    lift.run()
    move(conference, hours)
    conferences.announce(conference_id=conference.pk)
    close_window()
    for person in (invitee, chair):
        assert letters(person, "postponement") == []
        assert [letter["subject"] for letter in letters(person)] == ["Thay đổi: Hội nghị tổng kết"] * bool(hours)

    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão số 6"})
    close_window()
    for person in (invitee, chair):
        [letter] = letters(person, "postponement")
        assert "Bão số 6" in text(letter)


def test_a_postponed_conference_held_at_its_old_time_after_all_is_told_again() -> None:
    conference = held()
    person = invited(conference)
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão"})
    close_window()
    conferences.announce(conference_id=conference.pk)
    close_window()
    assert [entry(letter) for letter in letters(person)] == [("REQUEST", 2, NOON)]


def test_a_postponement_nobody_heard_of_before_it_was_over_is_not_told() -> None:
    conference = held()
    person = invited(conference)
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão"})
    conferences.announce(conference_id=conference.pk)
    close_window()
    assert letters(person, "postponement") == letters(person) == []


def test_put_off_again_before_anybody_heard_of_the_new_date_is_no_news() -> None:
    conference = held()
    person = invited(conference)
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão"})
    close_window()
    conferences.announce(conference_id=conference.pk)
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão"})
    close_window()
    assert [entry(letter) for letter in letters(person, "postponement")] == [("CANCEL", 1, NOON)]


def test_a_cancellation_says_it_all() -> None:
    conference = held()
    person = invited(conference)
    move(conference, 1)
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    close_window()
    assert letters(person) == []
    [letter] = letters(person, "cancellation")
    assert entry(letter) == ("CANCEL", 2, NOON + HOUR), "as in feeds, which showed the move under 1"
    assert "12 giờ 00" in text(letter)


@pytest.mark.parametrize(
    ("purpose", "subject"), [("postponement", "Hoãn hội nghị: "), ("cancellation", "Huỷ hội nghị: ")]
)
def test_everybody_with_a_part_hears_that_it_is_off_and_nobody_twice(purpose: str, subject: str) -> None:
    conference = held()
    people = partakers(conference)
    guest = people.pop("guest")
    invited(conference, person=people["secretary"])
    registered = PersonFactory()
    RegistrationFactory(conference=conference, person=registered)
    withdrawn = people["teller"]
    invited(conference, person=withdrawn)
    services.withdraw(invitation_id=Invitation.objects.get(person=withdrawn).pk)
    lift.run()
    OutgoingMail.objects.exclude(purpose="invitation").delete()
    call_off = conferences.postpone if purpose == "postponement" else conferences.cancel
    call_off(conference_id=conference.pk, reason={"vi": "Bão số 5"})
    close_window()
    assert letters(guest, purpose) == []
    for kind, person in {**people, "registered": registered}.items():
        [letter] = letters(person, purpose)
        assert letter["subject"].startswith(subject)
        assert "Lý do: Bão số 5" in text(letter)
        told_when = "Thời gian đã báo: 12 giờ 00 đến 16 giờ 00" in text(letter)
        assert told_when == (kind in {"secretary", "teller"}), "no time is named to who was told none"
        asked = kind == "secretary"
        assert (entry(letter) is not None) == asked
        assert ("trả lời" in text(letter)) == asked
    told = [event.payload["people"] for event in Event.objects.filter(name="calling_off.addressed")]
    assert sum(map(len, told)) == len(people), "all but the secretary, and the one who comes"
    reactions.tell_of_calling_off(Event.objects.get(name=f"conference.{subject_of(purpose)}"))
    lift.run()
    for person in (*people.values(), registered):
        assert len(letters(person, purpose)) == 1, "handled twice, told once"


def test_who_is_not_invited_reads_the_time_that_letters_told_them() -> None:
    """Not the one of a move nobody was told of yet, though feeds showed it and one letter has told it to somebody else."""
    conference = held()
    early, late = PersonFactory(), PersonFactory()
    registration.register(conference_id=conference.pk, person_id=early.pk)
    lift.run()
    move(conference, 24)
    close_window()
    registration.register(conference_id=conference.pk, person_id=late.pk)
    lift.run()
    move(conference, 48)
    invited(conference)
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão số 5"})
    close_window()
    for person in (early, late):
        [letter] = letters(person, "postponement")
        assert "ngày 15 tháng 01 năm 2021" in text(letter)


def subject_of(purpose: str) -> str:
    return {"postponement": "postponed", "cancellation": "cancelled"}[purpose]


def test_a_draft_that_is_cancelled_is_told_to_nobody() -> None:
    conference = ConferenceFactory(starts_at=NOON, ends_at=NOON + 4 * HOUR, day_part="")
    partakers(conference)
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()
    assert not OutgoingMail.objects.exists()


def test_who_was_asked_for_a_paper_hears_that_the_draft_is_cancelled() -> None:
    conference = ConferenceFactory(starts_at=NOON, ends_at=NOON + 4 * HOUR, day_part="", lead=OrganisationFactory())
    asked = SpeakerFactory(conference=conference, agenda_item=item(conference, "Tham luận"), person=PersonFactory())
    other = SpeakerFactory(conference=conference, agenda_item=asked.agenda_item, person=PersonFactory())
    Paper.objects.create(speaker=asked, conference=conference)
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()
    [letter] = letters(asked.person, "cancellation")
    assert "Tham luận đã đề nghị không phải nộp nữa." in text(letter)
    assert letters(other.person, "cancellation") == []


def test_who_was_put_off_without_an_invitation_hears_of_the_new_time() -> None:
    conference = held()
    speaker = partakers(conference)["speaker"]
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão"})
    close_window()
    move(conference, 24)
    conferences.announce(conference_id=conference.pk)
    close_window()
    assert [letter["subject"] for letter in letters(speaker)] == ["Thời gian mới: Hội nghị tổng kết"]


def test_who_was_invited_to_what_was_cancelled_is_invited_again_when_it_takes_place_after_all() -> None:
    conference = held()
    accepted, silent, alone = (invited(conference) for _ in range(3))
    unsent = InvitationFactory(conference=conference, list=InvitationListFactory(conference=conference)).person
    answered(accepted, "accepted")
    services.withdraw(invitation_id=Invitation.objects.get(person=alone).pk)
    lift.run()
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()
    conferences.reopen(conference_id=conference.pk)
    lift.run()
    assert set(states().values()) == {"withdrawn"}, "as long as nobody is told that it takes place"
    conferences.announce(conference_id=conference.pk)
    close_window()
    assert states() == {accepted.pk: "accepted", silent.pk: "sent", alone.pk: "withdrawn", unsent.pk: "draft"}
    for person in (accepted, silent):
        [off], [letter] = letters(person, "cancellation"), letters(person)
        assert letter["subject"].startswith("Vẫn tổ chức: ")
        assert "Hội nghị đã báo huỷ nay vẫn được tổ chức vào thời gian đã báo trước." in text(letter)
        assert ("vẫn được ghi nhận" in text(letter)) == (person == accepted)
        assert "trả lời" in text(letter)
        assert number(letter) > number(off)
    assert letters(alone) == []
    assert Invitation.objects.get(person=unsent).sequence == 0, "nobody has heard of it"
    [fact] = Event.objects.filter(name="invitations.restored")
    assert fact.payload["count"] == 2

    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão nữa"})
    lift.run()
    _, again = letters(silent, "cancellation")
    assert number(again) > number(letters(silent)[0])


def states() -> dict[Any, str]:
    return dict(Invitation.objects.values_list("person", "state"))


def number(letter: EmailMessage) -> int:
    """The SEQUENCE of its calendar entry."""
    found = entry(letter)
    assert found is not None
    return found[1]


def test_who_was_invited_anew_meanwhile_is_not_invited_twice() -> None:
    conference = held()
    person = invited(conference)
    before = Invitation.objects.get(person=person)
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()
    conferences.reopen(conference_id=conference.pk)
    InvitationFactory(conference=conference, list=before.list, person=person)
    conferences.announce(conference_id=conference.pk)
    close_window()
    assert Invitation.objects.get(pk=before.pk).state == "withdrawn"


def test_only_what_is_withdrawn_comes_back() -> None:
    row = Invitation.objects.get(person=invited(held()))

    def wrong() -> None:
        Invitation.objects.filter(pk=row.pk).update(called_off_from="sent")

    assert_refused_by("only_what_is_withdrawn_comes_back", wrong)
    assert_written_without("only_what_is_withdrawn_comes_back", wrong)


def test_who_heard_of_a_cancellation_hears_once_that_it_takes_place_after_all() -> None:
    conference = held()
    people = partakers(conference)
    guest, invitee = people.pop("guest"), people["secretary"]
    invited(conference, person=invitee)
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()
    conferences.reopen(conference_id=conference.pk)
    move(conference, 24)
    conferences.announce(conference_id=conference.pk)
    close_window()
    for person in people.values():
        [letter] = letters(person)
        assert letter["subject"] == "Thời gian mới: Hội nghị tổng kết"
        assert "Hội nghị đã báo huỷ nay được tổ chức theo thời gian dưới đây." in text(letter)
        assert "trước đây" not in text(letter)
    assert letters(guest) == []


def test_what_was_cancelled_and_is_postponed_before_anybody_hears_otherwise_is_told_as_that() -> None:
    conference = held()
    people = partakers(conference)
    del people["guest"]
    people["invitee"] = invitee = invited(conference)
    invited(conference, person=people["secretary"])
    answered(invitee, "accepted")
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()
    conferences.reopen(conference_id=conference.pk)
    move(conference, 24)
    conferences.announce(conference_id=conference.pk)
    new = invited(conference)
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão nữa"})
    close_window()
    for part, person in people.items():
        assert (len(letters(person, "cancellation")), letters(person)) == (1, [])
        [letter] = letters(person, "postponement")
        assert "trên, trước đây đã báo huỷ, nay không huỷ mà được hoãn sang thời gian khác." in text(letter)
        assert ("Lý do: Bão nữa" in text(letter), entry(letter)) == (True, None)
        told = "Thời gian đã báo: 12 giờ 00 đến 16 giờ 00, thứ Năm" in text(letter)
        assert told == (part in {"invitee", "secretary"}), "by letter; nobody else was told a time"
    [letter] = letters(new, "postponement")
    assert "rất tiếc" in text(letter)
    assert entry(letter) == ("CANCEL", 5, NOON + 24 * HOUR)
    assert states() == {invitee.pk: "accepted", people["secretary"].pk: "sent", new.pk: "sent"}

    conferences.announce(conference_id=conference.pk)
    close_window()
    for person in people.values():
        [letter] = letters(person)
        assert letter["subject"] == "Thời gian mới: Hội nghị tổng kết"
        assert "Hội nghị đã hoãn nay" in text(letter)
    [letter] = letters(new)
    assert letter["subject"] == "Vẫn tổ chức: Hội nghị tổng kết", "the time they were invited to"
    assert entry(letters(invitee)[0]) == ("REQUEST", 6, NOON + 24 * HOUR)


def test_what_is_cancelled_again_before_anybody_heard_otherwise_is_no_news() -> None:
    conference = held()
    speaker = partakers(conference)["speaker"]
    for _ in range(2):
        conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
        lift.run()
        assert len(letters(speaker, "cancellation")) == 1
        conferences.reopen(conference_id=conference.pk)


def test_a_cancellation_says_that_papers_are_no_longer_needed() -> None:
    conference = held()
    uninvited, invitee, other = PersonFactory(), invited(conference), PersonFactory()
    row = item(conference, "Tham luận")
    for order, person in enumerate((uninvited, invitee, other)):
        speaker = SpeakerFactory(conference=conference, agenda_item=row, person=person, order=order)
        if person is not other:
            Paper.objects.create(speaker=speaker, conference=conference)
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()
    said = [text(letters(person, "cancellation")[0]) for person in (uninvited, invitee, other)]
    assert ["Tham luận đã đề nghị không phải nộp nữa." in each for each in said] == [True, True, False]


# Once, and for any number


def test_a_worker_that_dies_between_closing_and_mailing_costs_nobody_a_letter_and_brings_nobody_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conference = held()
    people = [invited(conference) for _ in range(3)]
    move(conference, 1)
    queue_all = news.mail.queue_all

    def die(mails: Any, **batch: Any) -> None:
        queue_all(mails, **batch)
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(news.mail, "queue_all", die)
        with pytest.raises(SystemExit):
            close_window()
    assert not OutgoingMail.objects.filter(purpose="news").exists()
    assert set(Invitation.objects.values_list("sequence", flat=True)) == {0}
    Delivery.objects.filter(state="due").update(due_at=NOON)  # its lease runs out
    lift.run()
    lift.run()
    assert [len(letters(person)) for person in people] == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_one_chunk_handed_to_many_workers_is_written_once() -> None:
    conference = held()
    people = [invited(conference) for _ in range(5)]
    move(conference, 1)
    Conference.objects.update(news_due_at=NOON)
    conferences.tell_due_news()
    due = Event.objects.get(name="conference.news_due")
    in_threads(4, lambda: reactions.tell_news(due))
    chunks = list(Event.objects.filter(name="news.addressed"))
    assert len(chunks) == 4
    results = in_threads(4, lambda: [services.mail_news(**body(chunk)) for chunk in chunks])
    assert not [result for result in results if isinstance(result, Exception)]
    assert [len(letters(person)) for person in people] == [1] * 5


def body(chunk: Event) -> dict[str, Any]:
    return {name: value for name, value in chunk.payload.items() if name != "unreachable"}


def test_somebody_no_letter_can_be_written_to_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    conference = held()
    poor, other = invited(conference), invited(conference)
    Invitation.objects.filter(person=poor).update(email="khong phai dia chi")
    move(conference, 1)
    close_window()
    assert len(letters(other)) == 1
    assert Invitation.objects.get(person=poor).sequence == 0
    assert not Delivery.objects.exclude(state="settled").exists()
    failed = FailedLetter.objects.get()
    assert (failed.person, failed.letter, failed.kind) == (poor, "news", "unwritable")
    assert failed.problem.startswith("Invalid")

    services.try_again(failed_id=failed.pk)  # nothing was mended: it is told anew
    lift.run()
    assert FailedLetter.objects.filter(settled_at=None).count() == 1
    Invitation.objects.filter(person=poor).update(email="poor@xa.example")
    services.try_again(failed_id=FailedLetter.objects.get(settled_at=None).pk)
    lift.run()
    assert [mail.recipient for mail in OutgoingMail.objects.filter(purpose="news")].count("poor@xa.example") == 1
    assert not FailedLetter.objects.filter(settled_at=None).exists()
    with pytest.raises(Conflict):
        services.try_again(failed_id=failed.pk)


@pytest.mark.parametrize("invitees", [10, 200])
def test_two_hundred_invitees_and_twenty_speakers_cost_a_constant_number_of_queries_per_chunk(invitees: int) -> None:
    conference = held("Nhà A")
    site = conference.sites.get()
    invitations = InvitationListFactory(conference=conference, site=site)
    rows = InvitationFactory.create_batch(invitees, list=invitations, sent=True)
    with known_programme(conference):
        for number in range(20):
            row = item(conference, f"Tham luận {number}", number)
            speaker = rows[number].person if number < min(10, invitees) else PersonFactory()
            SpeakerFactory(conference=conference, agenda_item=row, person=speaker)
    for row in AgendaItem.objects.filter(conference=conference):
        shift(row, 1)
    release(conference)
    move(conference, 1)
    Conference.objects.update(news_due_at=NOON)
    conferences.tell_due_news()
    due = Event.objects.get(name="conference.news_due", payload__from_release=1)
    before = set(Event.objects.filter(name="news.addressed").values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as asked:
        reactions.tell_news(due)
    assert len(asked) <= 22, len(asked)
    chunks = Event.objects.filter(name="news.addressed").exclude(pk__in=before)
    told = 0
    for chunk in chunks:
        with CaptureQueriesContext(connection) as asked:
            told += services.mail_news(**body(chunk))
        assert len(asked) <= 40, len(asked)
    assert told == OutgoingMail.objects.filter(purpose="news").count() == invitees + 20 - min(10, invitees)
    assert len(chunks) == -(-told // CHUNK)


def test_nothing_new_is_no_letter() -> None:
    conference = held()
    person = invited(conference)
    services.tell_news(conference_id=conference.pk, from_sequence=0, to_sequence=0, from_release=0, to_release=0)
    assert (
        services.mail_news(
            conference_id=conference.pk,
            from_sequence=0,
            to_sequence=0,
            from_release=0,
            to_release=0,
            people=[str(person.pk)],
        )
        == 0
    )
    assert not Event.objects.filter(name="news.addressed").exists()
