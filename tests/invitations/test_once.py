"""One person, whatever their roles, is invited once; who is invited is written to again only when something changed."""

import pytest

from backend.invitations import services
from backend.invitations.models import Invitation
from backend.mail.models import OutgoingMail
from tests import lift
from tests.factories.conferences import ConferenceFactory, DutyFactory, SpeakerFactory
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


def test_one_person_in_three_roles_gets_one_invitation() -> None:
    """A chair who speaks, on a list of each category, in whatever order and however often they are sent."""
    conference, person = ConferenceFactory(announced=True, exact=True), PersonFactory()
    DutyFactory(conference=conference, person=person, office={})
    SpeakerFactory(conference=conference, person=person, office={})
    lists = [
        services.create_list(conference_id=conference.pk, title={"vi": category}, category=category)
        for category in ("staff", "delegate", "guest")
    ]

    added = [services.add_members(list_id=each.pk, people=[person.pk, person.pk]) for each in lists]
    for each in (*lists, *reversed(lists)):
        services.send_list(list_id=each.pk)
        lift.run()

    assert [(each.added, each.already) for each in added] == [(1, 0), (0, 1), (0, 1)]
    assert Invitation.objects.get().list == lists[0]
    assert [mail.recipient for mail in OutgoingMail.objects.all()] == [person.email]


def test_who_is_invited_is_not_written_to_again_for_a_correction_of_words() -> None:
    conference, person = ConferenceFactory(announced=True, exact=True), PersonFactory()
    made = services.create_list(conference_id=conference.pk, title={"vi": "Khách"}, category="guest")
    services.add_members(list_id=made.pk, people=[person.pk])
    services.send_list(list_id=made.pk)
    lift.run()

    services.edit_list(list_id=made.pk, fields={"title": {"vi": "Khách mời"}})
    services.add_members(list_id=made.pk, people=[PersonFactory().pk])
    services.send_list(list_id=made.pk)
    lift.run()

    assert OutgoingMail.objects.filter(recipient=person.email).count() == 1
    assert OutgoingMail.objects.count() == 2
