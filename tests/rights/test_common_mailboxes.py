"""A mailbox may be a whole office's: what came there is its reader's by name, in a copy as in an erasure."""

import io
import zipfile
from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.delegations.models import Delegation
from backend.imports.models import ImportRow
from backend.invitations.models import ReplyProposal
from backend.jobs import services as jobs
from backend.mail.mime import build_message
from backend.mail.models import OutgoingMail
from backend.people.models import Person
from backend.registration.models import Signup
from backend.rights.models import DataRequest, PersonalExport
from tests.factories.conferences import ConferenceFactory
from tests.factories.delegations import DelegationFactory
from tests.factories.imports import ImportFactory, ImportRowFactory
from tests.factories.invitations import InvitationFactory, ReplyProposalFactory
from tests.factories.mail import OutgoingMailFactory
from tests.factories.people import PersonFactory, account_with
from tests.factories.registration import SignupFactory
from tests.factories.rights import DataRequestFactory

pytestmark = pytest.mark.django_db

MAILBOX, HE, SHE = "vp@xa1.example", "Hồ Văn Chủ Tịch", "Ngô Thị Văn Phòng"


def letter_to(name: str) -> OutgoingMail:
    raw = build_message(
        message_id=f"<{name[:2].encode().hex()}@plenum.example>", date=now(), sender=("A", "a@plenum.example"),
        to=(f"Ông {name}" if name == HE else name, MAILBOX), subject="Thư", text=f"/d/riêng-của-{name}", html="<p>Thư</p>",
    )  # fmt: skip
    return OutgoingMailFactory(recipient=MAILBOX, subject=f"Gửi {name}", raw=raw)


def about(name: str) -> dict[str, object]:
    """Everything that knows somebody by no more than a name and an address."""
    held = {"full_name": name, "email": MAILBOX.upper(), "phone": ""}
    return {
        "delegation": DelegationFactory(
            conference=ConferenceFactory(state="closed", exact=True), focal_name=name, focal_email=MAILBOX
        ),
        "substitute": ReplyProposalFactory(
            invitation=InvitationFactory(), kind="delegate", substitute_name=name, substitute_email=MAILBOX
        ),
        "signup": SignupFactory(said={**held, "honorific": ""}),
        "request": DataRequestFactory(person=None, organisation=None, kind="access", name=name, email=MAILBOX),
        "row": ImportRowFactory(imported=ImportFactory(), entry=held, values=held),
        "letter": letter_to(name),
    }


@pytest.fixture
def office() -> SimpleNamespace:
    """He is on record; she is known by name only, wherever somebody can be."""
    person = PersonFactory(full_name=HE, email=MAILBOX)
    desk = APIClient()
    desk.force_authenticate(account_with("data_officer", organisation=person.organisation))
    return SimpleNamespace(person=person, desk=desk, his=about(HE), hers=about(SHE))


def carried_out(office: SimpleNamespace, what: str) -> None:
    begun = office.desk.post(f"/api/v1/{what}", {"person": str(office.person.pk)}, format="json")
    assert begun.status_code == 202, begun.content
    jobs.run_step(job_id=begun.json()["id"], position=0)


def test_a_copy_holds_nobody_elses(office: SimpleNamespace) -> None:
    carried_out(office, "personal-exports")
    packed = zipfile.ZipFile(io.BytesIO(bytes(PersonalExport.objects.get().content)))
    data = packed.read("data.json").decode()
    assert SHE not in data
    assert [name for name in packed.namelist() if name.startswith("files/")] == [
        f"files/letters/sent-{office.his['letter'].pk}.eml"
    ]
    for kind in ("focal_point", "proposal", "sign_up", "data_request", "row_of_a_list", "letter_sent"):
        assert data.count(f'"type": "{kind}"') == 1, kind


def test_nobody_else_is_erased_with_them(office: SimpleNamespace) -> None:
    carried_out(office, "erasures")

    assert Person.objects.get(pk=office.person.pk).full_name != HE
    his, hers = office.his, office.hers
    found = {
        "delegation": lambda row: Delegation.objects.get(pk=row.pk).focal_email,
        "substitute": lambda row: ReplyProposal.objects.get(pk=row.pk).substitute_email,
        "signup": lambda row: Signup.objects.filter(pk=row.pk).first(),
        "request": lambda row: DataRequest.objects.get(pk=row.pk).email,
        "row": lambda row: ImportRow.objects.filter(pk=row.pk).first(),
        "letter": lambda row: bytes(OutgoingMail.objects.get(pk=row.pk).raw),
    }
    for what, look in found.items():
        assert look(hers[what]), what
        assert not look(his[what]), what
    assert Delegation.objects.get(pk=hers["delegation"].pk).focal_name == SHE


def test_a_letter_stays_hers_once_nothing_else_says_that_she_reads_there(office: SimpleNamespace) -> None:
    for what in ("delegation", "substitute", "signup", "request", "row"):
        office.hers[what].delete()
    carried_out(office, "erasures")
    assert bytes(OutgoingMail.objects.get(pk=office.hers["letter"].pk).raw)
    assert not bytes(OutgoingMail.objects.get(pk=office.his["letter"].pk).raw)
