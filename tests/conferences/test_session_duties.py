"""A duty in one agenda item is about that item: it gives no right over the conference, and nobody signs by it."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.conferences.models import Conference
from backend.conferences.queries import secretary
from backend.minutes import services as minutes
from backend.minutes.drafting.draw import head
from backend.people.models import Organisation
from tests.conferences.conftest import signed_in
from tests.factories.conferences import AgendaItemFactory, ConferenceFactory, DutyFactory
from tests.factories.people import AccountFactory, PersonFactory
from tests.factories.resolutions import PollFactory, ResolutionFactory

pytestmark = pytest.mark.django_db
BY_CHAIRS, BY_WRITERS = "chair", "secretary"


def asked(client: APIClient, host: Organisation, name: Any) -> dict[str, int]:
    """What `name` (of a conference, to its person) may do at the gavel and at the record: status by request."""
    expected, running, closed = (
        ConferenceFactory(lead=host, state=state) for state in ("announced", "running", "closed")
    )
    for conference in (expected, running, closed):
        name(conference)
    poll = PollFactory(resolution=ResolutionFactory(conference=running))
    draft = ResolutionFactory(conference=running, state="draft")
    written = minutes.draft(conference_id=closed.pk)
    api = "/api/v1"
    speech = {"conference": str(running.pk), "kind": "remark", "speaker": {"vi": "Khối Đo lường"}}
    return {
        "clashes": client.get(f"{api}/conferences/{expected.pk}/clashes").status_code,
        "start": client.post(f"{api}/conferences/{expected.pk}/start").status_code,
        "text": client.get(f"{api}/resolutions/{draft.pk}").status_code,
        "table": client.post(f"{api}/resolutions/{draft.pk}/table").status_code,
        "open": client.post(f"{api}/polls/{poll.pk}/open", {}).status_code,
        "speech": client.post(f"{api}/speeches", speech).status_code,
        "minutes": client.get(f"{api}/minutes/{written.pk}").status_code,
        "approve": client.post(f"{api}/minutes/{written.pk}/approve").status_code,
        "close": client.post(f"{api}/conferences/{running.pk}/close").status_code,
    }


GAVEL = {"clashes", "start", "text", "open", "minutes", "approve", "close"}
RECORD = {"clashes", "text", "table", "open", "speech", "minutes"}


@pytest.mark.parametrize(
    ("kind", "session", "may"),
    [
        ("chair", False, GAVEL),
        ("panel", True, set()),
        ("secretary", False, RECORD),
        ("secretary", True, set()),
        ("teller", True, set()),
    ],
)
def test_only_a_duty_of_the_whole_gives_rights_over_it(
    host: Organisation, kind: str, session: bool, may: set[str]
) -> None:
    person = PersonFactory()

    def name(conference: Conference) -> None:
        item = AgendaItemFactory(conference=conference) if session else None
        DutyFactory(conference=conference, kind=kind, person=person, agenda_item=item, office={})

    found = asked(signed_in(AccountFactory(person=person)), host, name)
    assert {what for what, status in found.items() if status not in (403, 404)} == may, found


def test_a_sessions_secretary_does_not_sign_for_the_whole(host: Organisation) -> None:
    conference = ConferenceFactory(lead=host, state="closed")
    session, whole = PersonFactory(full_name="Lê Văn Phiên"), PersonFactory(full_name="Trần Thị Cả")
    DutyFactory(
        conference=conference,
        kind="secretary",
        order=1,
        person=session,
        agenda_item=AgendaItemFactory(conference=conference),
    )
    assert (secretary(conference), head(conference)["signing_secretary"]) == (None, "")
    DutyFactory(conference=conference, kind="secretary", order=2, person=whole)
    assert head(conference)["signing_secretary"] == "Trần Thị Cả"
