"""What everybody read once and is closed by now: the released programme in feeds."""

import datetime as dt
from uuid import UUID

import pytest

from backend.conferences import services as conferences
from backend.conferences.models import AgendaItem, Conference
from tests.calendars.reading import fetch, link, unfolded
from tests.factories.conferences import (
    AgendaItemFactory,
    ConferenceFactory,
)
from tests.factories.people import AccountFactory, OrganisationFactory, PersonFactory, account_with

pytestmark = pytest.mark.django_db
FEED = "/calendars/conferences/tong-ket.ics"


@pytest.fixture
def host() -> OrganisationFactory:
    return OrganisationFactory(slug="ky-thuat-2")


@pytest.fixture
def conference(host: OrganisationFactory) -> Conference:
    drafted = ConferenceFactory(exact=True, lead=host, slug="tong-ket")
    return conferences.announce(conference_id=drafted.pk)


def said(path: str = FEED) -> str:
    return "".join(unfolded(fetch(path).content))


def close(item_id: UUID, level: str) -> None:
    conferences.edit_agenda_item(agenda_item_id=item_id, fields={"confidentiality": level})


def test_what_was_closed_after_its_release_is_hidden_in_that_release_too(
    conference: Conference, host: OrganisationFactory
) -> None:
    session = AgendaItemFactory(conference=conference, kind="session", title={"vi": "Phiên thứ hai"})
    AgendaItemFactory(conference=conference, parent=session, title={"vi": "Kiện toàn nhân sự"})
    AgendaItemFactory(conference=conference, title={"vi": "Bế mạc"})
    conferences.release(conference_id=conference.pk)
    assert "Kiện toàn nhân sự" in said()

    close(session.pk, "internal")

    stranger, member = AccountFactory(), account_with("organiser", organisation=host)
    for path in (FEED, link(stranger, "conference", conference)):
        shown = said(path)
        assert "Bế mạc" in shown
        assert "Phiên thứ hai" not in shown
        assert "Kiện toàn nhân sự" not in shown, "what a closed session holds is as closed"
    assert "Kiện toàn nhân sự" in said(link(member, "conference", conference))


def test_what_is_closed_after_its_release_is_said_anew_and_what_is_worked_on_is_not(conference: Conference) -> None:
    item = AgendaItemFactory(conference=conference, title={"vi": "Kiện toàn nhân sự"})
    conferences.release(conference_id=conference.pk)

    def said_at() -> dt.datetime:
        return Conference.objects.values_list("said_at", flat=True).get(pk=conference.pk)

    released = said_at()
    conferences.edit_agenda_item(agenda_item_id=item.pk, fields={"title": {"vi": "Tên mới"}})
    assert said_at() == released
    close(item.pk, "internal")
    assert (closed := said_at()) > released
    conferences.edit(conference_id=conference.pk, fields={"note": {"vi": "Gọi nhà thầu"}, "topics": ["Đo lường"]})
    assert said_at() == closed, "calendars say nothing of it"
    conferences.edit(conference_id=conference.pk, fields={"title": {"vi": "Tổng kết năm"}})
    assert said_at() > closed


def test_what_was_opened_after_its_release_is_not_shown_under_its_closed_words(conference: Conference) -> None:
    session = AgendaItemFactory(
        conference=conference, kind="session", title={"vi": "Nhân sự: ông A"}, confidentiality="restricted"
    )
    inner = AgendaItemFactory(conference=conference, parent=session, title={"vi": "Phiếu của ông A"})
    AgendaItemFactory(conference=conference, title={"vi": "Bế mạc"})
    conferences.release(conference_id=conference.pk)

    opened = {"confidentiality": "", "title": {"vi": "Công tác cán bộ"}}
    conferences.edit_agenda_item(agenda_item_id=session.pk, fields=opened)
    assert AgendaItem.objects.get(pk=inner.pk).confidentiality == ""

    for path in (FEED, link(AccountFactory(), "conference", conference)):
        assert "Bế mạc" in said(path)
        assert "ông A" not in said(path), "neither the session nor what it held while it was closed"


@pytest.mark.parametrize("released", [False, True])
def test_an_entry_that_says_something_closed_asks_to_be_treated_so(
    conference: Conference, host: OrganisationFactory, released: bool
) -> None:
    """A calendar that is shared shows others what is PUBLIC (RFC 5545 §3.8.1.3)."""
    account = account_with("organiser", organisation=host, person=PersonFactory())
    session = AgendaItemFactory(
        conference=conference, kind="session", title={"vi": "Nhân sự"}, confidentiality="restricted"
    )
    inner = AgendaItemFactory(conference=conference, parent=session, minutes_planned=30)
    conferences.edit_agenda_item(agenda_item_id=inner.pk, fields={})
    if released:
        conferences.release(conference_id=conference.pk)

    public = fetch(FEED).content
    assert b"CLASS:PUBLIC" in public
    assert "Nhân sự".encode() not in public
    assert "CLASS:CONFIDENTIAL" in unfolded(fetch(link(account, "conference", conference)).content)
