"""Which letters belong to a batch: those to many, of one sending, one window, one calling off; and which to none."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from backend.conferences import services as conferences
from backend.conferences.models import Conference
from backend.core.clock import now
from backend.invitations import services
from backend.invitations.models import Invitation, InvitationList
from backend.invitations.services import many
from backend.mail import batches
from backend.mail.models import MailBatch, MailState, OutgoingMail
from backend.people.models import Person, Position
from tests import lift
from tests.factories.conferences import ConferenceFactory
from tests.factories.invitations import InvitationFactory, InvitationListFactory
from tests.factories.people import PersonFactory
from tests.invitations.test_news import close_window, held, move

pytestmark = pytest.mark.django_db


def listed(conference: Conference, count: int = 3) -> InvitationList:
    invitations: InvitationList = InvitationListFactory(conference=conference)
    InvitationFactory.create_batch(count, list=invitations, state="draft", sent_at=None)
    return invitations


def sent(invitations: InvitationList) -> MailBatch:
    services.send_list(list_id=invitations.pk)
    return MailBatch.objects.get(pk=MailBatch.objects.latest("created_at").pk)


def in_batches() -> Counter[tuple[str, int]]:
    return Counter(OutgoingMail.objects.exclude(batch=None).values_list("batch__purpose", "batch__number"))


def test_each_sending_of_a_list_is_a_batch_of_its_lead() -> None:
    conference = held()
    invitations = listed(conference)

    first = sent(invitations)
    lift.run()
    InvitationFactory(list=invitations, state="draft", sent_at=None)
    sent(invitations)
    lift.run()

    assert in_batches() == {("invitation", 1): 3, ("invitation", 2): 1}
    assert (first.subject_id, first.conference_id) == (invitations.pk, conference.pk)
    assert first.organisation_id == conference.organisers.get().organisation_id
    services.send_list(list_id=invitations.pk)
    assert MailBatch.objects.count() == 2, "nobody was left to invite"


def test_a_batch_aborted_while_its_letters_are_written_writes_to_nobody_more() -> None:
    invitations = listed(held())
    batches.abort(batch_id=sent(invitations).pk, reason="Sai ngày.")
    lift.run()

    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {MailState.WITHDRAWN}

    services.resend(invitation_id=Invitation.objects.first().pk)
    lift.run()
    again = OutgoingMail.objects.get(state=MailState.QUEUED)
    assert again.batch is None, "a letter to one person waits behind nobody"


def test_what_is_told_to_many_is_a_batch_each_time() -> None:
    conference = held()
    sent(listed(conference))
    lift.run()
    lift.post()

    for hours in (1, 2):
        move(conference, hours)
        close_window()
    conferences.postpone(conference_id=conference.pk, reason={"vi": "Bão."})
    lift.run()
    conferences.cancel(conference_id=conference.pk, reason={"vi": "Bão."})
    lift.run()

    found = Counter(OutgoingMail.objects.values_list("batch__purpose", flat=True))
    assert found == {"invitation": 3, "news": 6, "postponement": 3, "cancellation": 3}
    assert MailBatch.objects.count() == 5
    assert set(MailBatch.objects.exclude(purpose="invitation").values_list("subject_id", flat=True)) == {conference.pk}


def test_one_invitation_taken_back_is_no_batch() -> None:
    sent(listed(held(), 1))
    lift.run()
    lift.post()
    services.withdraw(invitation_id=Invitation.objects.get().pk)
    lift.run()

    assert OutgoingMail.objects.get(purpose="cancellation").batch is None


def test_many_written_to_again_or_taken_back_in_one_call_are_a_batch() -> None:
    conference = held()
    sent(listed(conference))
    lift.run()
    Invitation.objects.update(sent_at=now() - dt.timedelta(hours=2))
    everybody = many.Selection(
        conference_id=conference.pk, invitations=list(Invitation.objects.values_list("pk", flat=True))
    )

    many.resend_many(selection=everybody)
    lift.run()
    lift.post()
    many.withdraw_many(selection=everybody)
    lift.run()

    assert in_batches() == {("invitation", 1): 6, ("cancellation", 1): 3}
    assert MailBatch.objects.count() == 3


def test_nobody_written_to_is_no_batch() -> None:
    conference = held()
    invitations = InvitationListFactory(conference=conference)
    InvitationFactory(list=invitations, person=PersonFactory(email=""), email="", state="draft", sent_at=None)

    services.send_list(list_id=invitations.pk)
    assert not MailBatch.objects.exists()


def test_two_thousand_are_invited_in_as_many_statements_as_three(api: APIClient, unit: Any) -> None:
    """Their offices are renewed, their letters ordered: nothing is asked or written for each of them."""
    said = []
    for size in (3, 30, 2000):
        conference = ConferenceFactory(announced=True, exact=True, lead=unit)
        invitations = InvitationListFactory(conference=conference)
        people = Person.objects.bulk_create(
            PersonFactory.build(organisation=None, folded="", sort_key="", email=f"n{n}@plenum.example")
            for n in range(size)
        )
        Position.objects.bulk_create(
            Position(person=person, title={"vi": "Giám đốc"}, rank=5) for person in people[:30]
        )
        Invitation.objects.bulk_create(
            Invitation(
                list=invitations, conference=conference, person=person, category="staff", email=person.email,
                language="vi",
            )
            for person in people
        )  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            sent = api.post(f"/api/v1/invitation-lists/{invitations.pk}/send")
        assert (sent.status_code, sent.json()["issued"]) == (200, size)
        assert Invitation.objects.filter(list=invitations, office={"vi": "Giám đốc"}, rank=5).count() == min(size, 30)
        said.append(len(asked))
    assert max(said) - min(said) <= 2, said
    assert max(said) <= 30
