"""What was kept long enough is dropped, by the clock."""

import datetime as dt

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.core.models import IdempotencyRecord
from backend.invitations.models import Invitation, InvitationReply
from backend.mail.models import InboundMail, OutgoingMail
from backend.outbox.models import Event
from backend.people.models import LoginFailure
from backend.privacy.terms import sweeps
from backend.rights import services
from backend.rights.models import LegalHold, RetentionRun
from backend.rights.services import keeping
from tests.factories.conferences import ConferenceFactory
from tests.factories.delegations import DelegationFactory
from tests.factories.inbound import InboundMailFactory
from tests.factories.invitations import InvitationFactory, InvitationReplyFactory
from tests.factories.mail import OutgoingMailFactory
from tests.factories.people import account_with

pytestmark = pytest.mark.django_db
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def old():
    """Something old of every sort, about one conference, and something new beside it."""
    conference = ConferenceFactory(state="closed", exact=True)
    for age in (LONG_AGO, now()):
        mail = OutgoingMailFactory(conference_id=conference.pk)
        OutgoingMail.objects.filter(pk=mail.pk).update(state="sent", created_at=age)
        inbound = InboundMailFactory(conference_id=conference.pk)
        InboundMail.objects.filter(pk=inbound.pk).update(received_at=age, settled_at=age)
        record = IdempotencyRecord.objects.create(caller="a", key=str(age), fingerprint="f")
        IdempotencyRecord.objects.filter(pk=record.pk).update(created_at=age)
        LoginFailure.objects.create(key="k", at=age)
    invitation = InvitationFactory(list__conference=conference, note="Đến muộn")
    InvitationReplyFactory(invitation=invitation, note="Vâng")
    DelegationFactory(conference=conference)
    return conference


def test_every_sort_is_dropped_when_its_time_has_come_and_only_then(old) -> None:
    dropped = services.drop_old()

    assert dropped == {
        "answers_kept": 1, "delegations": 1, "invitations": 1, "login_failures": 1, "mail.received": 1, "mail.sent": 1,
    }  # fmt: skip
    assert {len(bytes(mail.raw)) > 0 for mail in OutgoingMail.objects.all()} == {True, False}
    assert {len(bytes(mail.raw)) > 0 for mail in InboundMail.objects.all()} == {True, False}
    assert (Invitation.objects.get().email, Invitation.objects.get().note) == ("", "")
    assert InvitationReply.objects.get().note == ""
    assert {run.name: run.count for run in RetentionRun.objects.all()} == dropped
    assert Event.objects.filter(name="retention.enforced").count() == len(dropped)

    assert services.drop_old() == {}


def test_a_legal_hold_keeps_everything_about_its_conference(old) -> None:
    hold = services.hold(conference_id=old.pk, reason="Thanh tra", account_id=None)

    assert set(services.drop_old()) == {"answers_kept", "login_failures"}
    services.lift(hold_id=hold.pk)
    assert set(services.drop_old()) == {"delegations", "invitations", "mail.received", "mail.sent"}
    assert LegalHold.objects.get().lifted_at is not None


def test_a_worker_killed_between_chunks_goes_on_where_it_was(monkeypatch) -> None:
    LoginFailure.objects.bulk_create(LoginFailure(key=str(n), at=LONG_AGO) for n in range(7))
    monkeypatch.setattr(keeping, "CHUNK", 3)
    emit, chunks = keeping.emit, []

    class Killed(BaseException):
        pass

    def dying(fact) -> None:
        chunks.append(fact)
        if len(chunks) == 2:
            raise Killed
        emit(fact)

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "emit", dying)
        with pytest.raises(Killed), transaction.atomic():
            keeping._drop_some(next(each for each in sweeps() if each.name == "login_failures"), now())
            transaction.on_commit(lambda: None)
            raise Killed
    assert LoginFailure.objects.count() == 7

    assert services.drop_old()["login_failures"] == 7
    assert RetentionRun.objects.get(name="login_failures").count == 7


def test_terms_are_set_and_rehearsed_over_http(old) -> None:
    client = APIClient()
    client.force_authenticate(account_with("administrator"))
    address = "/api/v1/retention-terms/mail.sent"

    terms = {term["name"]: term for term in client.get("/api/v1/retention-terms").json()}
    assert terms["mail.sent"]["days"] == 730
    assert all(term["title"]["vi"] and term["title"]["en"] for term in terms.values())
    assert client.get(address).json()["due"] == 1
    assert OutgoingMail.objects.exclude(raw=b"").count() == 2
    assert client.post(f"{address}/change", {"days": 36500}, format="json").json()["due"] == 0
    assert "mail.sent" not in services.drop_old()
    assert client.post(f"{address}/change", {"days": 0}, format="json").status_code == 400
    looks = client.post("/api/v1/retention-terms/accesses/change", {"days": 364}, format="json")
    assert (looks.status_code, "365" in str(looks.json())) == (400, True)
    looks = client.post("/api/v1/retention-terms/accesses/change", {"days": 365}, format="json")
    assert (looks.status_code, looks.json()["days"]) == (200, 365)
    assert client.get("/api/v1/retention-terms/no.such").status_code == 404
