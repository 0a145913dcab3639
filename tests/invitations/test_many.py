"""Many invitations in one call: reminded, sent again, withdrawn; with a report, and harmless when repeated."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.invitations.models import Invitation, Reminder
from backend.mail.models import OutgoingMail
from backend.outbox.models import Event
from tests import lift
from tests.factories.conferences import ConferenceFactory, SiteFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
STATES = ("draft", "sent", "accepted", "tentative", "declined", "withdrawn")
LONG_AGO = dt.timedelta(days=9)


def asked(conference: Any, *states: str, **fields: Any) -> Any:
    rows = InvitationListFactory(conference=conference, sent_at=now() - LONG_AGO, **fields)
    for state in states:
        person = PersonFactory(email=f"{state}@donvi.example")
        InvitationFactory(list=rows, person=person, state=state, sent_at=now() - LONG_AGO)
    return rows


def post(api: APIClient, verb: str, **body: Any) -> Any:
    return api.post(f"/api/v1/invitations/{verb}", body, format="json")


def left(**counts: int) -> dict[str, int]:
    return {"draft": 0, "declined": 0, "withdrawn": 0, "no_address": 0, "recently": 0, **counts}


def test_all_who_may_come_are_reminded_now_and_not_again_within_the_hour(api: APIClient, conference: Any) -> None:
    rows = asked(conference, *STATES)
    InvitationFactory(list=rows, sent=True)  # a moment ago
    InvitationFactory(list=rows, state="sent", sent_at=now() - LONG_AGO, email="")
    body = {"conference": str(conference.pk)}

    first, again = post(api, "remind", **body), post(api, "remind", **body)
    lift.run()

    rest = {"draft": 1, "declined": 1, "withdrawn": 1, "no_address": 1}
    assert first.json() == {"reached": 3, "left": left(**rest, recently=1)}
    assert again.json() == {"reached": 0, "left": left(**rest, recently=4)}
    assert Reminder.objects.filter(by_hand=True).count() == 3
    written = {(mail.recipient.partition("@")[0], mail.purpose) for mail in OutgoingMail.objects.all()}
    assert written == {
        ("sent", "reply_reminder"),
        ("accepted", "start_reminder"),
        ("tentative", "start_reminder"),
    }


def test_letters_are_sent_again_with_a_new_link_and_to_the_present_address(api: APIClient, conference: Any) -> None:
    rows = asked(conference, *STATES)
    moved = Invitation.objects.get(state="accepted")
    moved.person.email = "moi@donvi.example"  # type: ignore[union-attr]
    moved.person.save()  # type: ignore[union-attr]
    body = {"conference": str(conference.pk), "list": str(rows.pk)}

    first, again = post(api, "resend", **body), post(api, "resend", **body)
    lift.run()

    assert first.json() == {"reached": 3, "left": left(draft=1, declined=1, withdrawn=1)}
    assert again.json() == {"reached": 0, "left": left(draft=1, declined=1, withdrawn=1, recently=3)}
    moved.refresh_from_db()
    assert (moved.link_round, moved.email, moved.state, moved.version) == (1, "moi@donvi.example", "accepted", 2)
    recipients = set(OutgoingMail.objects.filter(purpose="invitation").values_list("recipient", flat=True))
    assert recipients == {"moi@donvi.example", "sent@donvi.example", "tentative@donvi.example"}


def test_a_selection_is_withdrawn_and_those_who_knew_are_told(api: APIClient, conference: Any) -> None:
    rows = asked(conference, *STATES)
    other = asked(conference, "sent")
    body = {"conference": str(conference.pk), "list": str(rows.pk)}

    first, again = post(api, "withdraw", **body), post(api, "withdraw", **body)

    assert first.json() == {"reached": 5, "left": left(withdrawn=1)}
    assert again.json() == {"reached": 0, "left": left(withdrawn=6)}
    assert Event.objects.filter(name="invitation.withdrawn").count() == 4
    assert other.invitations.get().state == "sent"


def test_states_sites_and_single_invitations_are_selected(api: APIClient, conference: Any) -> None:
    site = SiteFactory(conference=conference)
    asked(conference, "sent", "accepted", site=site)
    [one, two] = asked(conference, "tentative", "sent").invitations.order_by("id")
    who = {"conference": str(conference.pk)}

    assert post(api, "remind", **who, site=str(site.pk), state=["accepted"]).json()["reached"] == 1
    assert post(api, "remind", **who, invitations=[str(one.pk)]).json()["reached"] == 1
    assert post(api, "withdraw", **who, invitations=[str(two.pk)], state=["accepted"]).json()["reached"] == 0
    assert post(api, "withdraw", **who, site=str(site.pk)).json()["reached"] == 2


@pytest.mark.parametrize("field", ["list", "site", "invitations"])
@pytest.mark.parametrize("verb", ["remind", "resend", "withdraw"])
def test_what_is_of_another_conference_is_refused_by_name(
    api: APIClient, conference: Any, unit: Any, verb: str, field: str
) -> None:
    other = ConferenceFactory(announced=True, exact=True, lead=unit)
    rows = asked(other, "sent")
    strange = {
        "list": str(rows.pk),
        "site": str(SiteFactory(conference=other).pk),
        "invitations": [str(rows.invitations.get().pk)],
    }

    refused = post(api, verb, conference=str(conference.pk), **{field: strange[field]})

    assert (refused.status_code, field in str(refused.json())) == (400, True)
    assert not Event.objects.exists()


def test_withdrawing_all_of_a_conference_is_cancelling_it(api: APIClient, conference: Any) -> None:
    asked(conference, "sent")

    assert post(api, "withdraw", conference=str(conference.pk)).status_code == 400
    assert Invitation.objects.get().state == "sent"


@pytest.mark.parametrize("state", ["postponed", "cancelled", "closed"])
@pytest.mark.parametrize("verb", ["remind", "resend"])
def test_nobody_is_written_to_about_what_is_off(api: APIClient, unit: Any, verb: str, state: str) -> None:
    conference = ConferenceFactory(state=state, exact=True, lead=unit)
    asked(conference, "sent")

    assert post(api, verb, conference=str(conference.pk)).status_code == 409
    assert not Event.objects.exists()


@pytest.mark.parametrize("verb", ["remind", "resend", "withdraw"])
def test_forty_cost_as_many_statements_as_three(api: APIClient, conference: Any, verb: str) -> None:
    api.get("/api/v1/invitations")  # reads the account's grants
    counts = []
    for size in (3, 40):
        rows = InvitationListFactory(conference=conference)
        InvitationFactory.create_batch(size, list=rows, state="sent", sent_at=now() - LONG_AGO)
        with CaptureQueriesContext(connection) as said:
            done = post(api, verb, conference=str(conference.pk), list=str(rows.pk))
        assert done.json()["reached"] == size
        counts.append(len(said))
    assert counts[0] == counts[1]
