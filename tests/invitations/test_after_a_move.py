"""What a move, or a withdrawal, makes of what invitees had said before."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from backend.conferences.models import Conference, TimeAndPlace
from backend.core.clock import now
from backend.core.errors import Conflict, IllegalMove, Invalid
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


def test_an_answer_on_paper_is_to_the_time_its_writer_knew(row: Invitation) -> None:
    """It was taken before a move, and recorded after it; then everything is moved back."""
    conference = Conference.objects.get()
    taken = now() - dt.timedelta(hours=1)
    Invitation.objects.update(sent_at=taken - dt.timedelta(days=1), created_at=taken - dt.timedelta(days=2))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        TimeAndPlace.objects.update(recorded_at=taken - dt.timedelta(days=1))
        cursor.execute("SET session_replication_role = origin")
    conference = move(conference)
    close_window()
    written = {"invitation_id": row.pk, "answer": "accepted", "via": "paper", "taken_at": taken}
    services.reply(**written)
    assert (read(f"/{row.pk}")["outdated"], read("/overview", conference=conference.pk)["figures"]["outdated"]) == (
        True,
        1,
    )
    services.reply(**written)
    assert row.replies.count() == 1, "the same paper twice is one answer"

    conference = move(conference, hours=0)
    close_window()
    assert read(f"/{row.pk}")["outdated"] is False
    move(conference, hours=2)
    close_window()
    assert read(f"/{row.pk}")["outdated"] is True
    services.reply(invitation_id=row.pk, answer="accepted")
    assert read(f"/{row.pk}")["outdated"] is False
    assert row.replies.count() == 2, "said again, it is to the time that holds"
    with pytest.raises(Conflict, match=r"mới hơn \(\d\d giờ \d\d, Thứ|mới hơn \(\d\d giờ \d\d, Chủ"):
        services.reply(**written)


def test_two_papers_count_in_the_order_they_were_written(row: Invitation) -> None:
    Invitation.objects.update(sent_at=now() - dt.timedelta(days=1))
    for hours, answer in ((5, "accepted"), (4, "declined")):
        services.reply(invitation_id=row.pk, answer=answer, via="paper", taken_at=now() - dt.timedelta(hours=hours))
    row.refresh_from_db()
    assert row.state == "declined"


def test_nobody_answered_before_they_were_asked(row: Invitation) -> None:
    row.refresh_from_db()
    assert row.sent_at is not None
    for wrong in (dt.datetime(2019, 1, 1, tzinfo=dt.UTC), row.sent_at - dt.timedelta(minutes=1)):
        with pytest.raises(Invalid) as refused:
            services.reply(invitation_id=row.pk, answer="accepted", via="oral", taken_at=wrong)
        assert refused.value.fields.keys() == {"taken_at"}
    move(Conference.objects.get())
    close_window()
    services.reply(invitation_id=row.pk, answer="accepted", via="oral", taken_at=row.sent_at)


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
