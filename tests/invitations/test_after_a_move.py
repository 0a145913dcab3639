"""What a move, or a withdrawal, makes of what invitees had said before."""

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.conferences.models import Conference
from backend.core.clock import now
from backend.core.errors import Conflict, IllegalMove
from backend.invitations import links, services
from backend.invitations.models import Invitation, InvitationList, ReplyProposal
from tests import lift
from tests.factories.people import account_with
from tests.invitations.test_batches import listed, sent
from tests.invitations.test_news import close_window, held, letters, move, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> Invitation:
    sent(listed(held(), 1))
    lift.run()
    return Invitation.objects.get()


def read(path: str, **query: Any) -> Any:
    client = APIClient()
    client.force_authenticate(account_with("organiser"))
    return client.get(f"/api/v1/invitations{path}", query).json()


def test_an_answer_to_the_former_time_is_kept_and_marked(row: Invitation, client: Any) -> None:
    services.reply(invitation_id=row.pk, answer="accepted")
    page = links.address(row.pk, row.link_round)
    path = page[page.index("/r/") :]

    def told() -> tuple[Any, ...]:
        found = read("/overview", conference=row.conference_id)
        figures, charts = found["figures"], [found[name] for name in ("units", "sites", "days")]
        assert [chart["outdated"]["values"] for chart in charts] == [[figures["outdated"]]] * 3
        assert [sum(sum(each["values"]) for each in chart["series"]) for chart in charts] == [1] * 3
        warned = "trước đây" in client.get(path).content.decode()
        return read(f"/{row.pk}")["outdated"], figures["answered"], figures["outdated"], warned

    assert told() == (False, 1, 0, False)
    InvitationList.objects.update(reply_by=now() - dt.timedelta(hours=1))
    move(Conference.objects.get())
    close_window()
    assert told() == (True, 1, 1, True)
    assert row.person is not None
    assert "Xin trả lời trước" not in text(letters(row.person)[0]), "nobody can keep a deadline that passed"
    services.reply(invitation_id=row.pk, answer="accepted")
    assert told() == (False, 1, 0, False)


def test_what_was_proposed_is_settled_with_the_invitation(row: Invitation) -> None:
    proposed = [
        ReplyProposal.objects.create(invitation=row, kind=kind, sequence=0, substitute_name="Lê Bình")
        for kind in ("time", "substitute")
    ]
    services.withdraw(invitation_id=row.pk)
    assert set(ReplyProposal.objects.values_list("state", flat=True)) == {"declined"}
    with pytest.raises(IllegalMove):
        services.accept_substitute(proposal_id=proposed[1].pk)

    ReplyProposal.objects.update(state="open", settled_at=None)
    with pytest.raises(Conflict, match="đã được rút"):
        services.accept_substitute(proposal_id=proposed[1].pk)
    assert services.decline_proposal(proposal_id=proposed[0].pk).state == "declined"
