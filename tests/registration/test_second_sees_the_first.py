"""Two who decide about the same thing at one moment: the second waits, and then decides by what the first one did."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from backend.core.clock import now
from backend.core.errors import Conflict, Gone, IllegalMove, NotFound
from backend.delegations import services as delegations
from backend.delegations.models import Delegation
from backend.invitations import services as invitations
from backend.invitations.models import Invitation, ReplyProposal
from backend.registration import services, signup_links
from backend.registration.models import Presence, Registration, Seats
from tests.factories.conferences import ConferenceFactory
from tests.factories.delegations import DelegationFactory
from tests.factories.invitations import InvitationFactory, ReplyProposalFactory
from tests.factories.people import PersonFactory
from tests.factories.registration import RegistrationFactory, SignupFactory
from tests.threads import Meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
#: What the first does, what the second, what the second is told, and how it stands in the end.
Case = tuple[Callable[[], Any], Callable[[], Any], type[Exception] | None, Callable[[], bool]]


def state_of(row: Any) -> str:
    return str(type(row).objects.values_list("state", flat=True).get(pk=row.pk))


def taken_back_and_answered() -> Case:
    row = InvitationFactory(sent=True)
    return (
        lambda: invitations.withdraw(invitation_id=row.pk),
        lambda: invitations.reply(invitation_id=row.pk, answer="accepted"),
        Gone,
        lambda: state_of(row) == "withdrawn",
    )


def taken_back_and_written_to_again() -> Case:
    row = InvitationFactory(sent=True)
    return (
        lambda: invitations.withdraw(invitation_id=row.pk),
        lambda: invitations.resend(invitation_id=row.pk),
        IllegalMove,
        lambda: state_of(row) == "withdrawn",
    )


def taken_off_a_list_that_is_sent() -> Case:
    row = InvitationFactory()
    return (
        lambda: invitations.withdraw(invitation_id=row.pk),
        lambda: invitations.send_list(list_id=row.list_id),
        None,
        lambda: state_of(row) == "withdrawn" and Invitation.objects.get().sent_at is None,
    )


def an_office_named_twice() -> Case:
    row = InvitationFactory(person=None, organisation=None, language="vi", email="", office={"vi": "Vụ trưởng"})
    first, second = (PersonFactory().pk for _ in range(2))
    return (
        lambda: invitations.name_invitee(invitation_id=row.pk, person_id=first),
        lambda: invitations.name_invitee(invitation_id=row.pk, person_id=second),
        Conflict,
        lambda: Invitation.objects.get().person_id == first,
    )


def a_substitute_accepted_and_declined() -> Case:
    said = {"substitute_name": "Trần Thị Bình", "substitute_email": "binh@xa.example"}
    row = ReplyProposalFactory(kind="substitute", starts_at=None, **said)
    return (
        lambda: invitations.accept_substitute(proposal_id=row.pk),
        lambda: invitations.decline_proposal(proposal_id=row.pk),
        IllegalMove,
        lambda: ReplyProposal.objects.get().state == "taken_over",
    )


def asking_to_come() -> Registration:
    conference = ConferenceFactory(announced=True, exact=True)
    services.set_admission(conference_id=conference.pk, mode="approval")
    return services.ask(conference_id=conference.pk, person_id=PersonFactory().pk)


def a_request_refused_and_approved() -> Case:
    row = asking_to_come()
    return (
        lambda: services.refuse(registration_id=row.pk, reason={"vi": "Hết chỗ."}),
        lambda: services.approve(registration_id=row.pk),
        IllegalMove,
        lambda: state_of(row) == "refused" and not Seats.objects.filter(taken__gt=0).exists(),
    )


def a_request_approved_and_refused() -> Case:
    row = asking_to_come()
    return (
        lambda: services.approve(registration_id=row.pk),
        lambda: services.refuse(registration_id=row.pk, reason={"vi": "Hết chỗ."}),
        IllegalMove,
        lambda: state_of(row) == "confirmed" and Seats.objects.get().taken == 1,
    )


def checked_in_at_two_doors() -> Case:
    row = RegistrationFactory()
    return (
        lambda: services.check_in(registration_id=row.pk),
        lambda: services.check_in(registration_id=row.pk),
        None,
        lambda: Presence.objects.count() == 1,
    )


def a_sign_up_withdrawn_and_confirmed() -> Case:
    row = SignupFactory()
    services.set_admission(conference_id=row.conference_id, mode="open")
    token = signup_links.sign(row.pk, row.link_round)
    return (
        lambda: services.withdraw_signup(token=token),
        lambda: services.confirm_signup(token=token),
        NotFound,
        lambda: not Registration.objects.exists(),
    )


def given_more_time_as_the_time_ends() -> Case:
    unit = DelegationFactory(asked=True)
    InvitationFactory(list=unit.list)
    ended = now() - dt.timedelta(minutes=1)
    Delegation.objects.filter(pk=unit.pk).update(taken=1, due_at=ended)
    return (
        lambda: delegations.extend(delegation_id=unit.pk, due_at=now() + dt.timedelta(days=1)),
        delegations.mind_deadlines,
        None,
        lambda: state_of(unit) == "asked",
    )


@pytest.mark.parametrize(
    "case",
    [
        taken_back_and_answered,
        taken_back_and_written_to_again,
        taken_off_a_list_that_is_sent,
        an_office_named_twice,
        a_substitute_accepted_and_declined,
        a_request_refused_and_approved,
        a_request_approved_and_refused,
        checked_in_at_two_doors,
        a_sign_up_withdrawn_and_confirmed,
        given_more_time_as_the_time_ends,
    ],
)
def test_the_second_sees_what_the_first_one_did(case: Callable[[], Case]) -> None:
    first, second, told, stands = case()
    with transaction.atomic():
        first()
        meanwhile = Meanwhile(second)
        assert meanwhile.is_alive(), "it waits"
    meanwhile.join()
    assert [type(error) for error in meanwhile.raised] == ([told] if told else [])
    assert stands()
