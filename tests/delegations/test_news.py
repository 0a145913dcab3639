"""What focal points hear of a conference that is off, goes on after all, or is at another time."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.core.clock import now
from backend.delegations import links
from backend.delegations.models import Delegation
from backend.invitations import wording
from backend.invitations.models import Invitation
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from tests import lift
from tests.delegations.test_deadlines import texts
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.delegations import TOLD, DelegationFactory
from tests.factories.invitations import InvitationFactory
from tests.factories.people import OrganisationFactory, account_with
from workers.reactions import delegations as reactions

pytestmark = pytest.mark.django_db


WHEN = {"day": TOLD.date(), "starts_at": TOLD, "ends_at": TOLD + dt.timedelta(hours=3), "day_part": ""}


class Asked:
    """Units of one conference, asked by their focal points' links."""

    def __init__(self) -> None:
        self.last = UUID(int=0)
        self.letters: dict[str, OutgoingMail] = {}
        drafted = ConferenceFactory(lead=OrganisationFactory(), **WHEN)
        self.conference: Conference = conferences.announce(conference_id=drafted.pk)
        self.open = self.delegation(focal_name="Lê Thị Đầu")
        self.submitted = self.delegation(state="submitted", submitted_at=now())
        self.delegation(
            category="guest",
            organisation=self.open.organisation,
            focal_name="Lê Thị Đầu",
            focal_email="DAUMOI@plenum.example",
        )
        self.silent = [
            self.delegation(state="draft", asked_at=None),
            self.delegation(state="closed"),
            self.delegation(focal_name="Trần Văn Khách", focal_email="khach@plenum.example"),
        ]
        Delegation.objects.filter(pk=self.silent[-1].pk).update(state="submitted")
        invitee: Invitation = InvitationFactory(
            list__conference=self.conference,
            person__email="Khach@plenum.example",
            person__full_name="Trần Văn Khách",
            sent=True,
        )
        assert invitee.email == "Khach@plenum.example"

    def delegation(self, **fields: Any) -> Delegation:
        made: Delegation = DelegationFactory(
            conference=self.conference, **{"asked": True, "focal_email": "daumoi@plenum.example", **fields}
        )
        if "state" in fields:
            Delegation.objects.filter(pk=made.pk).update(focal_email=f"{fields['state']}@plenum.example")
        return made

    def heard(self) -> list[tuple[str, str]]:
        """To whom, and what, since the last look."""
        lift.run()
        rows = OutgoingMail.objects.filter(purpose__startswith="delegation", pk__gt=self.last).order_by("recipient")
        self.letters = {row.recipient.partition("@")[0].lower(): row for row in rows}
        self.new = [row.pk for row in rows]
        self.last = max([self.last, *self.new])
        return [(row.recipient.partition("@")[0].lower(), row.subject.partition(":")[0]) for row in rows]


@pytest.fixture
def asked() -> Asked:
    return Asked()


def test_open_focal_points_hear_once_that_it_is_cancelled_and_that_it_takes_place_after_all(asked: Asked) -> None:
    conferences.cancel(conference_id=asked.conference.pk, reason={"vi": "Bão số 5."})
    assert asked.heard() == [("daumoi", "Huỷ hội nghị"), ("submitted", "Huỷ hội nghị")]
    for form in texts(asked.letters["daumoi"]):
        assert "không phải cử đại biểu nữa" in form
        assert "Bão số 5." in form
        assert "/d/" not in form
    reactions.tell_of_calling_off(Event.objects.get(name="conference.cancelled"))
    assert asked.heard() == [], "handled twice, told once"

    conferences.reopen(conference_id=asked.conference.pk)
    assert asked.heard() == []
    conferences.announce(conference_id=asked.conference.pk)
    assert asked.heard() == [("daumoi", "Vẫn tổ chức"), ("submitted", "Vẫn tổ chức")]
    for form in texts(asked.letters["daumoi"]):
        assert "nay vẫn được tổ chức vào thời gian đã báo trước." in form
        assert "chỉ tiêu 3, đã cử 0" in form
    assert "đã gửi được giữ nguyên" in texts(asked.letters["submitted"])[0]


def test_they_hear_of_another_day_and_of_a_postponement(asked: Asked) -> None:
    def move(days: int) -> None:
        row = Conference.objects.get(pk=asked.conference.pk)
        assert row.starts_at
        starts = row.starts_at + dt.timedelta(days=days)
        conferences.edit(conference_id=row.pk, fields={"starts_at": starts, "ends_at": starts + dt.timedelta(hours=3)})

    move(1)
    assert asked.heard() == [("daumoi", "Thay đổi"), ("submitted", "Thay đổi")]
    for form in texts(asked.letters["daumoi"]):
        assert "15 tháng 01 năm 2031" in form
        assert "trước đây" in form
        assert "/d/" in form
    conferences.edit(conference_id=asked.conference.pk, fields={"title": {"vi": "Tên khác"}})
    assert asked.heard() == []
    conferences.postpone(conference_id=asked.conference.pk, reason={"vi": "Bão"})
    assert asked.heard() == [("daumoi", "Hoãn hội nghị"), ("submitted", "Hoãn hội nghị")]
    assert "15 tháng 01 năm 2031" in texts(asked.letters["daumoi"])[0]
    move(7)
    conferences.announce(conference_id=asked.conference.pk)
    assert asked.heard() == [("daumoi", "Thời gian mới"), ("submitted", "Thời gian mới")]
    assert "22 tháng 01 năm 2031" in texts(asked.letters["submitted"])[1]


def test_a_mailbox_of_several_people_gets_a_letter_for_each_and_who_is_still_to_name_hears_as_that(
    asked: Asked,
) -> None:
    """Over the API: the office's mailbox is the invited chairman's, and those of two focal points; one other focal point
    is invited in person."""
    api = APIClient()
    api.force_authenticate(account_with("organiser", organisation=asked.conference.organisers.get().organisation))
    office = "vp@xa1.example"
    InvitationFactory(list__conference=asked.conference, person__email=office, sent=True)
    for name in ("Ngô Thị Văn Phòng", "Lê Văn Thư"):
        asked.delegation(focal_name=name, focal_email=office)
    asked.delegation(focal_name="Ông TRẦN VĂN KHÁCH", focal_email="khach@plenum.example")
    Delegation.objects.filter(pk=asked.silent[-1].pk).delete()
    address = f"/api/v1/conferences/{asked.conference.pk}"
    starts = now().replace(second=0, microsecond=0) + dt.timedelta(days=2)

    def heard() -> list[str]:
        asked.heard()
        rows = OutgoingMail.objects.filter(purpose__startswith="delegation_", pk__in=asked.new)
        return sorted(f"{row.recipient.partition('@')[0]} {row.purpose.partition('_')[2]}" for row in rows)

    times = {"starts_at": starts.isoformat(), "ends_at": (starts + dt.timedelta(hours=3)).isoformat()}
    assert api.patch(address, times, format="json", headers={"If-Match": "*"}).status_code == 200
    assert heard() == ["daumoi moved", "khach moved", "submitted moved", "vp moved", "vp moved"]
    due = wording.until(starts, asked.conference.time_zone, "vi")
    for row in OutgoingMail.objects.filter(recipient=office, purpose="delegation_moved"):
        plain = texts(row)[0]
        assert "/d/" in plain
        assert f"cử đại biểu trước {due}" in plain, "not the deadline that is behind the start now"
    answer = api.post(f"{address}/cancel", {"reason": {"vi": "Bão"}}, format="json", headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json()
    assert heard() == ["daumoi cancelled", "submitted cancelled", "vp cancelled", "vp cancelled"]


def test_moved_and_postponed_before_the_news_went_out_it_takes_place_as_the_letters_had_said(
    asked: Asked, settings: Any
) -> None:
    settings.NEWS_WINDOW = 60

    def heard() -> list[tuple[str, str]]:
        Conference.objects.filter(news_due_at__isnull=False).update(news_due_at=now())
        conferences.tell_due_news()
        return asked.heard()

    def to(starts: dt.datetime) -> None:
        fields = {"starts_at": starts, "ends_at": starts + dt.timedelta(hours=3)}
        conferences.edit(conference_id=asked.conference.pk, fields=fields)

    to(TOLD + dt.timedelta(days=1))
    conferences.postpone(conference_id=asked.conference.pk, reason={"vi": "Bão"})
    assert heard() == [("daumoi", "Hoãn hội nghị"), ("submitted", "Hoãn hội nghị")]
    assert "14 tháng 01 năm 2031" in texts(asked.letters["daumoi"])[0]
    to(TOLD)
    conferences.announce(conference_id=asked.conference.pk)
    assert heard() == [("daumoi", "Vẫn tổ chức"), ("submitted", "Vẫn tổ chức")]
    assert "15 tháng 01 năm 2031" not in texts(asked.letters["daumoi"])[0]

    conferences.cancel(conference_id=asked.conference.pk, reason={"vi": "Bão"})
    assert heard() == [("daumoi", "Huỷ hội nghị"), ("submitted", "Huỷ hội nghị")]
    conferences.reopen(conference_id=asked.conference.pk)
    conferences.announce(conference_id=asked.conference.pk)
    conferences.postpone(conference_id=asked.conference.pk, reason={"vi": "Bão"})
    assert heard() == [("daumoi", "Hoãn hội nghị"), ("submitted", "Hoãn hội nghị")]
    for form in texts(asked.letters["daumoi"]):
        assert "trước đây đã báo huỷ, nay không huỷ mà được hoãn" in form


def test_who_was_given_the_place_meanwhile_keeps_it_and_everybody_else_comes_back() -> None:
    conference = conferences.announce(conference_id=ConferenceFactory(lead=OrganisationFactory(), **WHEN).pk)
    unit: Delegation = DelegationFactory(conference=conference, asked=True, quota=1)
    named = InvitationFactory(list=unit.list, sent=True)
    others = [InvitationFactory(list__conference=conference, sent=True) for _ in range(2)]
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão"})
    lift.run()
    conferences.reopen(conference_id=conference.pk)
    instead = InvitationFactory(list=unit.list)
    conferences.announce(conference_id=conference.pk)
    lift.run()

    states = [Invitation.objects.get(pk=row.pk).state for row in (named, *others, instead)]
    assert states == ["withdrawn", "sent", "sent", "draft"]


def test_who_names_people_for_a_site_that_is_called_off_is_told_and_asked_no_more(asked: Asked) -> None:
    off, other = (SiteFactory(conference=asked.conference) for _ in range(2))
    Delegation.objects.filter(pk=asked.open.pk).update(site=off)
    Delegation.objects.filter(pk=asked.submitted.pk).update(site=other)
    client = APIClient()
    client.force_authenticate(account_with("organiser"))

    def withdrawn(**said: str) -> None:
        body = {"conference": str(asked.conference.pk), **said}
        answer = client.post("/api/v1/invitations/withdraw", body, format="json")
        assert answer.status_code == 200, answer.content

    withdrawn(site=str(off.pk), list=str(asked.open.list_id))
    assert asked.heard() == [], "a list is no site"
    for _ in range(2):
        withdrawn(site=str(off.pk))
    assert asked.heard() == [("daumoi", "Thôi tổ chức tại một địa điểm")]
    for form in texts(asked.letters["daumoi"]):
        assert f"không tổ chức tại {wording.where(asked.conference, off, 'vi')} nữa" in form
        assert "/d/" not in form
    assert Delegation.objects.get(pk=asked.open.pk).state == "closed"
    assert Delegation.objects.get(pk=asked.submitted.pk).state == "submitted"
    page = client.get(f"/d/{links.address(asked.open.pk, asked.open.link_round).rpartition('/')[2]}")
    assert page.status_code == 200
    assert "Cử một đại biểu" not in page.content.decode()
