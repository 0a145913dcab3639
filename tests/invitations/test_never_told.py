"""Who never had a letter is not written to when their invitation is taken back."""

import datetime as dt
from typing import Any

import pytest

from backend.core.clock import now
from backend.invitations import services
from backend.invitations.models import Invitation
from backend.mail import batches
from backend.mail.models import OutgoingMail
from tests import lift
from tests.invitations.test_batches import listed, sent
from tests.invitations.test_news import held

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("written", [True, False])
def test_a_letter_that_waits_is_taken_back_and_no_cancellation_sent(written: bool) -> None:
    batch = sent(listed(held(), 1))
    batches.pause(batch_id=batch.pk)
    if written:
        lift.run()
    services.withdraw(invitation_id=Invitation.objects.get().pk)
    lift.run()
    batches.resume(batch_id=batch.pk)
    lift.run()

    assert list(OutgoingMail.objects.values_list("purpose", "state")) == [("invitation", "withdrawn")] * written


@pytest.mark.parametrize(
    "fate",
    [
        {"state": "sent"},
        {"held_until": dt.timedelta(seconds=30)},
        {"held_until": dt.timedelta(seconds=-30)},
        {"attempts": 1},
    ],
)
def test_who_has_or_may_have_a_letter_is_told(fate: dict[str, Any]) -> None:
    sent(listed(held(), 1))
    lift.run()
    said = {field: now() + value if isinstance(value, dt.timedelta) else value for field, value in fate.items()}
    OutgoingMail.objects.update(**said)
    services.withdraw(invitation_id=Invitation.objects.get().pk)
    lift.run()

    assert OutgoingMail.objects.get(purpose="cancellation").state == "queued"
